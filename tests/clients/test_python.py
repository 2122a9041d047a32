"""Calls every operation through the Python client that openapi-generator generates from our contract.

The tests depend on their order: each one starts with the state that the previous one left.
"""

import os
import unittest
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from immich_api_client import (
    APIKeyCreateDto,
    APIKeysApi,
    APIKeyUpdateDto,
    ApiClient,
    ApiException,
    AuthenticationApi,
    ChangePasswordDto,
    Configuration,
    ErrorResponseDto,
    LoginCredentialDto,
    Permission,
    ServerApi,
    SessionCreateDto,
    SessionsApi,
    SignUpDto,
    UsersApi,
    UserUpdateMeDto,
)

from pydantic_models import Answers
from report import Report

report = Report()
answers = Answers("immich_api_client", report)

ADMIN = {"email": "admin@immich.cloud", "password": "password"}
UNKNOWN_ID = UUID("00000000-0000-4000-a000-000000000000")


class Client:
    """All parts of the client, with one credential."""

    def __init__(self, access_token: str | None = None, api_key: dict[str, str] | None = None) -> None:
        api = ApiClient(Configuration(host=os.environ["API_URL"], access_token=access_token, api_key=api_key))
        answers.watch(api)
        self.keys = APIKeysApi(api)
        self.auth = AuthenticationApi(api)
        self.server = ServerApi(api)
        self.sessions = SessionsApi(api)
        self.users = UsersApi(api)


stranger = Client()
me = stranger
admin_id = UNKNOWN_ID


class Operations(unittest.TestCase):
    def refused(self, call: Callable[[], Any], status: int, message: str | list[str]) -> None:
        with self.assertRaises(ApiException) as raised:
            call()
        error = raised.exception
        body = ErrorResponseDto.from_json(error.body or "")
        assert body is not None
        self.assertEqual((error.status, body.status_code), (status, status))
        self.assertEqual(body.message.actual_instance, message)
        self.assertEqual(body.correlation_id, (error.headers or {})["x-immich-cid"])

    def test_1_information_about_the_server_needs_no_credential(self) -> None:
        self.assertEqual(stranger.server.ping_server().res, "pong")
        version = stranger.server.get_server_version()
        self.assertEqual((version.major, version.minor), (2, 5))
        self.assertTrue(stranger.server.get_server_features().password_login)
        self.assertFalse(stranger.server.get_server_config().is_initialized)

    def test_2_every_secured_operation_requires_a_credential(self) -> None:
        keys, auth, server = stranger.keys, stranger.auth, stranger.server
        sessions, users = stranger.sessions, stranger.users
        calls: dict[str, Callable[[], Any]] = {
            "createApiKey": lambda: keys.create_api_key(APIKeyCreateDto(permissions=[Permission.ALL])),
            "getApiKeys": keys.get_api_keys,
            "getMyApiKey": keys.get_my_api_key,
            "getApiKey": lambda: keys.get_api_key(UNKNOWN_ID),
            "updateApiKey": lambda: keys.update_api_key(UNKNOWN_ID, APIKeyUpdateDto(name="x")),
            "deleteApiKey": lambda: keys.delete_api_key(UNKNOWN_ID),
            "validateAccessToken": auth.validate_access_token,
            "changePassword": lambda: auth.change_password(ChangePasswordDto(password="x", newPassword="password2")),
            "logout": auth.logout,
            "getAboutInfo": server.get_about_info,
            "createSession": lambda: sessions.create_session(SessionCreateDto()),
            "getSessions": sessions.get_sessions,
            "deleteAllSessions": sessions.delete_all_sessions,
            "deleteSession": lambda: sessions.delete_session(UNKNOWN_ID),
            "searchUsers": users.search_users,
            "getMyUser": users.get_my_user,
            "updateMyUser": lambda: users.update_my_user(UserUpdateMeDto(name="x")),
            "getUser": lambda: users.get_user(UNKNOWN_ID),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.refused(call, 401, "Authentication required")

    def test_3_the_first_administrator_can_sign_up_once_and_log_in(self) -> None:
        global me, admin_id
        sign_up = SignUpDto(name="Immich Admin", **ADMIN)
        created = stranger.auth.sign_up_admin(sign_up)
        self.assertTrue(created.is_admin)
        self.assertIsInstance(created.created_at, datetime)
        self.refused(lambda: stranger.auth.sign_up_admin(sign_up), 400, "The server already has an admin")
        login = LoginCredentialDto(email=ADMIN["email"], password="wrong")
        self.refused(lambda: stranger.auth.login(login), 401, "Incorrect email or password")
        login = LoginCredentialDto(email="x", password="x")
        self.refused(lambda: stranger.auth.login(login), 400, ["email must be an email"])
        logged_in = stranger.auth.login(LoginCredentialDto(**ADMIN))
        token, admin_id = logged_in.access_token.get_secret_value(), logged_in.user_id
        me = Client(access_token=token)
        self.assertTrue(me.auth.validate_access_token().auth_status)
        by_cookie = Client(api_key={"cookie": token})
        self.assertTrue(by_cookie.server.get_about_info().version.startswith("v2.5."))

    def test_4_users_can_be_read_and_the_own_user_can_be_changed(self) -> None:
        self.assertEqual(me.users.get_my_user().id, admin_id)
        self.assertEqual([user.email for user in me.users.search_users()], [ADMIN["email"]])
        self.assertEqual(me.users.get_user(admin_id).email, ADMIN["email"])
        self.assertEqual(me.users.update_my_user(UserUpdateMeDto(name="Ünï 🔑")).name, "Ünï 🔑")
        self.refused(lambda: me.users.get_user(UNKNOWN_ID), 400, "User not found")

    def test_5_api_keys_are_created_read_changed_used_and_deleted(self) -> None:
        permissions = [Permission.API_KEY_DOT_READ]
        created = me.keys.create_api_key(APIKeyCreateDto(name="reader", permissions=permissions))
        key = created.api_key
        by_key = Client(api_key={"api_key": created.secret.get_secret_value()})
        self.assertEqual(me.keys.get_api_keys(), [key])
        self.assertEqual(me.keys.get_api_key(key.id), key)
        self.assertEqual(by_key.keys.get_my_api_key(), key)
        self.refused(by_key.sessions.get_sessions, 403, "Missing required permission: session.read")
        changed = me.keys.update_api_key(key.id, APIKeyUpdateDto(name="renamed"))
        self.assertEqual((changed.name, changed.permissions), ("renamed", permissions))
        me.keys.delete_api_key(key.id)
        self.refused(by_key.keys.get_my_api_key, 401, "Invalid API key")

    def test_6_sessions_are_created_listed_and_ended(self) -> None:
        created = me.sessions.create_session(SessionCreateDto(duration=3600, deviceType="TV"))
        other = Client(access_token=created.token.get_secret_value())
        self.assertEqual(other.users.get_my_user().id, admin_id)
        self.assertEqual(len(me.sessions.get_sessions()), 2)
        me.sessions.delete_session(created.id)
        self.refused(other.users.get_my_user, 401, "Invalid user token")
        me.sessions.delete_all_sessions()
        self.assertEqual(len(me.sessions.get_sessions()), 1)

    def test_7_the_password_can_be_changed_and_after_the_logout_the_token_is_rejected(self) -> None:
        change = ChangePasswordDto(password="wrong", newPassword="password2")
        self.refused(lambda: me.auth.change_password(change), 400, "Wrong password")
        me.auth.change_password(ChangePasswordDto(password=ADMIN["password"], newPassword="password2"))
        stranger.auth.login(LoginCredentialDto(email=ADMIN["email"], password="password2"))
        self.assertTrue(me.auth.logout().successful)
        self.refused(me.auth.validate_access_token, 401, "Invalid user token")


def tearDownModule() -> None:
    report.write()


if __name__ == "__main__":
    unittest.main(failfast=True, verbosity=2)
