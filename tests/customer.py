"""A customer's own server in a journey: it has the files that tasks show, and is called back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Customer:
    """``url``: of its server, without a path. ``heard``: the bodies of its callbacks, in their order."""

    url: str
    heard: list[dict[str, Any]] = field(default_factory=list)

    def told_of(self, task_id: str, times: int = 1, seconds: float = 30) -> dict[str, Any]:
        """The last of so many callbacks about a task."""
        end = time.monotonic() + seconds
        while len(found := [one for one in list(self.heard) if one["task_id"] == task_id]) < times:
            assert time.monotonic() < end, f"called back {len(found)} times for {task_id}, not {times}"
            time.sleep(0.1)
        return found[times - 1]


@contextmanager
def open_customer(files: Mapping[str, bytes]) -> Iterator[Customer]:
    """``files`` by their paths."""
    heard: list[dict[str, Any]] = []

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.end_headers()
            self.wfile.write(content or b"")

        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Customer(f"http://127.0.0.1:{server.server_port}", heard)
    finally:
        server.shutdown()
        server.server_close()
