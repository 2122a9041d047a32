"""The contract of the server, for the runner and the tests of Python clients."""

import json
import pathlib
import re
from dataclasses import dataclass

_FILE = pathlib.Path(__file__).resolve().parent.parent.parent / "generated" / "openapi.json"
_DOCUMENT = json.loads(_FILE.read_text())

BASE = "/api"
PERMISSIONS: list[str] = _DOCUMENT["components"]["schemas"]["Permission"]["enum"]
"""The permissions that an API key can have."""

_SCHEMAS = {name.lower(): schema for name, schema in _DOCUMENT["components"]["schemas"].items()}


def has_property(name: str) -> bool:
    """Whether the contract has a property, such as `LoginResponseDto.name`.

    Clients write `ApiKeyResponseDto` for `APIKeyResponseDto`, and `ServerPingResponseRead` for `ServerPingResponse`.
    """
    schema, _, name = name.partition(".")
    return name in _SCHEMAS.get(schema.lower().removesuffix("read"), {}).get("properties", {})


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    """With placeholders, such as `/users/{id}`."""
    secured: bool
    """Whether it needs a credential."""
    rejectable: bool
    """Whether it can be rejected: whether it takes a credential or a body."""


def is_secured(operation: dict[str, object]) -> bool:
    """Whether it needs a credential: an empty list says that it needs none."""
    return bool(operation.get("security"))


OPERATIONS = {
    operation["operationId"]: Operation(
        method.upper(), path, is_secured(operation), is_secured(operation) or "requestBody" in operation
    )
    for path, methods in _DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
"""The operations by their ids, in the order of the contract."""


def operation_of(method: str, path: str) -> str | None:
    """The id of the operation that answers a request, or None if the request is outside the contract.

    `path` starts with `/api`, without query. A path without placeholders is preferred, as by the server.
    """
    fitting = [
        (operation.path.count("{"), name)
        for name, operation in OPERATIONS.items()
        if operation.method == method
        and re.fullmatch(BASE + re.sub(r"\{\w+\}", "[^/]+", operation.path), path)
    ]
    return min(fitting)[1] if fitting else None
