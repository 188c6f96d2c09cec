"""Original files in S3-compatible object storage, for offices with several hosts; why this client: docs/decisions."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from tracker.storage.files import FileLost, Store

if TYPE_CHECKING:
    from minio import Minio

_GONE = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})
_FRESH_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class ObjectPlace:
    """A bucket and how it is reached; ``prefix`` lets several offices share one."""

    endpoint: str
    bucket: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    prefix: str = ""
    region: str = "us-east-1"


class ObjectStore(Store):
    """A bucket addressed by content: one PUT is whole or not at all, and its body travels with its sha256."""

    def __init__(self, place: ObjectPlace, client: Minio | None = None) -> None:
        self.place = place
        self._client = client or _client(place)

    @property
    def where(self) -> str:
        """Say where the store is, for people."""
        return f"{self.place.endpoint}/{self.place.bucket}/{self.place.prefix}".rstrip("/")

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their sha256 (hex); bytes that lie there since long are kept anew."""
        name = hashlib.sha256(data).hexdigest()
        try:
            if datetime.now(UTC) - self.kept_at(name) < _FRESH_FOR:
                return name
        except FileNotFoundError:
            pass
        self._client.put_object(self.place.bucket, self._key(name), io.BytesIO(data), len(data))
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes kept under a sha256. Raises FileLost when they are gone."""
        answer = self._asked(self._client.get_object, name)
        try:
            return cast("bytes", answer.read())
        finally:
            answer.close()
            answer.release_conn()

    def kept_at(self, name: str) -> datetime:
        """Tell when bytes were last kept. Raises FileNotFoundError when they are gone."""
        found = self._asked(self._client.stat_object, name)
        return cast("datetime", found.last_modified)

    def discard(self, name: str) -> None:
        """Give up bytes nothing names any more; gone already is as good."""
        self._client.remove_object(self.place.bucket, self._key(name))

    def names(self) -> Iterator[str]:
        """List the sha256 of every file in the store."""
        for found in self._client.list_objects(self.place.bucket, prefix=self._folder, recursive=True):
            yield str(found.object_name).rpartition("/")[2]

    @property
    def _folder(self) -> str:
        return f"{self.place.prefix.strip('/')}/" if self.place.prefix.strip("/") else ""

    def _key(self, name: str) -> str:
        return f"{self._folder}{name[:2]}/{name}"

    def _asked(self, ask: Any, name: str) -> Any:
        from minio.error import S3Error  # noqa: PLC0415  only offices with object storage load the client

        try:
            return ask(self.place.bucket, self._key(name))
        except S3Error as error:
            if error.code in _GONE:
                raise FileLost(name) from error
            raise


def place_from(url: str, endpoint: str, key: str, secret: str, region: str) -> ObjectPlace:
    """Read ``s3://bucket/prefix`` and its endpoint. Raises ValueError for an address that is none."""
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or not endpoint.startswith(("http://", "https://")):
        raise ValueError("object storage needs TRACKER_FILES=s3://bucket/prefix and TRACKER_S3_ENDPOINT=https://host")
    return ObjectPlace(endpoint.rstrip("/"), parts.netloc, key, secret, parts.path.strip("/"), region)


def _client(place: ObjectPlace) -> Minio:
    from minio import Minio  # noqa: PLC0415  only offices with object storage load the client

    parts = urlsplit(place.endpoint)
    return Minio(
        parts.netloc,
        access_key=place.key,
        secret_key=place.secret,
        secure=parts.scheme == "https",
        region=place.region,
    )
