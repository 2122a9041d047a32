"""Reads waivers.toml and applies it to failures."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import schemathesis
from schemathesis.core.failures import Failure


@dataclass
class Waiver:
    code: str
    reason: str
    operations: tuple[str, ...] = ()
    status: int | str = ".*"
    message: str = "(?s).*"
    says: str = "(?s).*"
    body: str = ".*"
    times: int = 0

    def accepts(
        self, failure: Failure, operation: str, case: schemathesis.Case, response: schemathesis.Response
    ) -> bool:
        return (
            failure.code == self.code
            and (not self.operations or operation in self.operations)
            and re.fullmatch(str(self.status), str(response.status_code)) is not None
            and re.fullmatch(self.message, message_of(response)) is not None
            and re.fullmatch(self.says, failure.message) is not None
            and re.fullmatch(self.body, type(case.body).__name__) is not None
        )


def message_of(response: schemathesis.Response) -> str:
    """The message of an error response, one line per message; empty for any other response."""
    try:
        message = response.json().get("message")
    except (ValueError, AttributeError):
        return ""
    return "\n".join(message) if isinstance(message, list) else message or ""


def read(file: Path) -> list[Waiver]:
    with file.open("rb") as content:
        return [Waiver(**entry) for entry in tomllib.load(content)["waiver"]]
