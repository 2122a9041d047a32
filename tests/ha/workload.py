"""Clients of a pair of servers: writers, readers, and users who revoke credentials."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from book import Book, Key, Revoked
from client import Answer, Client, api_key, bearer
from servers import Pair

PERMISSIONS = ["user.read"]


class Actor:
    """A client that repeats one step until the end of the test."""

    # Seconds between two steps.
    pause = 0.02

    def __init__(self, pair: Pair, book: Book, stopping: threading.Event, token: str) -> None:
        self.pair, self.book, self.stopping = pair, book, stopping
        self.client = Client(pair.address)
        self.own = bearer(token)
        self.random = random.Random()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join(20)

    def _run(self) -> None:
        try:
            while not self.stopping.wait(self.pause):
                self.step()
        except Exception as error:
            self.book.faults.append(f"{type(self).__name__} ended: {type(error).__name__}: {error}")
            raise

    def step(self) -> None:
        raise NotImplementedError

    def call(
        self, method: str, path: str, body: object = None, credential: dict[str, str] | None = None, dead: bool = False
    ) -> Answer:
        answer = self.client.call(method, path, credential or self.own, body)
        self.book.record(self.pair.mode, f"{method} /{path.split('/')[1]}", answer, dead)
        return answer


class Writer(Actor):
    """Creates, renames and deletes API keys, one request at a time."""

    def __init__(self, pair: Pair, book: Book, stopping: threading.Event, token: str) -> None:
        super().__init__(pair, book, stopping, token)
        self._count = 0
        # Keys whose state is known.
        self._known: list[str] = []

    def _name(self) -> str:
        self._count += 1
        return f"{self.own['authorization'][-8:]} {self._count}"

    def step(self) -> None:
        action = self.random.random()
        if action < 0.5 or len(self._known) < 10:
            self._create()
        elif action < 0.75:
            self._rename(self._take())
        else:
            self._delete(self._take())

    def _take(self) -> str:
        return self._known.pop(self.random.randrange(len(self._known)))

    def _create(self) -> None:
        name = self._name()
        answer = self.call("POST", "/api-keys", {"name": name, "permissions": PERMISSIONS})
        if answer.ok():
            created = answer.json()["apiKey"]["id"]
            self.book.keys[created] = Key({name}, answer.done)
            self._known.append(created)

    def _rename(self, key: str) -> None:
        name = self._name()
        answer = self.call("PUT", f"/api-keys/{key}", {"name": name, "permissions": PERMISSIONS})
        if answer.ok():
            self.book.keys[key] = Key({name}, answer.done)
            self._known.append(key)
        else:
            # Unknown: the server may have done it. The key is left as it is.
            self.book.keys[key].names.add(name)

    def _delete(self, key: str) -> None:
        answer = self.call("DELETE", f"/api-keys/{key}")
        if answer.ok():
            self.book.keys[key].deleted = True
        else:
            self.book.keys[key].maybe_deleted = True


class Probe(Actor):
    """Sends a write every 50 ms, also while earlier ones wait: shows when writes are accepted again."""

    pause = 0.05
    at_once = 300

    def __init__(self, pair: Pair, book: Book, stopping: threading.Event, token: str) -> None:
        super().__init__(pair, book, stopping, token)
        self._pool = ThreadPoolExecutor(self.at_once)
        self._count = 0
        self._free = threading.Semaphore(self.at_once)

    def step(self) -> None:
        if self._free.acquire(blocking=False):
            self._count += 1
            self._pool.submit(self._create, self._count)

    def _create(self, count: int) -> None:
        name = f"probe {self.pair.mode} {count}"
        try:
            client = Client(self.pair.address)
            answer = client.call("POST", "/api-keys", self.own, {"name": name, "permissions": PERMISSIONS})
            self.book.record(self.pair.mode, "POST /api-keys", answer)
            if not answer.ok():
                return
            key = Key({name}, answer.done)
            created = answer.json()["apiKey"]["id"]
            self.book.keys[created] = key
            # Some stay, to be found at the end.
            if count % 10:
                answer = client.call("DELETE", f"/api-keys/{created}", self.own)
                self.book.record(self.pair.mode, "DELETE /api-keys", answer)
                key.deleted, key.maybe_deleted = answer.ok(), not answer.ok()
        finally:
            self._free.release()


class Reader(Actor):
    """Reads with a valid credential, and with credentials that were revoked at any time before."""

    def __init__(self, pair: Pair, book: Book, stopping: threading.Event, token: str) -> None:
        super().__init__(pair, book, stopping, token)
        self._direct = [(server.name, Client((server.host.address, server.port))) for server in pair.servers]

    def step(self) -> None:
        self.call("GET", self.random.choice(["/users/me", "/sessions"]))
        revoked = [one for one in self.book.revoked[-1000:] if one.mode == self.pair.mode]
        if revoked:
            self.try_revoked(self.random.choice(revoked))

    def try_revoked(self, revoked: Revoked) -> None:
        """Through HAProxy, and at each server."""
        answer = self.call("GET", "/users/me", credential=revoked.credential, dead=True)
        self.book.attempt(revoked, "HAProxy", answer)
        for name, client in self._direct:
            self.book.attempt(revoked, name, client.call("GET", "/users/me", revoked.credential))


class Revoker(Reader):
    """Creates a credential, uses it, revokes it, and uses it again at once."""

    kinds = ("session deleted", "logout", "key deleted")

    def step(self) -> None:
        kind = self.random.choice(self.kinds)
        created = self._create_key() if kind == "key deleted" else self._create_session()
        if created is None:
            return
        identifier, credential = created
        for _ in range(3):
            self.call("GET", "/users/me", credential=credential)
        at = self._revoke(kind, identifier, credential)
        if at is None:
            return
        revoked = Revoked(self.pair.mode, kind, identifier, credential, at)
        for _ in range(4):
            self.try_revoked(revoked)
        self.book.revoke(revoked)

    def _create_key(self) -> tuple[str, dict[str, str]] | None:
        answer = self.call("POST", "/api-keys", {"name": "victim", "permissions": PERMISSIONS})
        return (answer.json()["apiKey"]["id"], api_key(answer.json()["secret"])) if answer.ok() else None

    def _create_session(self) -> tuple[str, dict[str, str]] | None:
        answer = self.call("POST", "/sessions", {"deviceType": "victim"})
        return (answer.json()["id"], bearer(answer.json()["token"])) if answer.ok() else None

    def _revoke(self, kind: str, identifier: str, credential: dict[str, str]) -> float | None:
        """The time of the acknowledgment. Without one, the outcome is unknown and the credential is not used again."""
        match kind:
            case "session deleted":
                answer = self.call("DELETE", f"/sessions/{identifier}")
            case "logout":
                answer = self.call("POST", "/auth/logout", credential=credential)
            case _:
                answer = self.call("DELETE", f"/api-keys/{identifier}")
        return answer.done if answer.ok() else None


class PasswordChanger(Revoker):
    """Changes the password, which ends all other sessions."""

    pause = 2.0

    def __init__(
        self, pair: Pair, book: Book, stopping: threading.Event, token: str, email: str, password: str
    ) -> None:
        super().__init__(pair, book, stopping, token)
        self.email = email
        # More than one after a change whose outcome is unknown.
        self.passwords = [password]
        self._count = 0

    def step(self) -> None:
        created = self._create_session()
        if created is None or self.stopping.is_set():
            return
        identifier, credential = created
        self._count += 1
        new = f"password number {self._count}"
        if len(self.passwords) > 1:
            # Find out which one is current, with a change that changes nothing else.
            self.passwords = [one for one in self.passwords if self._is_current(one)] or self.passwords
            return
        body = {"password": self.passwords[0], "newPassword": new, "invalidateSessions": True}
        answer = self.call("POST", "/auth/change-password", body)
        if not answer.ok():
            self.passwords.append(new)
            return
        self.passwords = [new]
        revoked = Revoked(self.pair.mode, "password changed", identifier, credential, answer.done)
        for _ in range(4):
            self.try_revoked(revoked)
        self.book.revoke(revoked)

    def _is_current(self, password: str) -> bool:
        answer = self.client.call("POST", "/auth/login", {}, {"email": self.email, "password": password})
        return answer.status != 401
