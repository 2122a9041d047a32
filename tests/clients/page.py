"""docs/clients.md: written from what the clients did, and compared with it at every run."""

import pathlib
import re

from contract import OPERATIONS
from report import Call, Report
from suites import SUITES, Suite

FILE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "clients.md"


def listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def works(call: Call) -> bool:
    return not call.outside and not call.problems


def operations_that_work(report: Report) -> list[str]:
    """In the order of the contract."""
    working = {operation for call in report.calls if works(call) for operation in call.operations}
    return [operation for operation in OPERATIONS if operation in working]


def row(suite: Suite, report: Report) -> str:
    """The row of a client in the table of all clients."""
    had = {operation for call in report.calls for operation in call.operations}
    outside = sum(1 for call in report.calls if call.outside) + report.further_calls
    version = f" {suite.version}" if suite.version else ""
    working = len(operations_that_work(report))
    return f"| `{suite.client}`{version} | {suite.made_for} | {len(had)} | {working} | {outside} |"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines] + [""]


def of_operations(suite: Suite, report: Report) -> list[str]:
    """The section of a client whose calls are the operations of the contract."""
    lines = []
    if suite.lacks:
        lines.append(f"The client does not have {listed(list(suite.lacks))}.")
    incomplete = [call for call in report.calls if call.problems]
    if incomplete:
        lines.append(f"These calls work: {listed(operations_that_work(report))}.")
    else:
        lines.append(f"All {len(report.calls)} calls work, and their answers have everything that the client requires.")
    lines.append("")
    if incomplete:
        lines += ["The answers to these calls lack what only a later release of Immich sends:", ""]
        rows = [
            [f"`{call.name}`", "; ".join(call.problems), "raises an error" if call.raised else "returns the incomplete answer"]
            for call in incomplete
        ]
        lines += table(["call", "what the client requires", "the client"], rows)
    if report.unknown_permissions:
        names = listed(report.unknown_permissions)
        lines += [f"Permissions that the client has and Immich 2.5 does not have: {names}. A key with one is rejected.", ""]
    if report.further_calls:
        count = report.further_calls
        lines += [f"Its {count} other calls need operations outside the contract. They get 404.", ""]
    return lines


def of_other_calls(report: Report) -> list[str]:
    """The section of a client whose calls differ from the operations of the contract."""
    rows = [
        [f"`{call.name}`", "yes" if works(call) else "no", listed(call.operations), listed(call.outside)]
        for call in report.calls
    ]
    return table(["call", "works", "operations of the contract", "requests outside the contract"], rows)


def section(suite: Suite, report: Report) -> str:
    """The section of a client, with its heading."""
    by_operation = all(call.operations == [call.name] for call in report.calls)
    lines = of_operations(suite, report) if by_operation else of_other_calls(report)
    return "\n".join([f"### {suite.name}", "", *lines])


def updated(page: str, reports: dict[str, Report]) -> str:
    """The page with the rows and the sections of these suites, by their names. Those of others stay as they are."""
    rows = {line.split(" | ")[0]: line for line in page.splitlines() if re.match(r"\| `.*\d \|$", line)}
    before, *parts = re.split(r"^(?=### )", page, flags=re.MULTILINE)
    sections = {part.partition("\n")[0]: part for part in parts}
    ordered_rows, ordered_sections = [], []
    for suite in SUITES:
        version = f" {suite.version}" if suite.version else ""
        if suite.name in reports:
            ordered_rows.append(row(suite, reports[suite.name]))
            ordered_sections.append(section(suite, reports[suite.name]))
        else:
            ordered_rows.append(rows.get(f"| `{suite.client}`{version}", ""))
            ordered_sections.append(sections.get(f"### {suite.name}", ""))
    head, _, rest = before.partition("|---|---|---|---|---|\n")
    after_rows = re.sub(r"\A(\|.*\n)*", "", rest)
    table_rows = "".join(f"{line}\n" for line in ordered_rows if line)
    whole = f"{head}|---|---|---|---|---|\n{table_rows}{after_rows}{''.join(filter(None, ordered_sections))}"
    return whole.rstrip() + "\n"
