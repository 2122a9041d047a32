#!/usr/bin/env python3
"""Runs clients against the program: run.py --program PATH --node PATH --packages FOLDER [--quick] [SUITE…]

Every suite runs on a separate server with a new database. Which operations a suite called is read from the server's
metrics. A suite of all operations fails unless each operation of the contract has succeeded at least once, and each
one that can be rejected has been rejected. A new operation fails here until every client calls it.

Then the report of the suite is compared with docs/clients.md. With UPDATE_DOCS=1 the page is written.
"""

import argparse
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import page
from contract import OPERATIONS, has_property
from report import Report
from server import Server, server
from suites import SUITES, Suite

FOLDER = pathlib.Path(__file__).resolve().parent
SUITE_LIMIT = 120


@dataclass(frozen=True)
class Programs:
    server: str
    node: str
    packages: pathlib.Path
    """The folder with a folder for each Python package."""


def command(suite: Suite, programs: Programs) -> list[str]:
    file = str(FOLDER / suite.file)
    if suite.file.endswith(".py"):
        return [sys.executable, file]
    return [programs.node, "--no-warnings", "--test", "--test-reporter=spec", file]


def environment(suite: Suite, programs: Programs) -> dict[str, str]:
    variables = {**os.environ, **suite.environment}
    if suite.package:
        variables["PYTHONPATH"] = str(programs.packages / suite.package)
    return variables


def uncalled(suite: Suite, report: Report, running: Server) -> list[str]:
    """The operations that the suite should have called and did not call, by the metrics of the server."""
    answered = running.answered()
    reported = {operation for call in report.calls for operation in call.operations}
    expected = set(OPERATIONS) - set(suite.lacks) if suite.every_operation else reported
    faults = []
    for operation in OPERATIONS:
        if (operation in expected) != (operation in reported):
            faults.append(f"{operation} is reported as {'called' if operation in reported else 'not called'}")
        if operation in expected and not answered[operation, "2xx"]:
            faults.append(f"{operation} was not called successfully")
        if operation in expected and suite.every_operation and OPERATIONS[operation].rejectable:
            if not answered[operation, "4xx"]:
                faults.append(f"{operation} was not rejected")
        if answered[operation, "5xx"]:
            faults.append(f"{operation} failed with a server error")
    return faults


def unmet(suite: Suite, report: Report) -> list[str]:
    """What the client requires and should have got. What only a later release of Immich sends is not among it."""
    faults = []
    for call in report.calls:
        for problem in call.problems:
            name = problem.removesuffix(" is missing")
            if suite.all_work or name == problem or has_property(name):
                faults.append(f"{call.name}: {problem}")
    return faults


def run(suite: Suite, programs: Programs) -> tuple[Report, list[str]]:
    """Runs a suite; returns its report, and the reasons if it failed."""
    with tempfile.TemporaryDirectory() as folder, server(programs.server) as running:
        file = pathlib.Path(folder) / "report.json"
        variables = {**environment(suite, programs), "API_URL": running.api_url, "REPORT": str(file)}
        ended = subprocess.run(command(suite, programs), env=variables, cwd=FOLDER, timeout=SUITE_LIMIT)
        if ended.returncode != 0:
            return Report(), ["tests failed"]
        report = Report.read(file)
        return report, uncalled(suite, report, running) + unmet(suite, report)


def compare_page(reports: dict[str, Report]) -> str | None:
    """Compares the page with the reports, or writes it; returns the difference, if it is not written."""
    before = page.FILE.read_text()
    after = page.updated(before, reports)
    if os.environ.get("UPDATE_DOCS"):
        page.FILE.write_text(after)
        print("written: docs/clients.md")
    elif before != after:
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "docs/clients.md", "measured", lineterm="")
        return "\n".join(["docs/clients.md differs; UPDATE_DOCS=1 make test-clients writes it:", *lines])
    return None


def chosen(parts: list[str], quick: bool) -> list[Suite]:
    found = [suite for suite in SUITES if not parts or any(part in suite.name for part in parts)]
    return [suite for suite in found if suite.quick or not quick]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--program", required=True, help="the program under test")
    parser.add_argument("--node", required=True, help="Node.js")
    parser.add_argument("--packages", required=True, type=pathlib.Path, help="the folder with the Python packages")
    parser.add_argument("--quick", action="store_true", help="one release of each client")
    parser.add_argument("suites", nargs="*", help="parts of the names of suites (default: all)")
    arguments = parser.parse_args()
    suites = chosen(arguments.suites, arguments.quick)
    if not suites:
        sys.exit(f"error: no suite has this name; the suites are: {', '.join(suite.name for suite in SUITES)}")
    programs = Programs(arguments.program, arguments.node, arguments.packages)

    reports = {}
    failures = []
    for number, suite in enumerate(suites, 1):
        print(f"\n=== [{number}/{len(suites)}] {suite.name}", flush=True)
        started = time.monotonic()
        report, faults = run(suite, programs)
        outcome = "; ".join(faults) or "passed"
        print(f"=== {suite.name}: {outcome} after {time.monotonic() - started:.0f} s", flush=True)
        if faults:
            failures.append(f"{suite.name}: {outcome}")
        else:
            reports[suite.name] = report
    difference = compare_page(reports)
    if difference:
        failures.append(difference)
    if failures:
        sys.exit("\nFAILED:\n" + "\n".join(f"  {failure}" for failure in failures))
    print(f"\nall {len(suites)} suites passed; the contract has {len(OPERATIONS)} operations")


if __name__ == "__main__":
    main()
