"""Hosts: a network namespace each, on one bridge. The test itself is on that bridge as GATEWAY.

run.sh starts the test in its own namespaces for networks, mounts and processes, so nothing of this outlives it.
"""

import os
import pathlib
import pwd
import signal
import subprocess
from typing import IO

NETWORK = "10.99.0"
GATEWAY = f"{NETWORK}.1"
BRIDGE = "hosts"


def run(*command: str, check: bool = True) -> str:
    """Run a command and return its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def create_bridge() -> None:
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("ip", "address", "add", f"{GATEWAY}/24", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")


class Host:
    """One machine: processes with their own network."""

    def __init__(self, name: str, address: str, aliases: list[str] | None = None) -> None:
        self.name, self.address = name, address
        with open("/etc/hosts", "a") as hosts:
            hosts.write(f"{address} {' '.join([name, *(aliases or [])])}\n")
        self._link = f"to-{name}"
        run("ip", "netns", "add", name)
        run("ip", "link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", self._link, "master", BRIDGE, "up")
        run("ip", "-n", name, "address", "add", f"{self.address}/24", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", name, "link", "set", "eth0", "up")

    def start(
        self, command: list[str], environment: dict[str, str], log: IO[bytes], account: str = "root"
    ) -> subprocess.Popen[bytes]:
        """Start a program on this host. Its pid is that of the returned process."""
        user = pwd.getpwnam(account)
        enter = ["nsenter", f"--net=/run/netns/{self.name}", f"--setuid={user.pw_uid}", f"--setgid={user.pw_gid}", "--"]
        # Its own session: Ctrl-C stops the test, and the end of the test stops the program.
        return subprocess.Popen(
            [*enter, *command],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )

    def pids(self) -> list[int]:
        return [int(pid) for pid in run("ip", "netns", "pids", self.name).split()]

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to every process of this host, also to those that appear meanwhile."""
        signaled: set[int] = set()
        while new := set(self.pids()) - signaled:
            for pid in new:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            signaled |= new
            if number == signal.SIGKILL:
                signaled -= {pid for pid in signaled if not pathlib.Path(f"/proc/{pid}").exists()}

    def disconnect(self) -> None:
        """Pull the network cable."""
        run("ip", "link", "set", self._link, "down")

    def connect(self) -> None:
        run("ip", "link", "set", self._link, "up")

    def lose(self, others: list["Host"]) -> None:
        """Drop every packet to these hosts; the others can still reach this one."""
        for other in others:
            run("ip", "-n", self.name, "route", "add", "blackhole", f"{other.address}/32")

    def find(self, others: list["Host"]) -> None:
        for other in others:
            run("ip", "-n", self.name, "route", "del", "blackhole", f"{other.address}/32")
