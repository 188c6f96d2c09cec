"""What must not be readable in the database, a log or a backup is enciphered with the office's own key."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet

from tracker.storage.keys import key_in


class Cipher:
    """The office's key, kept in a file of its own outside the database and its backups."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def from_file(cls, place: Path) -> Cipher:
        """Read the key, making one on first use, readable by the service's account alone."""
        return cls(key_in(place, Fernet.generate_key).strip())

    def lock(self, text: str) -> bytes:
        """Encipher a text."""
        return self._fernet.encrypt(text.encode())

    def unlock(self, data: bytes) -> str:
        """Decipher what ``lock`` made. Raises InvalidToken for another key."""
        return self._fernet.decrypt(data).decode()
