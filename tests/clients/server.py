"""A running server on a new database, for one suite."""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contract import OPERATIONS

STOP_LIMIT = 30


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    api_url: str
    metrics_port: int

    def answered(self) -> dict[tuple[str, str], int]:
        """How many requests of each operation got an answer of each class, such as `("login", "2xx")`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            metrics = str(answer.read(), "utf-8")
        pattern = r'immich_api_requests_total\{operation="(\w+)",status="(\dxx)"\} (\d+)'
        counts = {(operation, status): int(count) for operation, status, count in re.findall(pattern, metrics)}
        assert all((operation, "2xx") in counts for operation in OPERATIONS), "the metrics lack an operation"
        return counts


@contextmanager
def server(program: str) -> Iterator[Server]:
    """A running server on a new embedded database; its log is printed if something fails."""
    with tempfile.TemporaryDirectory(prefix="immich-clients-") as folder:
        # The embedded Postgres may run under another account, which needs access to its files.
        os.chmod(folder, 0o755)
        port = free_port()
        log = pathlib.Path(folder) / "log"
        environment = {
            "PATH": os.environ["PATH"],
            "IMMICH_DATA_DIR": str(pathlib.Path(folder) / "data"),
            "IMMICH_HOST": "127.0.0.1",
            "IMMICH_PORT": "0",
            "IMMICH_API_METRICS_PORT": str(port),
        }
        if "IMMICH_POSTGRES_BIN_DIR" in os.environ:
            environment["IMMICH_POSTGRES_BIN_DIR"] = os.environ["IMMICH_POSTGRES_BIN_DIR"]
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [program, "serve"], env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        try:
            yield Server(listening(process), port)
        except BaseException:
            print(f"--- the server's log ---\n{log.read_text()}------", file=sys.stderr)
            raise
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def listening(process: subprocess.Popen[str]) -> str:
    """Waits for the address of the server in its output."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.fullmatch(r"Listening on (http://\S+/api)", line.strip())
        if found:
            return found[1]
    raise RuntimeError("the server ended before it printed its address")
