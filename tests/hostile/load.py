"""What attacks are made of: connections that send exactly what they are given, floods, drips and slow readers."""

import asyncio
import json
import re
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

STATUS = re.compile(rb"HTTP/1\.1 (\d\d\d)")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
# The pause before an attacker connects again after the server has closed or refused a connection.
RECONNECT = 0.02


@dataclass(frozen=True)
class Account:
    email: str
    password: str
    token: str


@dataclass
class Target:
    """The server that is attacked, and what the attacker has: an ordinary account, and a victim's e-mail address."""

    port: int
    # An ordinary user, whom the attacker controls.
    user: Account
    # Another one, whose password the attacker does not know, with a session of theirs.
    guesser: Account
    # A user with as many sessions and API keys as the server lets them have.
    hoarder: Account
    victim_email: str
    # Each attempt has other addresses and names, because the server remembers those of earlier attempts.
    attempt: int
    host: str = "127.0.0.1"
    # How many answers of each status the attackers have received.
    statuses: Counter[str] = field(default_factory=Counter)

    def address(self, number: int) -> str:
        """One of the addresses of the attackers. The bystander has another one."""
        return f"127.{self.attempt % 200 + 2}.{number // 250 + 1}.{number % 250 + 1}"

    async def connect(self, source: str | None = None, receive_buffer: int | None = None) -> "Connection":
        link = socket.socket()
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            link.bind((source or self.address(0), 0))
            await asyncio.get_running_loop().sock_connect(link, (self.host, self.port))
        except BaseException:
            link.close()
            raise
        return Connection(link, self.statuses)

    def request(
        self, method: str, path: str, *headers: tuple[str, str], body: bytes | None = None, token: str | None = None
    ) -> bytes:
        """A request in HTTP/1.1 for a path of the API."""
        lines = [f"{method} /api{path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if token is not None:
            lines.append(f"Authorization: Bearer {token}")
        if body is not None and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")

    def json_request(self, method: str, path: str, value: object, *headers: tuple[str, str], **more: str) -> bytes:
        body = json.dumps(value).encode()
        return self.request(method, path, ("Content-Type", "application/json"), *headers, body=body, **more)


@dataclass
class Connection:
    link: socket.socket
    statuses: Counter[str]
    rest: bytes = b""
    # Bytes of DATA that the server still accepts on this connection of HTTP/2.
    window: int = 65_535

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.link, data)

    async def receive(self, limit: int = 65_536) -> bytes:
        """The next bytes; raises `ConnectionError` at the end."""
        data = await asyncio.get_running_loop().sock_recv(self.link, limit)
        if not data:
            raise ConnectionResetError("closed by the server")
        self.count(data)
        return data

    def count(self, data: bytes) -> None:
        for status in STATUS.findall(data):
            self.statuses[status.decode()] += 1

    async def drain(self) -> None:
        """Read everything until the server closes the connection."""
        with suppress(OSError):
            while True:
                await self.receive()

    async def exchange(self, request: bytes) -> int:
        """Send a request and read its whole answer, which has a length; returns the status."""
        await self.send(request)
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += await self.receive()
        head, _, body = data.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        missing = int(length.group(1)) if length else 0
        while len(body) < missing:
            body += await self.receive()
        self.rest = body[missing:]
        status = STATUS.match(head)
        if status is None:
            raise ConnectionResetError("not an answer")
        if b"\r\nconnection: close" in head.lower():
            raise ConnectionResetError("the last answer of this connection")
        return int(status.group(1))

    def close(self) -> None:
        self.link.close()


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Repeat the work; what the server does to a connection does not stop an attacker."""
    while True:
        with suppress(OSError):
            await work()
        await asyncio.sleep(RECONNECT)


async def all_of(count: int, work: Callable[[int], Awaitable[None]]) -> None:
    """Run this many copies at once, each again and again."""
    await asyncio.gather(*(forever(lambda number=number: work(number)) for number in range(count)))


async def flood(target: Target, make: Callable[[], bytes], connections: int = 16, batch: int = 16) -> None:
    """Send requests without waiting for their answers, which are read."""

    async def one(_: int) -> None:
        connection = await target.connect()
        reader = asyncio.create_task(connection.drain())
        try:
            while not reader.done():
                await connection.send(b"".join(make() for _ in range(batch)))
        finally:
            reader.cancel()
            connection.close()

    await all_of(connections, one)


async def exchanges(
    target: Target, make: Callable[[], bytes], connections: int = 16, source: Callable[[int], str] | None = None
) -> None:
    """Send requests, each after the answer to the one before."""

    async def one(number: int) -> None:
        connection = await target.connect(source(number) if source else None)
        try:
            while True:
                await connection.exchange(make())
        finally:
            connection.close()

    await all_of(connections, one)


async def hold(
    target: Target,
    first: bytes,
    connections: int,
    drip: bytes = b"",
    interval: float = 1.0,
    source: Callable[[int], str] | None = None,
) -> None:
    """Send these bytes and keep the connections open, with a few more bytes at each interval."""

    async def one(number: int) -> None:
        connection = await target.connect(source(number) if source else None)
        reader = asyncio.create_task(connection.drain())
        try:
            if first:
                await connection.send(first)
            while not reader.done():
                await asyncio.wait([reader], timeout=interval)
                if drip:
                    await connection.send(drip)
        finally:
            reader.cancel()
            connection.close()

    await all_of(connections, one)


async def read_slowly(target: Target, request: bytes, connections: int, size: int, interval: float) -> None:
    """Send a request, and read a few bytes of the answer at each interval, through the smallest receive buffer."""

    async def one(_: int) -> None:
        connection = await target.connect(receive_buffer=1)
        try:
            await connection.send(request)
            while True:
                await asyncio.sleep(interval)
                await connection.receive(size)
        finally:
            connection.close()

    await all_of(connections, one)
