"""Compares what the clients saw with the promises, and prints a table."""

import datetime
import time
from collections import Counter
from dataclasses import dataclass

from book import Book, Event
from database import Node, connect
from faults import System

ACKNOWLEDGED = 10_000
BACK_SECONDS = 1.0
# After the response to a revocation: docs/credential-cache.md.
PROMISE_SECONDS = {"on": 0.050, "strict": 0.0}
SHOWN = 10


@dataclass(frozen=True)
class Window:
    """What happened during one fault."""

    name: str
    begin: float
    end: float

    def holds(self, moment: float) -> bool:
        return self.begin <= moment < self.end


def lost_writes(book: Book, nodes: list[Node]) -> list[str]:
    """Compares the acknowledged writes with the tables of the leader."""
    with connect(nodes, "immich") as connection, connection.cursor() as cursor:
        cursor.execute("select id::text, name from api_key")
        stored = dict(cursor.fetchall())
        cursor.execute("select id::text from session")
        sessions = {row[0] for row in cursor.fetchall()}
    lost = []
    for identifier, key in book.keys.items():
        name = stored.get(identifier)
        if name is None and not key.deleted and not key.maybe_deleted:
            lost.append(f"key {identifier} is missing: {sorted(key.names)}, acknowledged at {clock(key.at)}")
        elif name is not None and key.deleted:
            lost.append(f"key {identifier} is back: {name}")
        elif name is not None and name not in key.names:
            lost.append(f"key {identifier} is named {name}, not {sorted(key.names)}, acknowledged at {clock(key.at)}")
    for revoked in book.revoked:
        if revoked.id in sessions or revoked.id in stored:
            lost.append(f"the revocation of {revoked.id} ({revoked.kind}) is undone")
    return lost


def clock(moment: float) -> str:
    """The time of day at a moment of the monotonic clock, as in the logs."""
    at = datetime.datetime.fromtimestamp(time.time() - time.monotonic() + moment, datetime.UTC)
    return at.strftime("%H:%M:%S.%f")


def unexpected(event: Event, killed_at: list[float]) -> bool:
    """Whether the contract does not allow this response."""
    if 200 <= event.status < 300:
        # A revoked credential that is accepted is counted elsewhere, with its time.
        return False
    if event.status == 503 or (event.status == 401 and event.dead):
        return False
    # No response, or HAProxy's 502: only for requests in flight on a server that is killed. HAProxy notices at once.
    in_flight = any(event.sent <= moment + 0.05 and moment <= event.done for moment in killed_at)
    return not (in_flight and (event.status == 0 or event.from_proxy))


def late(book: Book) -> dict[str, list[str]]:
    """Revoked credentials that were accepted later than promised, by mode."""
    return {
        mode: [
            f"{one.revoked.kind}, by {one.server}: {one.seconds() * 1_000:.1f} ms after the revocation"
            for one in book.accepted
            if one.revoked.mode == mode and one.seconds() > promise
        ]
        for mode, promise in PROMISE_SECONDS.items()
    }


def writes_back(book: Book, mode: str, outages: list[tuple[float, float]], window: Window) -> float | None:
    """Seconds from the first direct write after an outage to the first write by our servers that was sent after it...

    The longest of all outages that ended in this window; none without an outage.
    """
    longest = None
    writes = [event for event in book.events if event.mode == mode and event.is_write() and event.status]
    for _, leader_at in outages:
        if not window.holds(leader_at):
            continue
        acknowledged = [event.done for event in writes if event.status < 300 and event.done >= leader_at]
        back = min(acknowledged, default=float("inf")) - leader_at
        longest = max(longest or 0.0, back)
    return longest


def failed_late(book: Book, outages: list[tuple[float, float]]) -> list[Event]:
    """Writes that failed although they were sent more than a second after the database accepted writes again."""

    def excused(event: Event) -> bool:
        return any(begin <= event.done and event.sent <= end + BACK_SECONDS for begin, end in outages)

    return [event for event in book.events if event.is_write() and event.status == 503 and not excused(event)]


def report(book: Book, system: System, outages: list[tuple[float, float]], windows: list[Window]) -> bool:
    """Print the figures; return whether all of them are reached."""
    print_windows(book, system, outages, windows)
    lost = lost_writes(book, system.nodes)
    killed = {pair.mode: pair.killed_at() for pair in system.pairs}
    wrong = [event for event in book.events if unexpected(event, killed[event.mode])]
    slow = failed_late(book, outages)
    too_late = late(book)
    worst_back = max(
        (writes_back(book, pair.mode, outages, window) or 0.0 for pair in system.pairs for window in windows),
        default=0.0,
    )
    restarted = [server.name for server in system.servers() if not server.is_running()]
    rows = [
        (
            "acknowledged writes",
            f"{book.acknowledged:,}",
            f"at least {ACKNOWLEDGED:,}",
            book.acknowledged >= ACKNOWLEDGED,
        ),
        ("  of these lost", f"{len(lost)}", "0", not lost),
        ("attempts with revoked credentials", f"{book.attempts:,}", "", True),
        *((f"  accepted too late, mode {mode}", f"{len(found)}", "0", not found) for mode, found in too_late.items()),
        ("responses that are not allowed", f"{len(wrong)} of {len(book.events):,}", "0", not wrong),
        (
            "writes back after the new leader",
            f"{worst_back:.2f} s",
            f"at most {BACK_SECONDS:.0f} s",
            worst_back <= BACK_SECONDS,
        ),
        ("writes refused later than that", f"{len(slow)}", "0", not slow),
        ("servers that ended by themselves", f"{len(restarted)}", "0", not restarted),
        ("faults of the test itself", f"{len(book.faults)}", "0", not book.faults),
    ]
    print()
    for name, value, bound, met in rows:
        print(f"{'met   ' if met else 'MISSED'} {name:34} {value:>16}  {bound}")
    details = {
        "lost": lost,
        "revoked, but accepted": [line for found in too_late.values() for line in found],
        "not allowed": describe(wrong, windows),
        "refused late": describe(slow, windows),
        "ended": restarted,
        "faults of the test": book.faults,
    }
    for title, lines in details.items():
        for line in lines[:SHOWN]:
            print(f"  {title}: {line}")
        if len(lines) > SHOWN:
            print(f"  {title}: … and {len(lines) - SHOWN} more")
    return all(met for *_, met in rows)


def describe(events: list[Event], windows: list[Window]) -> list[str]:
    """Counts equal ones together."""

    def describe_one(event: Event) -> str:
        window = next((window.name for window in windows if window.holds(event.sent)), "between faults")
        source = "HAProxy" if event.from_proxy else "server"
        dead = " with a revoked credential" if event.dead else ""
        return f"{window}, {event.mode}: {event.what}{dead}: {event.status} ({source}) {event.fault}"

    return [f"{count} × {text}" for text, count in Counter(map(describe_one, events)).most_common()]


def print_windows(book: Book, system: System, outages: list[tuple[float, float]], windows: list[Window]) -> None:
    modes = [pair.mode for pair in system.pairs]
    header = ["fault", "seconds", "database without writes", *(f"writes back, {mode}" for mode in modes)]
    header += ["2xx", "401", "503", "503 HAProxy", "other", "slowest"]
    rows = []
    for window in windows:
        events = [event for event in book.events if window.holds(event.sent)]
        without = sum(end - begin for begin, end in outages if window.holds(end))
        backs = [writes_back(book, mode, outages, window) for mode in modes]
        counts = Counter(
            "2xx" if 200 <= event.status < 300 else f"{event.status}{' HAProxy' if event.from_proxy else ''}"
            for event in events
        )
        known = [counts.pop(name, 0) for name in ("2xx", "401", "503", "503 HAProxy")]
        slowest = max((event.done - event.sent for event in events), default=0.0)
        rows.append(
            [window.name, f"{window.end - window.begin:.0f}", f"{without:.1f} s" if without else "-"]
            + ["-" if back is None else f"{back:.2f} s" for back in backs]
            + [f"{count:,}" for count in known]
            + [", ".join(f"{count} × {name}" for name, count in counts.items()) or "-", f"{slowest:.1f} s"]
        )
    print(f"\n| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
