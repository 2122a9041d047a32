"""A client of the API: one keep-alive connection, each response with the times of its request."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class Answer:
    """A response, or the lack of one: then the status is 0."""

    status: int
    body: bytes
    # HAProxy itself sent it: no server is ready, or one broke off.
    from_proxy: bool
    sent: float
    done: float
    fault: str = ""

    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Not for several threads."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, credential: dict[str, str], body: object = None) -> Answer:
        headers = dict(credential)
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["content-type"] = "application/json"
        connection = self._connection
        if connection is None:
            connection = http.client.HTTPConnection(*self._address, timeout=TIMEOUT_SECONDS)
        self._connection = None
        sent = time.monotonic()
        try:
            connection.request(method, f"/api{path}", content, headers)
            response = connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return Answer(0, b"", False, sent, time.monotonic(), f"{type(error).__name__}: {error}")
        done = time.monotonic()
        if response.will_close:
            connection.close()
        else:
            self._connection = connection
        # HAProxy writes its own responses in HTML, our servers never do here.
        from_proxy = (response.getheader("content-type") or "").startswith("text/html")
        return Answer(response.status, data, from_proxy, sent, done)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def api_key(secret: str) -> dict[str, str]:
    return {"x-api-key": secret}
