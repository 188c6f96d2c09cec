"""A small bucket of one host: PUT, GET, HEAD, DELETE and listing, as far as S3 says them; it checks what is signed."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Bucket:
    """What lies in the bucket, and every request that was refused."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.objects: dict[str, bytes] = {}
        self.puts = 0
        self.refused: list[str] = []
        self.endpoint = ""


class _Server(ThreadingHTTPServer):
    bucket: Bucket


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_words: object) -> None:
        return

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        standing = {"Content-Length": str(len(body)), "Last-Modified": formatdate(usegmt=True), "ETag": '"0"'}
        for name, value in {**standing, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _fault(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Resource>{escape(self.path)}</Resource></Error>".encode()
        self._answer(status, body, Content_Type="application/xml")

    def _is_signed(self, body: bytes = b"") -> bool:
        signed = self.headers.get("Authorization", "")
        told = self.headers.get("x-amz-content-sha256", "")
        fits = signed.startswith(f"AWS4-HMAC-SHA256 Credential={self.server.bucket.key}/")
        if fits and told in {"UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()}:
            return True
        self.server.bucket.refused.append(self.path)
        self._fault(403, "AccessDenied")
        return False

    @property
    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._is_signed(body):
            self.server.bucket.objects[self._name] = body
            self.server.bucket.puts += 1
            self._answer(200)

    def do_GET(self) -> None:
        if not self._is_signed():
            return
        if not self._name:
            self._list(parse_qs(urlsplit(self.path).query).get("prefix", [""])[0])
        elif self._name in self.server.bucket.objects:
            self._answer(200, self.server.bucket.objects[self._name])
        else:
            self._fault(404, "NoSuchKey")

    def _list(self, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>2026-03-09T04:00:00.000Z</LastModified>"
            f"<ETag>0</ETag><Size>{len(data)}</Size></Contents>"
            for name, data in sorted(self.server.bucket.objects.items())
            if name.startswith(prefix)
        )
        head = "<Name>evidence</Name><IsTruncated>false</IsTruncated>"
        body = f"<ListBucketResult>{head}{found}</ListBucketResult>".encode()
        self._answer(200, body, Content_Type="application/xml")

    def do_HEAD(self) -> None:
        if self._is_signed():
            self._answer(200 if self._name in self.server.bucket.objects else 404)

    def do_DELETE(self) -> None:
        if self._is_signed():
            self.server.bucket.objects.pop(self._name, None)
            self._answer(204)


@contextmanager
def a_bucket(key: str = "office") -> Iterator[Bucket]:
    """Serve an empty bucket on a port of its own."""
    bucket = Bucket(key)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.bucket = bucket
    bucket.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
