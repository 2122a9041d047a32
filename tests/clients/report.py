"""What a client did, as its tests report it to the runner. `report.ts` writes the same format."""

import json
import os
import pathlib
from dataclasses import asdict, dataclass, field


@dataclass
class Call:
    """A call that the client offers, such as a function or a command."""

    name: str
    operations: list[str] = field(default_factory=list)
    """The operations of the contract that it requested."""
    outside: list[str] = field(default_factory=list)
    """The requests that it needs and that no operation of the contract answers, such as `GET /albums`."""
    problems: list[str] = field(default_factory=list)
    """What the client requires of the answers and did not get, such as `LoginResponseDto.name is missing`."""
    raised: bool = False
    """Whether the client raised an error for these problems, instead of returning the answer."""


@dataclass
class Report:
    calls: list[Call] = field(default_factory=list)
    further_calls: int = 0
    """The number of calls that the tests did not make, because they are outside the contract."""
    unknown_permissions: list[str] = field(default_factory=list)
    """The permissions that the client can grant to a key and the contract does not know."""

    def call(self, name: str) -> Call:
        """The entry of a call, new at its first use."""
        for call in self.calls:
            if call.name == name:
                return call
        self.calls.append(Call(name))
        return self.calls[-1]

    def write(self) -> None:
        """Writes the file that the runner reads."""
        pathlib.Path(os.environ["REPORT"]).write_text(json.dumps(asdict(self)))

    @staticmethod
    def read(file: pathlib.Path) -> "Report":
        """Reads what `write` wrote.

        Raises `OSError` if the tests wrote no report.
        """
        data = json.loads(file.read_text())
        return Report(**{**data, "calls": [Call(**call) for call in data["calls"]]})
