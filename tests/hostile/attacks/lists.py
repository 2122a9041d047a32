"""Lists of one user who has as many sessions and keys as the server lets them have."""

from attacks import attack
from load import Target, exchanges, flood


@attack("e", hoarder=True)
async def lists_of_sessions(target: Target) -> None:
    """ten connections that list thousands of sessions"""
    request = target.request("GET", "/sessions", token=target.hoarder.token)
    await flood(target, lambda: request, connections=10, batch=1)


@attack("e", hoarder=True)
async def lists_of_keys(target: Target) -> None:
    """ten connections that list thousands of API keys"""
    request = target.request("GET", "/api-keys", token=target.hoarder.token)
    await flood(target, lambda: request, connections=10, batch=1)


@attack("e", hoarder=True)
async def compressed_lists(target: Target) -> None:
    """ten connections that list thousands of sessions, compressed with brotli"""
    request = target.request("GET", "/sessions", ("Accept-Encoding", "br"), token=target.hoarder.token)
    await flood(target, lambda: request, connections=10, batch=1)


@attack("e")
async def new_sessions(target: Target) -> None:
    """an ordinary user who creates sessions as fast as possible"""
    request = target.json_request("POST", "/sessions", {}, token=target.user.token)
    await exchanges(target, lambda: request, connections=32)


@attack("e")
async def new_keys(target: Target) -> None:
    """an ordinary user who creates API keys as fast as possible"""
    request = target.json_request("POST", "/api-keys", {"permissions": ["all"]}, token=target.user.token)
    await exchanges(target, lambda: request, connections=32)


@attack("e")
async def changes_of_the_own_account(target: Target) -> None:
    """an ordinary user who changes their name as fast as possible"""
    request = target.json_request("PUT", "/users/me", {"name": "x"}, token=target.user.token)
    await exchanges(target, lambda: request, connections=32)


@attack("e")
async def lists_of_users(target: Target) -> None:
    """32 connections that list all users"""
    request = target.request("GET", "/users", token=target.user.token)
    await flood(target, lambda: request, connections=32, batch=4)
