"""Lists of one user who has as many sessions and keys as the server lets them have."""

from attacks import attack, variant
from load import Target, exchanges, flood


@variant(
    "e",
    "compressed_lists",
    "ten connections that list thousands of sessions, compressed with brotli",
    "/sessions",
    ("Accept-Encoding", "br"),
    hoarder=True,
)
@variant("e", "lists_of_keys", "ten connections that list thousands of API keys", "/api-keys", hoarder=True)
@variant("e", "lists_of_sessions", "ten connections that list thousands of sessions", "/sessions", hoarder=True)
async def long_lists(target: Target, path: str, *headers: tuple[str, str]) -> None:
    request = target.request("GET", path, *headers, token=target.hoarder.token)
    await flood(target, lambda: request, connections=10, batch=1)


@variant(
    "e",
    "changes_of_the_own_account",
    "an ordinary user who changes their name as fast as possible",
    "PUT",
    "/users/me",
    {"name": "x"},
)
@variant(
    "e",
    "new_keys",
    "an ordinary user who creates API keys as fast as possible",
    "POST",
    "/api-keys",
    {"permissions": ["all"]},
)
@variant("e", "new_sessions", "an ordinary user who creates sessions as fast as possible", "POST", "/sessions", {})
async def writes(target: Target, method: str, path: str, body: dict[str, object]) -> None:
    request = target.json_request(method, path, body, token=target.user.token)
    await exchanges(target, lambda: request, connections=32)


@attack("e")
async def lists_of_users(target: Target) -> None:
    """32 connections that list all users"""
    request = target.request("GET", "/users", token=target.user.token)
    await flood(target, lambda: request, connections=32, batch=4)
