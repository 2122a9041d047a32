"""Three database nodes, each with etcd, Patroni and Postgres, as docs/high-availability.md sets them up."""

import itertools
import json
import pathlib
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg2
from compose import PASSWORD, command, environment
from network import NETWORK, Host, run

ACCOUNT = "postgres"
# A direct write that takes longer is an outage of the database.
OUTAGE_SECONDS = 0.3


def wait_until(what: str, seconds: float, condition: Callable[[], object]) -> None:
    """Wait until a condition is true, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)


class Node:
    """One database node."""

    def __init__(self, number: int, folder: pathlib.Path, bin_dir: str) -> None:
        self.name, self._etcd_service = f"db{number}", f"etcd{number}"
        self.host = host = Host(self.name, f"{NETWORK}.1{number}", [self._etcd_service])
        self._folder = folder / host.name
        self._folder.mkdir()
        run("chown", f"{ACCOUNT}:", str(self._folder))
        self._bin_dir = bin_dir
        self._log = (folder / f"{host.name}.log").open("ab")
        self._etcd_log = (folder / f"{host.name}-etcd.log").open("ab")
        self.etcd: subprocess.Popen[bytes] | None = None
        self.patroni: subprocess.Popen[bytes] | None = None

    def start_etcd(self) -> None:
        settings = environment(self._etcd_service)
        settings["ETCD_DATA_DIR"] = str(self._folder / "etcd")
        self.etcd = self.host.start(command(self._etcd_service), settings, self._etcd_log, ACCOUNT)

    def start_patroni(self) -> None:
        settings = environment(self.name)
        # Only the test has several nodes on one machine, and perhaps another release of Postgres.
        settings["PATRONI_POSTGRESQL_DATA_DIR"] = str(self._folder / "postgres")
        settings["PATRONI_POSTGRESQL_BIN_DIR"] = self._bin_dir
        self.patroni = self.host.start(command(self.name), settings, self._log, ACCOUNT)

    def start(self) -> None:
        self.start_etcd()
        self.start_patroni()

    def stop_patroni(self) -> None:
        """Stop Patroni, and Postgres with it: a leader hands over to a standby."""
        if self.patroni:
            self.patroni.terminate()
            self.patroni.wait(60)

    def stop_etcd(self) -> None:
        if self.etcd:
            self.etcd.terminate()
            self.etcd.wait(30)

    def kill(self) -> None:
        """End every process of the node, as a power cut does."""
        self.host.signal_all(signal.SIGKILL)
        wait_until(f"{self.name} is dead", 10, lambda: not self.host.pids())

    def kill_postgres(self) -> None:
        """End Postgres only."""
        pid = (self._folder / "postgres" / "postmaster.pid").read_text().split()[0]
        run("kill", "-KILL", pid)

    def status(self) -> dict[str, object]:
        """What Patroni reports about this node; empty if it does not respond."""
        try:
            with urllib.request.urlopen(f"http://{self.host.address}:8008/patroni", timeout=1) as response:
                return dict(json.load(response))
        except (OSError, ValueError):
            return {}

    def is_leader(self) -> bool:
        return self.status().get("role") in ("master", "primary")


@dataclass
class DirectWrites:
    """Writes to every node, without our servers: when does the database accept writes?"""

    nodes: list[Node]
    times: list[float] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        with connect(self.nodes) as connection, connection.cursor() as cursor:
            cursor.execute("create table if not exists direct_write (node text primary key, count bigint not null)")
        for node in self.nodes:
            threading.Thread(target=self._write, args=[node], daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _write(self, node: Node) -> None:
        statement = (
            "insert into direct_write values (%s, 1) on conflict (node) do update set count = direct_write.count + 1"
        )
        while not self._stopping.is_set():
            try:
                connection = open_connection(node.host.address)
                connection.autocommit = True
                with connection.cursor() as cursor:
                    while not self._stopping.is_set():
                        cursor.execute(statement, [node.name])
                        self.times.append(time.monotonic())
                        time.sleep(0.02)
            except psycopg2.Error:
                time.sleep(0.03)

    def outages(self) -> list[tuple[float, float]]:
        """When no node acknowledged a write: the last one before, the first one after."""
        times = sorted(self.times)
        return [(before, after) for before, after in itertools.pairwise(times) if after - before > OUTAGE_SECONDS]


def open_connection(address: str, database: str = "postgres") -> "psycopg2.extensions.connection":
    return psycopg2.connect(
        host=address,
        dbname=database,
        user="postgres",
        password=PASSWORD,
        connect_timeout=2,
        keepalives_idle=1,
        keepalives_interval=1,
        keepalives_count=2,
        tcp_user_timeout=2000,
    )


def connect(nodes: list[Node], database: str = "postgres") -> "psycopg2.extensions.connection":
    """A connection to the leader."""
    return open_connection(leader(nodes).host.address, database)


def leader(nodes: list[Node]) -> Node:
    """The node that has the leader lock, or an error if none reports that within a minute."""
    found: list[Node] = []

    def look() -> bool:
        found[:] = [node for node in nodes if node.is_leader()]
        return len(found) == 1

    wait_until("one leader", 60, look)
    return found[0]


def wait_until_healthy(nodes: list[Node], seconds: float = 90) -> None:
    """Wait until there are a leader, a synchronous standby and another standby, all of one timeline."""

    def healthy() -> bool:
        reports = [node.status() for node in nodes]
        timelines = {report.get("timeline") for report in reports}
        running = all(report.get("state") == "running" for report in reports)
        leaders = sum(report.get("role") in ("master", "primary") for report in reports)
        synchronous = sum(bool(report.get("sync_standby")) for report in reports)
        return running and len(timelines) == 1 and leaders == 1 and synchronous == 1

    wait_until("a leader, a synchronous standby and another standby", seconds, healthy)
