"""Calls every operation of the contract that a Python client of PyPI has: the clients that openapi-generator generated
from the whole document of an Immich release.

PACKAGE is the generated package; CLIENT, if it is set, is the class that users of the client start with.
"""

import asyncio
import importlib
import inspect
import os
import pkgutil
import re
from typing import Any

from pydantic import ValidationError

from contract import BASE, OPERATIONS, PERMISSIONS, operation_of
from pydantic_models import Answers
from report import Report

PACKAGE = os.environ["PACKAGE"]
API_URL = os.environ["API_URL"]
ADMIN = {"email": "admin@immich.cloud", "password": "password"}
UNKNOWN_ID = "00000000-0000-4000-a000-000000000000"

# What each operation that needs a credential is called with, for the calls that are rejected.
ARGUMENTS: dict[str, list[Any]] = {
    "createApiKey": [{"permissions": ["all"]}],
    "getApiKey": [UNKNOWN_ID],
    "updateApiKey": [UNKNOWN_ID, {"name": "x"}],
    "deleteApiKey": [UNKNOWN_ID],
    "changePassword": [{"password": "x", "newPassword": "password2"}],
    "createSession": [{}],
    "deleteSession": [UNKNOWN_ID],
    "updateMyUser": [{"name": "x"}],
    "getUser": [UNKNOWN_ID],
}

report = Report()
answers = Answers(PACKAGE, report)
api = importlib.import_module(f"{PACKAGE}.api")
ApiException = importlib.import_module(f"{PACKAGE}.exceptions").ApiException


def snake_case(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def methods() -> dict[str, str]:
    """The calls of the client and the name of the class of each one."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(api.__path__):
        for name, member in vars(importlib.import_module(f"{api.__name__}.{module.name}")).items():
            # Operations that are deprecated are in a second class.
            if inspect.isclass(member) and name.endswith("Api") and name != "DeprecatedApi":
                for call in vars(member):
                    if not call.startswith("_") and not call.endswith(("_with_http_info", "_without_preload_content")):
                        found[call] = name
    return found


METHODS = methods()


def has(operation: str) -> bool:
    return snake_case(operation) in METHODS


class Client:
    """The client with one credential, or with none."""

    def __init__(self, token: str | None = None, key: str | None = None) -> None:
        if "CLIENT" in os.environ:
            module, name = os.environ["CLIENT"].rsplit(".", 1)
            create = getattr(importlib.import_module(module), name)
            self.api_client = create(base_url=API_URL, access_token=token, api_key=key).base_client
        else:
            package = importlib.import_module(PACKAGE)
            keys = {"api_key": key} if key else None
            configuration = package.Configuration(host=API_URL, access_token=token, api_key=keys)
            self.api_client = package.ApiClient(configuration)
        answers.watch(self.api_client)

    async def call(self, operation: str, *arguments: Any) -> Any:
        """Calls an operation; returns the answer as it was sent, even if the client could not parse it."""
        instance = getattr(api, METHODS[snake_case(operation)])(self.api_client)
        try:
            result = getattr(instance, snake_case(operation))(*arguments)
            if inspect.isawaitable(result):
                await result
        except ValidationError:
            # The problems of the answer are in the report. Without one, it was the arguments that did not fit.
            assert report.call(operation).problems, f"{operation} does not accept {arguments}"
        return answers.last

    async def rejected(self, status: int, message: str | list[str], operation: str, *arguments: Any) -> None:
        try:
            await self.call(operation, *arguments)
        except ApiException as error:
            got = (error.status, answers.last["statusCode"], answers.last["message"])
            assert got == (status, status, message), f"{operation}: {got}"
        else:
            raise AssertionError(f"{operation} was not rejected")

    async def close(self) -> None:
        closed = self.api_client.rest_client
        if hasattr(closed, "close"):
            await closed.close()


async def public_operations(stranger: Client) -> None:
    assert await stranger.call("pingServer") == {"res": "pong"}
    version = await stranger.call("getServerVersion")
    assert (version["major"], version["minor"]) == (2, 5), version
    assert (await stranger.call("getServerFeatures"))["passwordLogin"]
    assert not (await stranger.call("getServerConfig"))["isInitialized"]


async def every_secured_operation_requires_a_credential(stranger: Client) -> None:
    for operation, described in OPERATIONS.items():
        if described.secured and has(operation):
            await stranger.rejected(401, "Authentication required", operation, *ARGUMENTS.get(operation, []))


async def sign_up_and_login(stranger: Client) -> Client:
    sign_up = {**ADMIN, "name": "Immich Admin"}
    assert (await stranger.call("signUpAdmin", sign_up))["isAdmin"]
    await stranger.rejected(400, "The server already has an admin", "signUpAdmin", sign_up)
    await stranger.rejected(401, "Incorrect email or password", "login", {**ADMIN, "password": "wrong"})
    return Client(token=(await stranger.call("login", ADMIN))["accessToken"])


async def users(me: Client) -> None:
    user = (await me.call("getMyUser"))["id"]
    assert [found["id"] for found in await me.call("searchUsers")] == [user]
    assert (await me.call("getUser", user))["email"] == ADMIN["email"]
    assert (await me.call("updateMyUser", {"name": "Ünï 🔑"}))["name"] == "Ünï 🔑"
    await me.rejected(400, "User not found", "getUser", UNKNOWN_ID)
    assert (await me.call("validateAccessToken"))["authStatus"]
    assert (await me.call("getAboutInfo"))["version"].startswith("v2.5.")


async def api_keys(me: Client) -> None:
    created = await me.call("createApiKey", {"name": "reader", "permissions": ["apiKey.read"]})
    key = created["apiKey"]
    by_key = Client(key=created["secret"])
    assert await me.call("getApiKeys") == [key]
    assert await me.call("getApiKey", key["id"]) == key
    if has("getMyApiKey"):
        assert await by_key.call("getMyApiKey") == key
    await by_key.rejected(403, "Missing required permission: session.read", "getSessions")
    changes = {"name": "renamed", "permissions": ["all"]}
    assert (await me.call("updateApiKey", key["id"], changes))["name"] == "renamed"
    await me.call("deleteApiKey", key["id"])
    await by_key.rejected(401, "Invalid API key", "getSessions")
    await by_key.close()


async def permissions(me: Client) -> None:
    """A key can have every permission of the client, except those that the contract does not know."""
    known = [permission.value for permission in answers.models.Permission]
    report.unknown_permissions = [name for name in known if name not in PERMISSIONS]
    granted = [name for name in known if name in PERMISSIONS]
    created = await me.call("createApiKey", {"permissions": granted})
    assert created["apiKey"]["permissions"] == granted
    for name in report.unknown_permissions:
        try:
            await me.call("createApiKey", {"permissions": [name]})
        except ApiException as error:
            assert error.status == 400
        else:
            raise AssertionError(f"the unknown permission {name} was granted")


async def sessions(me: Client) -> None:
    if has("createSession"):
        created = await me.call("createSession", {"duration": 3600, "deviceType": "TV"})
        other = Client(token=created["token"])
        assert (await other.call("getMyUser"))["email"] == ADMIN["email"]
        assert len(await me.call("getSessions")) == 2
        await me.call("deleteSession", created["id"])
        await other.rejected(401, "Invalid user token", "getMyUser")
        await other.close()
    await me.call("deleteAllSessions")
    assert len(await me.call("getSessions")) == 1


async def password_and_logout(stranger: Client, me: Client) -> None:
    await me.rejected(400, "Wrong password", "changePassword", {"password": "wrong", "newPassword": "password2"})
    await me.call("changePassword", {"password": ADMIN["password"], "newPassword": "password2"})
    await stranger.call("login", {**ADMIN, "password": "password2"})
    assert (await me.call("logout"))["successful"]
    await me.rejected(401, "Invalid user token", "validateAccessToken")


class Anything(str):
    """An argument for any parameter: a text, which also has the value that a member of an enumeration has."""

    value = UNKNOWN_ID


class Requested(Exception):
    """Ends a call once it is known what it requests."""


async def further_calls() -> int:
    """The number of the calls that are outside the contract, which is all others; nothing is sent."""
    client = Client()

    def requested(method: str, resource_path: str, **_options: Any) -> None:
        raise Requested(method, resource_path)

    client.api_client.param_serialize = requested
    others = sorted(METHODS.keys() - {snake_case(operation) for operation in OPERATIONS})
    for call in others:
        # The function without the validation of its arguments, so that any will do.
        function = vars(getattr(api, METHODS[call]))[call].raw_function
        required = [
            name
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.default is inspect.Parameter.empty
        ]
        instance = getattr(api, METHODS[call])(client.api_client)
        try:
            result = function(instance, *[Anything(UNKNOWN_ID)] * (len(required) - 1))
            if inspect.isawaitable(result):
                await result
        except Requested as request:
            method, path = request.args
            assert operation_of(method, BASE + path) is None, f"{call} is in the contract, but is not called"
        else:
            raise AssertionError(f"{call} requests nothing")
    await client.close()
    return len(others)


async def main() -> None:
    stranger = Client()
    await public_operations(stranger)
    await every_secured_operation_requires_a_credential(stranger)
    me = await sign_up_and_login(stranger)
    await users(me)
    await api_keys(me)
    await permissions(me)
    await sessions(me)
    await password_and_logout(stranger, me)
    await stranger.close()
    await me.close()
    report.further_calls = await further_calls()
    report.write()
    print(f"{len(report.calls)} operations called; {report.further_calls} other calls are outside the contract")


if __name__ == "__main__":
    asyncio.run(main())
