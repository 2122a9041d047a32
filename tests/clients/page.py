"""docs/clients.md: written from what the clients did, and compared with it at every run."""

import pathlib
import re
import textwrap

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
    working = len(operations_that_work(report))
    return f"| {suite.title} | {suite.made_for} | {len(had)} | {working} | {outside} |"


def table(head: list[str], rows: list[list[str]]) -> str:
    rule = f"|{'---|' * len(head)}"
    return "\n".join([f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(cells)} |" for cells in rows)])


def of_operations(suite: Suite, report: Report) -> list[str]:
    """The paragraphs about a client whose calls are the operations of the contract."""
    found = []
    incomplete = [call for call in report.calls if call.problems]
    without = f" The client does not have {listed(list(suite.lacks))}." if suite.lacks else ""
    if not incomplete:
        count = len(report.calls)
        found.append(f"All {count} calls work: the answers have everything that the client requires.{without}")
    else:
        found.append(f"These calls work: {listed(operations_that_work(report))}.{without}")
        found.append("The answers to these calls lack a property that only a later release of Immich sends:")
        rows = [
            [
                f"`{call.name}`",
                listed([problem.removesuffix(" is missing") for problem in call.problems]),
                "raises an error" if call.raised else "returns the answer without it",
            ]
            for call in incomplete
        ]
        found.append(table(["call", "missing property", "what the client does"], rows))
    if report.unknown_permissions:
        names = listed(report.unknown_permissions)
        found.append(f"Permissions of the client that Immich 2.5 does not have, so that no key can have them: {names}.")
    if report.further_calls:
        found.append(f"Its other {report.further_calls} calls need operations outside the contract.")
    return found


def of_other_calls(report: Report) -> list[str]:
    """The paragraphs about a client whose calls differ from the operations of the contract."""
    rows = [
        [f"`{call.name}`", "yes" if works(call) else "no", listed(call.operations), listed(call.outside)]
        for call in report.calls
    ]
    return [table(["call", "works", "operations of the contract", "requests outside the contract"], rows)]


def section(suite: Suite, report: Report) -> str:
    """The section of a client, with its heading."""
    by_operation = all(call.operations == [call.name] for call in report.calls)
    found = of_operations(suite, report) if by_operation else of_other_calls(report)
    paragraphs = [text if text.startswith("|") else wrapped(text) for text in found]
    return "\n\n".join([f"### {suite.title}", *paragraphs]) + "\n\n"


def wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def updated(page: str, reports: dict[str, Report]) -> str:
    """The page with the rows and the sections of these suites, by their names. Those of others stay as they are."""
    rows = {line.split(" | ")[0]: line for line in page.splitlines() if re.match(r"\| .*\d \|$", line)}
    before, *parts = re.split(r"^(?=### )", page, flags=re.MULTILINE)
    sections = {part.partition("\n")[0]: part.rstrip() + "\n\n" for part in parts}
    for suite in SUITES:
        if suite.name in reports:
            rows[f"| {suite.title}"] = row(suite, reports[suite.name])
            sections[f"### {suite.title}"] = section(suite, reports[suite.name])
    head, rule, rest = before.partition("|---|---|---|---|---|\n")
    after_rows = re.sub(r"\A(\|.*\n)*", "", rest)
    ordered_rows = [rows.get(f"| {suite.title}", "") for suite in SUITES]
    ordered_sections = [sections.get(f"### {suite.title}", "") for suite in SUITES]
    table_rows = "".join(f"{line}\n" for line in ordered_rows if line)
    return f"{head}{rule}{table_rows}{after_rows}{''.join(ordered_sections)}".rstrip() + "\n"
