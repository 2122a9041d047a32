"""Our servers, two of each mode of the credential cache, each pair behind its own HAProxy."""

import http.client
import os
import pathlib
import signal
import subprocess
import time

from compose import FOLDER, address, environment
from database import wait_until
from network import Host

CONFIGURATION = str(FOLDER / "haproxy.cfg")


class Server:
    """One of our servers. It restarts only when the test restarts it."""

    def __init__(self, host: Host, port: int, mode: str, program: str, folder: pathlib.Path) -> None:
        self.host, self.port, self.mode = host, port, mode
        self.name = f"{host.name}-{mode}"
        self.program = program
        self._log = (folder / f"{self.name}.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self.killed_at: list[float] = []

    def start(self) -> None:
        settings = environment(self.host.name)
        # The test runs a pair of each mode on the same two hosts.
        settings.update({"IMMICH_PORT": str(self.port), "IMMICH_CREDENTIAL_CACHE": self.mode})
        if "HA_DB_URL" in os.environ:
            settings["DB_URL"] = os.environ["HA_DB_URL"]
        self._process = self.host.start([self.program, "serve"], settings, self._log)

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

    def __init__(
        self, mode: str, number: int, hosts: list[Host], proxy: Host, program: str, folder: pathlib.Path
    ) -> None:
        self.mode = mode
        self.servers = [Server(host, 2283 + number, mode, program, folder) for host in hosts]
        self.address = (proxy.address, 80 + number)
        self._proxy = proxy
        self._log = (folder / f"haproxy-{mode}.log").open("ab")

    def start(self) -> None:
        for server in self.servers:
            server.start()
            # The first one creates the tables.
            wait_until(f"{server.name} is ready", 60, server.is_ready)
        one, two = (f"{server.host.address}:{server.port}" for server in self.servers)
        settings = environment("haproxy") | {"LISTEN": f":{self.address[1]}", "SERVER_ONE": one, "SERVER_TWO": two}
        self._proxy.start(["haproxy", "-f", CONFIGURATION], settings, self._log)

    def killed_at(self) -> list[float]:
        return [moment for server in self.servers for moment in server.killed_at]


def create_hosts() -> tuple[list[Host], Host]:
    """The hosts of our servers, and that of HAProxy."""
    return [Host(name, address(name)) for name in ("app1", "app2")], Host("haproxy", address("haproxy"))


def database_url() -> str:
    return environment("app1")["DB_URL"]
