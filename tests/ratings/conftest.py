"""A server on the loopback address that hands out MovieLens's files, and breaks off when told to."""

import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class FileServer(ThreadingHTTPServer):
    """Serves `files` (bytes by name) and what is derived of them: `.md5` files, ranges.

    Attributes:
        breaks_after: how many bytes each answer gets at most before its connection is cut; None for no limit.
        ranges: the first byte that each request asked for.
        knows_ranges: whether a Range header is heeded.

    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.breaks_after: int | None = None
        self.ranges: list[int] = []
        self.knows_ranges = True

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def publish(self, name: str, content: bytes) -> None:
        self.files[name] = content
        self.files[f"{name}.md5"] = f"MD5 ({name}) = {hashlib.md5(content).hexdigest()}\n".encode()


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        content = self.server.files.get(self.path.lstrip("/"))
        if content is None:
            self.send_error(404)
            return
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(asked[1]) if asked and self.server.knows_ranges else 0
        if not self.path.endswith(".md5"):
            self.server.ranges.append(first)
        if first >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        self.wfile.write(content[first:][: self.server.breaks_after])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
