"""HTTP/2 (RFC 9113) by hand: frames that a well-behaved client would not send."""

import asyncio
import struct
from contextlib import suppress

from load import Connection, Target

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PING, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
COUNTED = {HEADERS: "HEADERS", RESET: "RST_STREAM", 7: "GOAWAY"}
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_STREAMS, INITIAL_WINDOW, MAX_FRAME = 1, 2, 3, 4, 5


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings(**values: int) -> bytes:
    names = {"table": HEADER_TABLE_SIZE, "push": ENABLE_PUSH, "streams": MAX_STREAMS, "window": INITIAL_WINDOW}
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", names[name], value) for name, value in values.items()))


def integer(value: int, prefix: int, pattern: int = 0) -> bytes:
    """An integer of HPACK (RFC 7541, section 5.1)."""
    most = (1 << prefix) - 1
    if value < most:
        return bytes([pattern | value])
    rest, encoded = value - most, bytes([pattern | most])
    while rest >= 128:
        encoded += bytes([rest % 128 + 128])
        rest //= 128
    return encoded + bytes([rest])


def text(value: str) -> bytes:
    encoded = value.encode("latin-1")
    return integer(len(encoded), 7) + encoded


def literal(name: str, value: str) -> bytes:
    """A header field that does not enter the table of either side."""
    return b"\x00" + text(name) + text(value)


def head(target: Target, method: str, path: str, *more: tuple[str, str], token: str | None = None) -> bytes:
    """The header block of a request for this path of the server."""
    block = literal(":method", method) + literal(":path", path) + literal(":scheme", "http")
    block += literal(":authority", f"{target.host}:{target.port}")
    if token is not None:
        block += literal("authorization", f"Bearer {token}")
    return block + b"".join(literal(name, value) for name, value in more)


def window_update(stream: int, size: int) -> bytes:
    return frame(WINDOW_UPDATE, stream=stream, payload=struct.pack(">I", size))


async def connect(target: Target, **values: int) -> tuple[Connection, asyncio.Task]:
    """An open connection on which everything that arrives is read."""
    connection = await target.connect()
    await connection.send(PREFACE + settings(**values) + frame(SETTINGS, ACK))
    return connection, asyncio.create_task(count_frames(connection))


async def count_frames(connection: Connection) -> None:
    """Read until the server closes the connection, and count the frames that mean something to an attacker."""
    data = b""
    with suppress(OSError):
        while True:
            data += await connection.receive()
            at = 0
            while len(data) - at >= 9:
                size = int.from_bytes(data[at : at + 3], "big")
                if len(data) - at < 9 + size:
                    break
                kind, stream = data[at + 3], int.from_bytes(data[at + 5 : at + 9], "big")
                if kind in COUNTED:
                    connection.statuses[COUNTED[kind]] += 1
                if kind == WINDOW_UPDATE and stream == 0:
                    connection.window += int.from_bytes(data[at + 9 : at + 13], "big")
                at += 9 + size
            data = data[at:]
