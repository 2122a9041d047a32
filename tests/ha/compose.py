"""The services of docs/high-availability/compose.yaml: the test runs their commands with their settings."""

import pathlib
import re

import yaml

FOLDER = pathlib.Path(__file__).parents[2] / "docs" / "high-availability"
# The superuser's, that of replication, and the server's.
PASSWORD = "not-secret"
SERVICES = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]


def environment(service: str) -> dict[str, str]:
    """The environment of a service. Every `${…}` in the file is a password."""
    variables = SERVICES[service]["environment"]
    return {name: re.sub(r"\$\{\w+:\?\}", PASSWORD, str(value)) for name, value in variables.items()}


def command(service: str) -> list[str]:
    return str(SERVICES[service]["command"]).split()


def address(service: str) -> str:
    """The address of a service that has a fixed one."""
    return str(SERVICES[service]["networks"]["default"]["ipv4_address"])
