"""Makes every call of `aioimmich`, the client that home automation uses, in any of its releases.

The client parses the answers itself, so a call that returns has everything that it requires. To prove that it checks
at all, each answer is parsed again with one property left out at a time.
"""

import asyncio
import importlib
import inspect
import logging
import os
import tempfile
import urllib.parse
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import aiohttp

from contract import BASE, operation_of
from report import Report

API_URL = urllib.parse.urlsplit(os.environ["API_URL"])
ADMIN = {"email": "admin@immich.cloud", "password": "password"}
UNKNOWN_ID = "00000000-0000-4000-a000-000000000000"

report = Report()
# Not imported by name: the types differ between the releases.
client: Any = importlib.import_module("aioimmich")
errors: Any = importlib.import_module("aioimmich.exceptions")


async def api_keys(*permissions: list[str]) -> list[str]:
    """The secrets of new keys of the first administrator, one for each list of permissions."""
    async with aiohttp.ClientSession(base_url=f"{API_URL.geturl()}/", raise_for_status=True) as session:
        await session.post("auth/admin-sign-up", json={**ADMIN, "name": "Immich Admin"})
        login = await (await session.post("auth/login", json=ADMIN)).json()
        headers = {"Authorization": f"Bearer {login['accessToken']}"}
        created = [await session.post("api-keys", json={"permissions": names}, headers=headers) for names in permissions]
        return [(await key.json())["secret"] for key in created]


async def connect(session: aiohttp.ClientSession, key: str) -> Any:
    host, port = API_URL.hostname, API_URL.port
    assert host is not None and port is not None
    immich = client.Immich(session, key, host, port, use_ssl=False)
    if hasattr(immich, "async_setup"):
        await immich.async_setup()
    return immich


def calls(immich: Any) -> dict[str, Callable[..., Awaitable[Any]]]:
    """All calls of the client, such as `users.async_get_my_user`."""
    return {
        f"{part}.{name}": method
        for part in ("albums", "assets", "people", "search", "server", "tags", "users")
        if hasattr(immich, part)
        for name, method in inspect.getmembers(getattr(immich, part), inspect.iscoroutinefunction)
        if name.startswith("async_")
    }


def arguments(method: Callable[..., Any], file: str) -> list[Any]:
    """Values for the parameters of a call that have no default."""
    values = {"str": UNKNOWN_ID, "list[str]": [UNKNOWN_ID]}
    return [
        file if name == "file" else values[inspect.formatannotation(parameter.annotation).strip("'")]
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.default is inspect.Parameter.empty
    ]


async def required(immich: Any, method: Callable[[], Awaitable[Any]]) -> list[str]:
    """The properties of the answer to a call without which the client does not accept it."""
    request = immich.api.async_do_request
    answer: dict[str, Any] = {}

    async def keep(*arguments: Any, **options: Any) -> Any:
        answer.update(await request(*arguments, **options))
        return answer

    immich.api.async_do_request = keep
    await method()
    found = []
    for name in answer:

        async def without(*_arguments: Any, left_out: str = name, **_options: Any) -> Any:
            return {key: value for key, value in answer.items() if key != left_out}

        immich.api.async_do_request = without
        try:
            await method()
        except Exception:  # Each release has its own error for this.
            found.append(name)
    immich.api.async_do_request = request
    return found


async def call_everything(key: str) -> None:
    requests: list[tuple[str, str]] = []

    async def note(_session: Any, _context: SimpleNamespace, sent: aiohttp.TraceRequestStartParams) -> None:
        requests.append((sent.method, sent.url.path))

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(note)
    with tempfile.NamedTemporaryFile(suffix=".jpg") as picture:
        async with aiohttp.ClientSession(trace_configs=[trace]) as session:
            immich = await connect(session, key)
            for name, method in calls(immich).items():
                requests.clear()
                entry = report.call(name)
                try:
                    await method(*arguments(method, picture.name))
                except (errors.ImmichError, aiohttp.ClientResponseError):
                    # Upstream's paths outside the contract get a 404, checked below.
                    pass
                except Exception as error:
                    entry.problems.append(f"{type(error).__name__}: {error}")
                    entry.raised = True
                for verb, path in requests:
                    operation = operation_of(verb, path)
                    if operation:
                        entry.operations.append(operation)
                    else:
                        template = path.removeprefix(BASE).replace(UNKNOWN_ID, "{id}")
                        entry.outside.append(f"{verb} {template}")
                assert requests, f"{name} sent no request"


async def answers_are_checked(key: str) -> None:
    """The calls of the contract do not accept an answer that lacks what they require."""
    async with aiohttp.ClientSession() as session:
        immich = await connect(session, key)
        for entry in report.calls:
            if entry.operations and not entry.outside and not entry.problems:
                found = await required(immich, calls(immich)[entry.name])
                assert found, f"{entry.name} accepts any answer"
                print(f"{entry.name} requires {', '.join(found)}")


async def rejections(key: str) -> None:
    async with aiohttp.ClientSession() as session:
        for credential, expected in (("bad", errors.ImmichUnauthorizedError), (key, errors.ImmichForbiddenError)):
            immich = await connect(session, credential)
            for call in (immich.users.async_get_my_user, immich.server.async_get_about_info):
                try:
                    await call()
                except expected:
                    continue
                raise AssertionError(f"{call.__name__} was not rejected")


async def main() -> None:
    # The client logs each error that it raises.
    logging.getLogger("aioimmich").addHandler(logging.NullHandler())
    full, weak = await api_keys(["all"], ["session.read"])
    await call_everything(full)
    await answers_are_checked(full)
    await rejections(weak)
    report.write()


if __name__ == "__main__":
    asyncio.run(main())
