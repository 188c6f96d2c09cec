"""What must not be readable in the database, a log or a backup is enciphered with the office's own key."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from tracker.kernel.errors import Refused
from tracker.storage.keys import key_in


class OtherKey(Refused):
    """The office's key is not the one a number was enciphered with: it was lost, or another put in its place."""


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
        """Decipher what ``lock`` made. Raises OtherKey for what was enciphered with another key, or altered."""
        try:
            return self._fernet.decrypt(data).decode()
        except InvalidToken as error:
            raise OtherKey("这个号码是用另一把密钥加密的，读不出来；请系统管理员把原来的密钥文件放回后再办") from error
