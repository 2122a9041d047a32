"""Hooks for schemathesis: credentials, meaningful values for requests, and accepted failures.

IMMICH_TEST_PROGRAM is the program under test, which creates users; its settings are in the environment.
"""

import atexit
import itertools
import os
import subprocess
import uuid
from collections import Counter, defaultdict
from pathlib import Path

import requests
import schemathesis
import waivers
from schemathesis.core.failures import Failure

API = os.environ["IMMICH_TEST_API"]
PROGRAM = os.environ["IMMICH_TEST_PROGRAM"]
# The original creates sessions only for sessions and describes the current key only to keys, unlike its contract.
SESSION_ONLY, KEY_ONLY = "createSession", "getMyApiKey"


class Account:
    """A user with a session and an API key, replaced by another user when one of them is no longer valid.

    Generated requests log out, delete keys and change passwords.
    """

    def __init__(self) -> None:
        self.email = self.password = self.session = self.key = ""
        self.is_in_doubt = True

    def header(self, as_key: bool) -> dict[str, str]:
        return {"x-api-key": self.key} if as_key else {"Authorization": f"Bearer {self.session}"}

    def ensure(self) -> None:
        if self.is_in_doubt and not (self.key and self.is_accepted(True) and self.is_accepted(False)):
            self.replace()
        self.is_in_doubt = False

    def is_accepted(self, as_key: bool) -> bool:
        return self.post("/auth/validateToken", None, self.header(as_key)).status_code == 200

    def replace(self) -> None:
        self.email, self.password = f"{uuid.uuid4()}@example.com", str(uuid.uuid4())
        create = [PROGRAM, "user", "create", "--email", self.email, "--name", "Schemathesis", "--password-stdin"]
        subprocess.run(create, input=self.password.encode(), stdout=subprocess.DEVNULL, check=True)
        self.session = self.made("/auth/login", {"email": self.email, "password": self.password}, {})["accessToken"]
        self.key = self.new_key()["secret"]

    def new_key(self) -> dict[str, str]:
        created = self.made("/api-keys", {"name": "Schemathesis", "permissions": ["all"]})
        return created["apiKey"] | {"secret": created["secret"]}

    def new_session(self) -> str:
        return self.made("/sessions", {})["id"]

    def made(self, path: str, body: object, headers: dict[str, str] | None = None) -> dict:
        answer = self.post(path, body, self.header(False) if headers is None else headers)
        answer.raise_for_status()
        return answer.json()

    @staticmethod
    def post(path: str, body: object, headers: dict[str, str]) -> requests.Response:
        return requests.post(API + path, json=body, headers=headers, timeout=30)


ACCOUNT = Account()
TURNS: defaultdict[tuple[str, ...], itertools.cycle] = defaultdict(lambda: itertools.cycle([True, False]))
ANSWERS: defaultdict[str, Counter[int]] = defaultdict(Counter)
WAIVERS = waivers.read(Path(__file__).with_name("waivers.toml"))


PASSWORDS = {"login": ("email", "password"), "changePassword": ("password",)}
OF_KEYS, OF_SESSIONS = ("getApiKey", "updateApiKey", "deleteApiKey"), ("deleteSession",)


def every_other(*purpose: str) -> bool:
    """True for the first call with a purpose and for every other call after it."""
    return next(TURNS[purpose])


def has_method_of_operation(case: schemathesis.Case) -> bool:
    """Whether the request has the operation's method; schemathesis also tries other methods."""
    return case.method == case.operation.method.upper()


def operation_id(case: schemathesis.Case) -> str:
    return case.operation.definition.raw["operationId"]


@schemathesis.auth()
class Credential:
    """Alternates between sessions and API keys."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> Account:
        return ACCOUNT

    def set(self, case: schemathesis.Case, account: Account, context: schemathesis.AuthContext) -> None:
        account.ensure()
        operation = operation_id(case)
        as_key = operation == KEY_ONLY or (operation != SESSION_ONLY and every_other("key", operation))
        case.headers.update(account.header(as_key))


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, object]) -> None:
    """Fills every other valid request with existing values: passwords and identifiers cannot be guessed."""
    meta, operation = case.meta, operation_id(case)
    if meta is None or not meta.generation.mode.is_positive or not has_method_of_operation(case):
        return
    if not every_other("meaningful", operation, meta.phase.name.value):
        return
    ACCOUNT.ensure()
    if operation in PASSWORDS and isinstance(case.body, dict):
        case.body = case.body | {name: getattr(ACCOUNT, name) for name in PASSWORDS[operation]}
    # In its last phase, schemathesis uses the resources it has created itself.
    if operation in OF_KEYS + OF_SESSIONS and meta.phase.name.value != "stateful":
        case.path_parameters["id"] = ACCOUNT.new_session() if operation in OF_SESSIONS else ACCOUNT.new_key()["id"]


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: schemathesis.Case, response: schemathesis.Response) -> None:
    """Updates the account's data and counts responses."""
    operation = operation_id(case)
    if has_method_of_operation(case):
        ANSWERS[operation][response.status_code] += 1
    body = case.body if isinstance(case.body, dict) else {}
    if response.status_code == 200 and operation in ("changePassword", "updateMyUser"):
        ACCOUNT.email = response.json()["email"]
        ACCOUNT.password = body.get("newPassword" if operation == "changePassword" else "password", ACCOUNT.password)
    # A generated request removed permissions from the account's key.
    if response.status_code == 403 and "x-api-key" in response.request.headers:
        ACCOUNT.key = ""
    ACCOUNT.is_in_doubt |= response.status_code in (204, 401, 403) or operation in ("changePassword", "logout")


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext,
    failure: Failure,
    case: schemathesis.Case,
    response: schemathesis.Response,
) -> bool:
    for waiver in WAIVERS:
        if waiver.accepts(failure, operation_id(case), case, response):
            waiver.times += 1
            return False
    return True


@schemathesis.check
class EveryOperationSucceeds:
    """Fails if an operation was only ever rejected: that would test little."""

    def after_run(self, context: schemathesis.CheckContext) -> None:
        rejected = [name for name, statuses in ANSWERS.items() if not any(200 <= status < 300 for status in statuses)]
        assert not rejected, f"never succeeded: {', '.join(rejected)}"


@atexit.register
def report() -> None:
    if not ANSWERS:
        return
    print("\nResponses by operation and status:")
    for name, statuses in sorted(ANSWERS.items()):
        print(f"  {name:20}", "  ".join(f"{status}: {times}" for status, times in sorted(statuses.items())))
    print("\nFailures accepted by waivers.toml:")
    for waiver in WAIVERS:
        where = ", ".join(waiver.operations) or "all operations"
        print(f"  {waiver.times or 'NONE':>5}  {waiver.code} {where}: {waiver.reason}")
