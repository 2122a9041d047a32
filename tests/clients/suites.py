"""The clients that are tested: their releases, and what is required of each one.

A new release of a client is one entry here, and one line in package.json or packages.txt.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    client: str
    """The name of the package, or what the client is."""
    version: str
    file: str
    """The file with the tests."""
    made_for: str
    """The release of Immich that the client is made for."""
    environment: dict[str, str] = field(default_factory=dict)
    package: str | None = None
    """The folder of the Python package, as in packages.txt."""
    every_operation: bool = True
    """Whether every operation of the contract must be called, and rejected where possible."""
    lacks: tuple[str, ...] = ()
    """The operations of the contract that the client does not have."""
    all_work: bool = True
    """Whether the client must get everything that it requires. Otherwise docs/clients.md lists what it does not get."""
    quick: bool = False
    """Whether CI runs it for every change: one release of each client. `make nightly` runs all."""

    @property
    def name(self) -> str:
        return f"{self.client} {self.version}".rstrip()

    @property
    def title(self) -> str:
        """The name on the page."""
        return f"`{self.client}` {self.version}" if self.version else self.client


def sdk(version: str, module: str, all_work: bool = True, quick: bool = False) -> Suite:
    return Suite("@immich/sdk", version, "sdk.test.ts", version, {"SDK": module}, all_work=all_work, quick=quick)


def immichpy(version: str, made_for: str, all_work: bool = True, quick: bool = False) -> Suite:
    environment = {"PACKAGE": "immichpy.client.generated", "CLIENT": "immichpy.client.main.AsyncClient"}
    package, file = f"immichpy-{version}", "openapi_python.py"
    return Suite("immichpy", version, file, made_for, environment, package, all_work=all_work, quick=quick)


def aioimmich(version: str, quick: bool = False) -> Suite:
    package, file = f"aioimmich-{version}", "aioimmich_calls.py"
    return Suite("aioimmich", version, file, "not stated", package=package, every_operation=False, quick=quick)


SUITES = [
    sdk("2.7.5", "@immich/sdk", quick=True),
    sdk("2.4.0", "immich-sdk-2.4"),
    sdk("3.2.2", "immich-sdk-3.2", all_work=False),
    Suite("@immich/cli", "3.2.2", "cli.test.ts", "3.2.2", every_operation=False, quick=True),
    Suite("@immich/cli", "2.1.0", "cli-2.1.test.ts", "1.x, in 2024", every_operation=False),
    immichpy("4.2.3", "2.7.5", quick=True),
    immichpy("3.0.4", "2.5.6"),
    immichpy("9.2.4", "3.3.5", all_work=False),
    Suite(
        "immich-python-sdk",
        "1.134.0",
        "openapi_python.py",
        "1.134.0",
        {"PACKAGE": "immich_python_sdk"},
        package="immich-python-sdk-1.134.0",
        lacks=("getMyApiKey",),
    ),
    aioimmich("0.18.0", quick=True),
    aioimmich("0.12.1"),
    aioimmich("0.7.0"),
    Suite("generated TypeScript client", "", "typescript-fetch.test.ts", "this contract", quick=True),
    Suite("generated Python client", "", "test_python.py", "this contract", quick=True),
]
