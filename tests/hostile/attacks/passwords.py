"""Everything that makes the server hash a password."""

import itertools
import random
from collections.abc import Callable

from attacks import attack, variant
from load import Target, exchanges


def forged_address(number: int) -> tuple[str, str]:
    return ("X-Forwarded-For", f"203.0.{number // 250 % 250}.{number % 250 + 1}")


@variant(
    "d",
    "logins_with_the_address_of_the_bystander",
    "64 connections that log in with unknown accounts and the bystander's address in X-Forwarded-For",
    lambda _: [("X-Forwarded-For", "127.0.0.1")],
)
@variant(
    "d",
    "logins_with_forged_addresses",
    "64 connections that log in with unknown accounts and another X-Forwarded-For each time",
    lambda number: [forged_address(number)],
)
@variant(
    "d",
    "logins_from_many_addresses",
    "64 connections from 64 addresses that log in with unknown accounts",
    lambda _: [],
    True,
)
@variant(
    "d",
    "logins_of_unknown_accounts",
    "64 connections that log in with unknown accounts",
    lambda _: [],
    limits={"401": 150},
)
async def unknown_accounts(
    target: Target, headers: Callable[[int], list[tuple[str, str]]], from_many_addresses: bool = False
) -> None:
    """Logins, each of another unknown account; `headers` gets the number of the login."""
    numbers = itertools.count()

    def make() -> bytes:
        number = next(numbers)
        login = {"email": f"unknown{target.attempt}-{number}@example.com", "password": "not a password"}
        return target.json_request("POST", "/auth/login", login, *headers(number))

    await exchanges(target, make, connections=64, source=target.address if from_many_addresses else None)


@attack("d", on_the_bystander=True, limits={"401": 150})
async def wrong_passwords_of_the_bystander(target: Target) -> None:
    """64 connections that guess the bystander's password, with another X-Forwarded-For each time"""
    numbers = itertools.count()

    def make() -> bytes:
        forged = ("X-Forwarded-For", f"198.51.{next(numbers) // 250 % 250}.{random.randrange(1, 250)}")
        return target.json_request("POST", "/auth/login", {"email": target.victim_email, "password": "guess"}, forged)

    await exchanges(target, make, connections=64)


@attack("d")
async def right_logins(target: Target) -> None:
    """64 connections that log in with one right password"""
    login = {"email": target.user.email, "password": target.user.password}
    request = target.json_request("POST", "/auth/login", login)
    await exchanges(target, lambda: request, connections=64)


@attack("h", limits={"400": 20})
async def changes_of_the_password(target: Target) -> None:
    """64 connections of an ordinary user with a wrong current password"""
    change = {"password": "not a password", "newPassword": "a new password"}
    request = target.json_request("POST", "/auth/change-password", change, token=target.guesser.token)
    await exchanges(target, lambda: request, connections=64)


@attack("h")
async def passwords_in_the_own_account(target: Target) -> None:
    """64 connections of an ordinary user that set the password to what it is"""
    request = target.json_request("PUT", "/users/me", {"password": target.user.password}, token=target.user.token)
    await exchanges(target, lambda: request, connections=64)


@attack("d")
async def sign_ups(target: Target) -> None:
    """64 connections that sign up as administrator, which one is already"""
    administrator = {"email": "other@example.com", "password": "not a password", "name": "Other"}
    request = target.json_request("POST", "/auth/admin-sign-up", administrator)
    await exchanges(target, lambda: request, connections=64)


@attack("d")
async def long_passwords(target: Target) -> None:
    """logins with passwords of 2 MB"""
    login = {"email": "unknown@example.com", "password": "p" * 2_000_000}
    request = target.json_request("POST", "/auth/login", login)
    await exchanges(target, lambda: request, connections=16)
