"""Our servers, two of each mode of the credential cache, each pair behind its own HAProxy."""

import http.client
import pathlib
import signal
import subprocess
import time

from database import PASSWORD, Node, wait_until
from network import GATEWAY, Host

DRAIN_SECONDS = 2
CONFIGURATION = "/etc/patroni/haproxy.cfg"


class Server:
    """One of our servers. It restarts only when the test restarts it."""

    def __init__(self, host: Host, port: int, mode: str, program: str, url: str, folder: pathlib.Path) -> None:
        self.host, self.port, self.mode = host, port, mode
        self.name = f"{host.name}-{mode}"
        self.program = program
        self._url = url
        self._log = (folder / f"{self.name}.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self.killed_at: list[float] = []

    def start(self) -> None:
        environment = {
            "DB_URL": self._url,
            "IMMICH_HOST": self.host.address,
            "IMMICH_PORT": str(self.port),
            "IMMICH_TRUSTED_PROXIES": GATEWAY,
            "IMMICH_CREDENTIAL_CACHE": self.mode,
            "IMMICH_DRAIN_DELAY": str(DRAIN_SECONDS),
        }
        self._process = self.host.start([self.program, "serve"], environment, self._log)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        return self.status_of("/readyz") == 200

    def status_of(self, path: str) -> int:
        """The status of a GET, sent to this server without HAProxy; 0 without a response."""
        connection = http.client.HTTPConnection(self.host.address, self.port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def stop(self) -> int:
        """Stop it with SIGTERM, as a service manager does, and return its exit code."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def kill(self) -> None:
        assert self._process
        self.killed_at.append(time.monotonic())
        self._process.kill()
        self._process.wait(10)

    def restart(self, program: str | None = None) -> None:
        """Stop it, and start it again, perhaps another release."""
        code = self.stop()
        if code != 0:
            raise RuntimeError(f"{self.name} exited with {code} after SIGTERM")
        self.program = program or self.program
        self.start()
        wait_until(f"{self.name} is ready", 30, self.is_ready)


class Pair:
    """Two servers of one mode and their HAProxy, which is `address`."""

    def __init__(self, mode: str, number: int, hosts: list[Host], program: str, url: str, folder: pathlib.Path) -> None:
        self.mode = mode
        self.servers = [Server(host, 2283 + number, mode, program, url, folder) for host in hosts]
        self.address = (GATEWAY, 8080 + number)
        self._log = (folder / f"haproxy-{mode}.log").open("ab")

    def start(self) -> None:
        for server in self.servers:
            server.start()
            # The first one creates the tables.
            wait_until(f"{server.name} is ready", 60, server.is_ready)
        one, two = (f"{server.host.address}:{server.port}" for server in self.servers)
        subprocess.Popen(
            ["/usr/sbin/haproxy", "-f", CONFIGURATION],
            env={"LISTEN": f"{self.address[0]}:{self.address[1]}", "SERVER_ONE": one, "SERVER_TWO": two},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def killed_at(self) -> list[float]:
        return [moment for server in self.servers for moment in server.killed_at]


def database_url(nodes: list[Node]) -> str:
    """All nodes; the driver picks the one that accepts writes."""
    hosts = ",".join(f"{node.host.address}:5432" for node in nodes)
    return f"postgres://immich:{PASSWORD}@{hosts}/immich?target_session_attrs=read-write"
