"""A node's HTTP API, as far as this example needs it. Standard library only."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

DEFAULT = "http://127.0.0.1:7421"
_AWAY = 503


class Refused(Exception):
    """The node said no, or was not there; the text says why and what to do."""


class Client:
    """Requests to one node."""

    def __init__(self, server: str | None = None) -> None:
        """Without `server` the one that `PACELINE_SERVER` names, else this machine's."""
        self.server = (server or os.environ.get("PACELINE_SERVER") or DEFAULT).rstrip("/")

    def get(self, path: str, **query: Any) -> Any:
        """Reads a resource; parameters that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path + (f"?{urlencode(given)}" if given else ""))

    def post(self, path: str, body: Any = None) -> Any:
        """Creates or controls something."""
        return self._send("POST", path, body)

    def post_when_ready(self, path: str, body: Any, patience: float = 60) -> Any:
        """Like `post`; waits while no worker has yet said that it knows the task."""
        until = time.monotonic() + patience
        while True:
            try:
                return self._send("POST", path, body)
            except Refused as refused:
                if refused.args[1:] != (_AWAY,) or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def jobs(self, **query: Any) -> Iterator[dict[str, Any]]:
        """All jobs that match, page by page, the oldest first."""
        cursor = None
        while True:
            page = self.get("/jobs", sort="created_at", limit=500, cursor=cursor, **query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.server}/api/v1{path}", data, method=method)
        request.add_header("Content-Type", "application/json")
        if token := os.environ.get("PACELINE_TOKEN"):
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urlopen(request, timeout=60) as response:
                return json.load(response)
        except HTTPError as error:
            raise Refused(_words(error), error.code) from None
        except URLError as error:
            raise Refused(
                f"no node at {self.server} ({error.reason}): start one with `paceline up`"
            ) from None


def _words(error: HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        problem = json.loads(text)
        fields = [f"{one['field']}: {one['message']}" for one in problem.get("errors") or []]
        return "; ".join([problem.get("detail") or problem["title"], *fields])
    except (ValueError, KeyError):
        return text or str(error)
