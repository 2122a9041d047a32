"""Floods of requests that are small, and that a caller without a credential may send."""

import itertools
import random

from attacks import attack, variant
from load import Target, exchanges, flood


@attack("i")
async def unknown_paths(target: Target) -> None:
    """another unknown path each time"""
    numbers = itertools.count()
    await flood(target, lambda: target.request("GET", f"/unknown/{next(numbers)}?password=secret"))


@attack("i")
async def unknown_paths_of_64_segments(target: Target) -> None:
    """unknown paths with many segments and percent escapes"""
    request = target.request("GET", "/%41" * 2_000)
    await flood(target, lambda: request, batch=4)


@variant("i", "unknown_keys", "another API key each time", "x-api-key", "")
@variant(
    "i",
    "unknown_tokens",
    "another session token each time, which the database must look up",
    "Authorization",
    "Bearer ",
)
async def unknown_credentials(target: Target, header: str, scheme: str) -> None:
    await flood(
        target, lambda: target.request("GET", "/users/me", (header, f"{scheme}{random.getrandbits(200):x}"))
    )


@variant("i", "settings_of_the_server", "the public operation that queries the database", "/server/config")
@variant("i", "missing_credentials", "requests without a credential", "/users/me")
async def without_a_credential(target: Target, path: str) -> None:
    request = target.request("GET", path)
    await flood(target, lambda: request)


@attack("i")
async def static_files(target: Target) -> None:
    """the largest file, without compression"""
    request = target.request("GET", "/docs/swagger-ui-bundle.js")
    await flood(target, lambda: request, connections=16, batch=1)


@attack("i")
async def contract_documents(target: Target) -> None:
    """the contract, compressed in another way each time"""
    encodings = itertools.cycle(["br", "gzip", "deflate", "identity"])
    await exchanges(target, lambda: target.request("GET", "/openapi.json", ("Accept-Encoding", next(encodings))))


@attack("i")
async def readiness_probes(target: Target) -> None:
    """readiness probes, which query the database"""
    request = target.request("GET", "").replace(b"GET /api ", b"GET /readyz ")
    await flood(target, lambda: request)


@attack("g", limits={"201": 0})
async def forms_of_other_sites(target: Target) -> None:
    """forms of pages of other sites, with the user's cookie"""
    cookie = ("Cookie", f"immich_access_token={target.user.token}")
    headers = (("Sec-Fetch-Site", "cross-site"), ("Origin", "http://evil.example"), cookie)
    form = ("Content-Type", "application/x-www-form-urlencoded")
    request = target.request("POST", "/api-keys", form, *headers, body=b"permissions[]=all")
    await exchanges(target, lambda: request, connections=32)
