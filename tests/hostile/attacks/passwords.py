"""Everything that makes the server hash a password."""

import itertools
import random

from attacks import attack
from load import Target, exchanges


def logins(target: Target, forged: bool = False, **fixed: str):  # noqa: ANN201
    """Makes logins of unknown accounts; `forged`: each with another client address in X-Forwarded-For."""
    numbers = itertools.count()

    def make() -> bytes:
        number = next(numbers)
        headers = [("X-Forwarded-For", f"203.0.{number // 250 % 250}.{number % 250 + 1}")] if forged else []
        headers += [(name.replace("_", "-"), value) for name, value in fixed.items()]
        login = {"email": f"unknown{target.attempt}-{number}@example.com", "password": "not a password"}
        return target.json_request("POST", "/auth/login", login, *headers)

    return make


@attack("d", limits={"401": 150})
async def logins_of_unknown_accounts(target: Target) -> None:
    """64 connections that log in with unknown accounts"""
    await exchanges(target, logins(target), connections=64)


@attack("d")
async def logins_from_many_addresses(target: Target) -> None:
    """64 connections from 64 addresses that log in with unknown accounts"""
    await exchanges(target, logins(target), connections=64, source=target.address)


@attack("d")
async def logins_with_forged_addresses(target: Target) -> None:
    """64 connections that log in with unknown accounts and another X-Forwarded-For each time"""
    await exchanges(target, logins(target, forged=True), connections=64)


@attack("d")
async def logins_with_the_address_of_the_bystander(target: Target) -> None:
    """64 connections that log in with unknown accounts and the bystander's address in X-Forwarded-For"""
    await exchanges(target, logins(target, X_Forwarded_For="127.0.0.1"), connections=64)


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
