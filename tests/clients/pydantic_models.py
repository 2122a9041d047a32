"""Checks every answer against the models of a Python client that openapi-generator has generated.

These clients parse a missing property of a nullable type as null. So the answer itself is checked, by what each model
declares as required, and not only whether the client could parse it.
"""

import importlib
import json
import re
import typing
import urllib.parse
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

from contract import operation_of
from report import Call, Report


def models_of(annotation: Any) -> list[type[BaseModel]]:
    """The models in a type, such as `UserLicense` in `Optional[UserLicense]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in models_of(part)]


def missing(models: list[type[BaseModel]], value: Any) -> list[str]:
    """The properties that a model requires and that `value` lacks, as `Model.property`, also in nested values."""
    if isinstance(value, list):
        return [name for item in value for name in missing(models, item)]
    if not isinstance(value, dict):
        return []
    found = []
    for model in models:
        for name, field in model.model_fields.items():
            alias = field.alias or name
            if alias in value:
                found += missing(models_of(field.annotation), value[alias])
            elif field.is_required():
                found.append(f"{model.__name__}.{alias}")
    return found


def unreadable(error: ValidationError, absent: list[str]) -> list[str]:
    """What the client could not parse, except for the properties that are known to be absent."""
    found = []
    for fault in error.errors():
        name = ".".join([error.title, *(str(part) for part in fault["loc"])])
        if name not in absent:
            found.append(f"{name}: {fault['msg']}")
    return found


class Answers:
    """Checks the answers that a client receives, and reports them."""

    def __init__(self, package: str, report: Report) -> None:
        """`package` is the generated package, with its `models`."""
        self.models = importlib.import_module(f"{package}.models")
        self.report = report
        self.last: Any = None
        """The body of the last answer, decoded from JSON."""

    def watch(self, api_client: Any) -> None:
        """Checks each answer before `api_client` (an `ApiClient`) decodes it."""
        send: Callable[..., Any] = api_client.call_api
        decode: Callable[..., Any] = api_client.response_deserialize
        call = Call("")

        def named(method: str, url: str, *arguments: Any, **options: Any) -> Any:
            nonlocal call
            operation = operation_of(method, urllib.parse.urlsplit(url).path)
            assert operation is not None, f"{method} {url} is outside the contract"
            call = self.report.call(operation)
            call.operations = [operation]
            return send(method, url, *arguments, **options)

        def checked(response_data: Any, response_types_map: dict[str, str | None]) -> Any:
            self.last = json.loads(response_data.data) if response_data.data else None
            declared = response_types_map.get(str(response_data.status)) or ""
            # Such as `UserAdminResponseDto` or `List[SessionResponseDto]`.
            models = [getattr(self.models, name) for name in re.findall(r"\w+", declared) if name != "List"]
            absent = missing(models, self.last)
            problems = {f"{name} is missing" for name in absent}
            try:
                return decode(response_data=response_data, response_types_map=response_types_map)
            except ValidationError as error:
                problems.update(unreadable(error, absent))
                call.raised = True
                raise
            finally:
                call.problems = sorted(problems.union(call.problems))

        api_client.call_api = named
        api_client.response_deserialize = checked
