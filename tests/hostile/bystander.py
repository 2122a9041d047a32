"""A user who does nothing unusual, measured: reads on a kept and on fresh connections, and a login now and then."""

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass, field

from load import Account, Target

# Seconds between two requests on the kept connection, on fresh connections, and between two logins.
KEPT, FRESH, LOGIN = 0.02, 0.04, 1.0
# A request without an answer within this many seconds is dropped.
PATIENCE = 10.0


@dataclass
class Measured:
    """Latencies in seconds, and what was not answered as it should be."""

    reads: list[float] = field(default_factory=list)
    logins: list[float] = field(default_factory=list)
    dropped_reads: list[str] = field(default_factory=list)
    dropped_logins: list[str] = field(default_factory=list)

    def p99(self) -> float:
        """Of the reads. A dropped one took as long as a user waits."""
        ordered = sorted(self.reads + [PATIENCE] * len(self.dropped_reads))
        return ordered[math.ceil(0.99 * len(ordered)) - 1] if ordered else PATIENCE

    def worst_login(self) -> float:
        return max(self.logins, default=PATIENCE)


@dataclass
class Bystander:
    target: Target
    account: Account
    # The address of the bystander; attackers have others.
    source: str = "127.0.0.1"

    async def measure(self, seconds: float) -> Measured:
        measured = Measured()
        end = time.monotonic() + seconds
        await asyncio.gather(self.on_kept(measured, end), self.on_fresh(measured, end), self.log_in(measured, end))
        return measured

    def read(self) -> bytes:
        return self.target.request("GET", "/users/me", token=self.account.token)

    async def on_kept(self, measured: Measured, end: float) -> None:
        """Requests are due at fixed times. One that has to wait for the answer before it has waited as well."""
        connection = None
        due = time.monotonic()
        while due < end:
            if time.monotonic() > end:
                # Too late to send it: it has waited until now.
                measured.reads.append(time.monotonic() - due)
                due += KEPT
                continue
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            try:
                async with asyncio.timeout(PATIENCE):
                    connection = connection or await self.target.connect(self.source)
                    status = await connection.exchange(self.read())
                note(measured.reads, measured.dropped_reads, time.monotonic() - due, status == 200, str(status))
            except (OSError, TimeoutError) as error:
                measured.dropped_reads.append(f"kept connection: {str(error) or type(error).__name__}")
                if connection is not None:
                    connection.close()
                connection = None
                due = time.monotonic()
            due += KEPT
        if connection is not None:
            connection.close()

    async def on_fresh(self, measured: Measured, end: float) -> None:
        requests = []
        while time.monotonic() < end:
            requests.append(asyncio.create_task(self.once(self.read(), 200, measured.reads, measured.dropped_reads)))
            await asyncio.sleep(FRESH)
        await asyncio.gather(*requests)

    async def log_in(self, measured: Measured, end: float) -> None:
        login = {"email": self.account.email, "password": self.account.password}
        request = self.target.json_request("POST", "/auth/login", login)
        while time.monotonic() < end:
            due = time.monotonic() + LOGIN
            await self.once(request, 201, measured.logins, measured.dropped_logins)
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def once(self, request: bytes, expected: int, latencies: list[float], dropped: list[str]) -> None:
        start = time.monotonic()
        connection = None
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await self.target.connect(self.source)
                status = await connection.exchange(request)
            note(latencies, dropped, time.monotonic() - start, status == expected, str(status))
        except (OSError, TimeoutError) as error:
            dropped.append(f"fresh connection: {str(error) or type(error).__name__}")
        finally:
            if connection is not None:
                with suppress(OSError):
                    connection.close()


def note(latencies: list[float], dropped: list[str], seconds: float, answered: bool, status: str) -> None:
    if answered:
        latencies.append(seconds)
    else:
        dropped.append(status)
