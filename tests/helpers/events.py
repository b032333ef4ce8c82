"""A reader of the server's event stream, as simple as its format: it waits for what comes and never polls."""

from __future__ import annotations

import json
import ssl
import time
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from tests.helpers.server import Device

PATIENCE_SECONDS = 20.0
"""After so long a test fails: heartbeats come every 15 seconds."""


class Events:
    """One open stream of a device; a context manager. ``status`` and ``headers`` are those of the reply."""

    def __init__(self, device: Device) -> None:
        parts = urlsplit(device.server.url)
        assert parts.hostname is not None
        if parts.scheme == "https":
            trusted = ssl.create_default_context(cafile=device.server.ca_file)
            self._connection: HTTPConnection = HTTPSConnection(
                parts.hostname, parts.port, timeout=PATIENCE_SECONDS, context=trusted
            )
        else:
            self._connection = HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {device.access_token}", "Accept": "text/event-stream"}
        self._connection.request("GET", "/v1/sync/events", headers=headers)
        self._reply: HTTPResponse = self._connection.getresponse()
        self.status, self.headers = self._reply.status, self._reply.headers
        if self.status == 200:
            self.heartbeat()  # from now on it is open at the server

    @property
    def local_port(self) -> int:
        """The port of this end of the connection."""
        return int(self._connection.sock.getsockname()[1])

    def heartbeat(self) -> None:
        """Reads the next line, which must be a comment."""
        assert self._line().startswith(":")
        assert self._line() == ""

    def next(self) -> tuple[str, dict[str, Any]] | None:
        """The next event as (name, data); None when the server has ended the stream."""
        name, data = "", ""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while line := self._raw():
            assert time.monotonic() < deadline, "nothing but heartbeats"
            match line.decode().rstrip("\n").partition(":"):
                case ("event", _, value):
                    name = value.strip()
                case ("data", _, value):
                    data = value.strip()
                case ("", "", "") if name:
                    return name, json.loads(data)
        return None

    def close(self) -> None:
        """Hangs up."""
        self._reply.close()
        self._connection.close()

    def _line(self) -> str:
        return self._raw().decode().rstrip("\n")

    def _raw(self) -> bytes:
        try:
            return self._reply.readline()
        except ConnectionResetError:
            return b""

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
