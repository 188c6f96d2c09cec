"""Settings of an installation: from the environment, with defaults that suit one office computer."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tracker.storage.files import FileStore, Store
from tracker.storage.keys import key_in
from tracker.storage.objects import ObjectPlace, ObjectStore, place_from

HOME = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where things lie and how the site is reached."""

    var: Path
    database_url: str
    secret_key: bytes
    base_url: str
    trusted_hosts: tuple[str, ...]
    secure_cookies: bool
    password_profile: str
    rate_limits: str = "memory://"
    """Where requests are counted; several hosts share one ``redis://…``."""
    proxies: int = 0
    """How many reverse proxies of our own stand before the site and tell the client's address."""
    objects: ObjectPlace | None = None
    """The bucket of the evidence store; without one, files lie in a folder of ``var``."""
    readers: int = 0
    """Threads of each web process that read waiting files: one, or none where ``tracker evidence work`` runs."""

    @property
    def files(self) -> Path:
        """The folder of the evidence store."""
        return self.var / "files"

    def open_store(self) -> Store:
        """Open the evidence store: the bucket if one is set, else the folder."""
        return ObjectStore(self.objects) if self.objects is not None else FileStore(self.files)

    @property
    def cipher_key(self) -> Path:
        """The file of the key that enciphers account numbers."""
        return self.var / "keys" / "cipher.key"


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; the signing key is made on first use and kept in ``var/keys``."""
    var = Path(environment.get("TRACKER_VAR", HOME / "var")).resolve()
    base_url = environment.get("TRACKER_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    hosts = environment.get("TRACKER_HOSTS", "")
    return Settings(
        var=var,
        database_url=environment.get("TRACKER_DATABASE", f"sqlite:///{var / 'tracker.db'}"),
        secret_key=key_in(var / "keys" / "signing.key", lambda: secrets.token_bytes(32)),
        base_url=base_url,
        trusted_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
        secure_cookies=base_url.startswith("https://"),
        password_profile=environment.get("TRACKER_PASSWORDS", "dengbao3"),
        rate_limits=environment.get("TRACKER_RATE_LIMITS", "memory://"),
        proxies=int(environment.get("TRACKER_PROXIES", "0")),
        objects=_objects(environment),
        readers=min(1, int(environment.get("TRACKER_READERS", "1"))),
    )


def _objects(environment: Mapping[str, str]) -> ObjectPlace | None:
    url = environment.get("TRACKER_FILES", "")
    if not url:
        return None
    return place_from(
        url,
        environment.get("TRACKER_S3_ENDPOINT", ""),
        environment.get("TRACKER_S3_KEY", ""),
        environment.get("TRACKER_S3_SECRET", ""),
        environment.get("TRACKER_S3_REGION", "us-east-1"),
    )
