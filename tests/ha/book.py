"""What the clients saw, and what must therefore be true at the end."""

import threading
from dataclasses import dataclass, field

from client import Answer


@dataclass(frozen=True)
class Event:
    """A response to a client of HAProxy."""

    mode: str
    what: str
    status: int
    from_proxy: bool
    sent: float
    done: float
    # The credential was revoked: 401 is the documented response.
    dead: bool
    fault: str

    def is_write(self) -> bool:
        return not self.what.startswith("GET")


@dataclass
class Key:
    """An API key whose creation was acknowledged."""

    names: set[str]
    # When the last write to it was acknowledged.
    at: float
    # Its deletion was acknowledged, or is unknown because no 2xx came back.
    deleted: bool = False
    maybe_deleted: bool = False


@dataclass(frozen=True)
class Revoked:
    """A credential whose revocation was acknowledged."""

    mode: str
    kind: str
    id: str
    credential: dict[str, str]
    at: float


@dataclass(frozen=True)
class Accepted:
    """A request that was accepted although its credential had been revoked."""

    revoked: Revoked
    server: str
    sent: float

    def seconds(self) -> float:
        """After the response to the revocation."""
        return self.sent - self.revoked.at


@dataclass
class Book:
    """Shared by all clients."""

    events: list[Event] = field(default_factory=list)
    keys: dict[str, Key] = field(default_factory=dict)
    revoked: list[Revoked] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    # Attempts with revoked credentials, directly at each server.
    attempts: int = 0
    acknowledged: int = 0
    # Whatever else must not be.
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, mode: str, what: str, answer: Answer, dead: bool = False) -> None:
        # Details are read only for what is not expected.
        expected = answer.ok() or answer.status in (401, 503)
        text = answer.fault or ("" if expected else answer.body[:200].decode(errors="replace"))
        event = Event(mode, what, answer.status, answer.from_proxy, answer.sent, answer.done, dead, text)
        with self.lock:
            self.events.append(event)
            if event.is_write() and answer.ok():
                self.acknowledged += 1

    def revoke(self, revoked: Revoked) -> None:
        with self.lock:
            self.revoked.append(revoked)

    def attempt(self, revoked: Revoked, server: str, answer: Answer) -> None:
        """Note the result of a request with a revoked credential."""
        with self.lock:
            self.attempts += 1
            if answer.ok():
                self.accepted.append(Accepted(revoked, server, answer.sent))
