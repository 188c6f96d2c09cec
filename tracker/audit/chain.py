"""The digest of a link: sha256 over length-prefixed canonical fields and the digest before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

GENESIS = "0" * 64


def plain(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """Turn facts into what JSON can keep: moments and days as ISO text, words as their text."""
    return {key: _plain(value) for key, value in (facts or {}).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def digest(previous: str, fields: list[str]) -> str:
    """Return the hex digest of a link that follows ``previous``."""
    return digest_of(previous, [piece(field) for field in fields])


def piece(field: str) -> bytes:
    """Write a field as a digest covers it: its length in bytes, a colon, the field."""
    data = field.encode()
    return b"%d:%b" % (len(data), data)


def digest_of(previous: str, pieces: list[bytes]) -> str:
    """Return the hex digest of a link that follows ``previous``, its fields already written as pieces."""
    return hashlib.sha256(previous.encode() + b"".join(pieces)).hexdigest()


def canonical(facts: Mapping[str, Any]) -> str:
    """Write facts so that the same facts are always the same text."""
    return _CANONICAL.encode(facts)


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link_fields(link: Mapping[str, Any]) -> list[str]:
    """List what a link's digest covers, in order."""
    return [
        str(link["chain"]),
        str(link["position"]),
        link["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        str(link["person_id"]),
        link["person_name"],
        link["seat"],
        link["action"],
        link["subject_kind"],
        str(link["subject_id"]),
        link["subject_name"],
        canonical(link["before"]),
        canonical(link["after"]),
        link["note"],
    ]
