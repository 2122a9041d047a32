#!/usr/bin/env python3
"""Runs clients against the program: run.py --program PATH --node PATH [SUITE…]

Every suite runs on a separate server with a new database. The calls of a suite are read from the server's metrics and
not declared by the suite: a suite of all operations fails unless each operation of the contract has succeeded at least
once, and each one that can be rejected has been rejected. A new operation fails here until every client calls it.
"""

import argparse
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FOLDER = pathlib.Path(__file__).resolve().parent
CONTRACT = FOLDER.parent.parent / "generated" / "openapi.json"
START_LIMIT = 60
STOP_LIMIT = 30
SUITE_LIMIT = 120


@dataclass(frozen=True)
class Suite:
    name: str
    """The name in the output."""
    file: str
    """The file with the tests."""
    environment: dict[str, str] = field(default_factory=dict)
    calls_everything: bool = True


SUITES = [
    Suite("@immich/sdk 2.7.5", "sdk.test.ts", {"SDK": "@immich/sdk"}),
    Suite("@immich/sdk 2.4.0", "sdk.test.ts", {"SDK": "immich-sdk-2.4"}),
    Suite("@immich/cli 3.2.2 and 2.1.0", "cli.test.ts", calls_everything=False),
    Suite("generated TypeScript client", "typescript-fetch.test.ts"),
    Suite("generated Python client", "test_python.py"),
]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    api_url: str
    metrics_port: int

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            return str(answer.read(), "utf-8")


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


def command(suite: Suite, node: str) -> list[str]:
    file = str(FOLDER / suite.file)
    if suite.file.endswith(".py"):
        return [sys.executable, file]
    return [node, "--no-warnings", "--test", "--test-reporter=spec", file]


def operations() -> dict[str, bool]:
    """The contract's operations, and whether each can be rejected: whether it takes a credential or a body."""
    contract = json.loads(CONTRACT.read_text())
    return {
        operation["operationId"]: "security" in operation or "requestBody" in operation
        for path in contract["paths"].values()
        for operation in path.values()
    }


def not_called(metrics: str) -> list[str]:
    """The operations that the suite did not call, by the metrics of the server."""
    pattern = r'immich_api_requests_total\{operation="(\w+)",status="(\dxx)"\} (\d+)'
    counted = {(operation, status): int(count) for operation, status, count in re.findall(pattern, metrics)}
    missing = []
    for operation, rejectable in operations().items():
        if not counted.get((operation, "2xx")):
            missing.append(f"{operation} was not called successfully")
        if rejectable and not counted.get((operation, "4xx")):
            missing.append(f"{operation} was not rejected")
        if counted.get((operation, "5xx")):
            missing.append(f"{operation} failed with a server error")
    return missing


def run(suite: Suite, program: str, node: str) -> str | None:
    """Runs a suite; returns the reason if it failed."""
    with server(program) as running:
        environment = {**os.environ, **suite.environment, "API_URL": running.api_url}
        ended = subprocess.run(command(suite, node), env=environment, cwd=FOLDER, timeout=SUITE_LIMIT)
        if ended.returncode != 0:
            return "tests failed"
        missing = not_called(running.metrics()) if suite.calls_everything else []
    return "; ".join(missing) or None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--program", required=True, help="the program under test")
    parser.add_argument("--node", required=True, help="Node.js")
    parser.add_argument("suites", nargs="*", help="parts of the names of suites (default: all)")
    arguments = parser.parse_args()
    chosen = [suite for suite in SUITES if not arguments.suites or any(part in suite.name for part in arguments.suites)]
    if not chosen:
        sys.exit(f"error: no suite has this name; the suites are: {', '.join(suite.name for suite in SUITES)}")

    failures = {}
    for number, suite in enumerate(chosen, 1):
        print(f"\n=== [{number}/{len(chosen)}] {suite.name}", flush=True)
        started = time.monotonic()
        failure = run(suite, arguments.program, arguments.node)
        print(f"=== {suite.name}: {failure or 'passed'} after {time.monotonic() - started:.0f} s", flush=True)
        if failure:
            failures[suite.name] = failure
    if failures:
        sys.exit("\nFAILED:\n" + "\n".join(f"  {name}: {failure}" for name, failure in failures.items()))
    total = len(operations())
    print(f"\nall {len(chosen)} suites passed; the contract has {total} operations")


if __name__ == "__main__":
    main()
