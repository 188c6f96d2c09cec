"""ZIP containers opened without trust: every limit is checked before and while a part is inflated."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from tracker.kernel.errors import Refused
from tracker.kernel.text import tell

MAX_PARTS = 500
MAX_PART_BYTES = 20 * 1024 * 1024
MAX_TOTAL_BYTES = 40 * 1024 * 1024
MAX_RATIO = 100
RATIO_FROM_BYTES = 1024 * 1024
"""Small parts of repeated text compress well without being an attack; the ratio counts from here on."""

_ENCRYPTED = 0x1
_SIZES_FOLLOW = 0x8
_NAME_IS_UTF8 = 0x800
_ZIP64_SIZE = 0xFFFFFFFF
_HEAD = struct.Struct("<4s2xH10xII")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHUNK = 256 * 1024


class Unreadable(Refused):
    """A file that is refused or cannot be read; the sentence says what is wrong and what to do next."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one container may hold: number of parts, bytes of one part, bytes of all parts together."""

    parts: int = MAX_PARTS
    part_bytes: int = MAX_PART_BYTES
    total_bytes: int = MAX_TOTAL_BYTES


class Archive:
    """A ZIP held in memory; parts are found without regard to case and slashes, and inflated on demand."""

    def __init__(self, data: bytes, limits: Limits | None = None) -> None:
        """Open the directory and refuse bombs, duplicates, encryption and unsafe names. Raises Unreadable."""
        self.limits = limits or Limits()
        self._data = data
        self._left = self.limits.total_bytes
        self._cache: dict[str, bytes] = {}
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
            raise Unreadable("压缩包已损坏，无法打开，请重新下载原文件后再上传") from error
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(infos) > self.limits.parts:
            raise Unreadable(
                tell("压缩包内文件超过 %(parts)s 个，已拒绝，请分批打包上传", parts=self.limits.parts), parts=len(infos)
            )
        self._by_name: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._admit(info)
        if sum(info.file_size for info in infos) > self.limits.total_bytes:
            raise Unreadable("压缩包展开后过大，已拒绝，请检查文件是否正常")

    def _admit(self, info: zipfile.ZipInfo) -> None:
        name = fold_name(info.filename)
        if not name or ".." in name.split("/") or "\0" in info.orig_filename or ":" in name:
            raise Unreadable("压缩包内有不安全的文件路径，已拒绝，请重新打包后上传", part=info.filename[:80])
        if name in self._by_name:
            raise Unreadable("压缩包内有重名文件，无法判断以哪个为准，请重新下载原文件", part=info.filename[:80])
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable("压缩包有密码，系统无法读取，请解密后上传")
        if info.compress_type not in _METHODS:
            raise Unreadable("压缩包使用了不支持的压缩方式，请用普通 ZIP 重新打包")
        if info.file_size > self.limits.part_bytes:
            raise Unreadable("压缩包内有单个文件过大，已拒绝，请检查文件是否正常", part=info.filename[:80])
        if info.file_size > RATIO_FROM_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise Unreadable("压缩包的压缩比异常，疑似压缩炸弹，已拒绝", part=info.filename[:80])
        if not self._heads_agree(info):
            raise Unreadable("压缩包目录与实际内容不符，已拒绝，请重新下载原文件", part=info.filename[:80])
        self._by_name[name] = info

    def _heads_agree(self, info: zipfile.ZipInfo) -> bool:
        """Whether the part's own head says what the directory says: readers that trust one must not be told another."""
        head = self._data[info.header_offset : info.header_offset + _HEAD.size]
        if len(head) < _HEAD.size:
            return False
        mark, flags, packed, inflated = _HEAD.unpack(head)
        sizes_follow = flags & _SIZES_FOLLOW or _ZIP64_SIZE in (packed, inflated)
        return mark == b"PK\x03\x04" and (
            bool(sizes_follow) or (packed, inflated) == (info.compress_size, info.file_size)
        )

    def names(self) -> list[str]:
        """Return the part names as stored, in directory order."""
        return [info.filename for info in self._by_name.values()]

    def shown_name(self, name: str) -> str:
        """Return a part's name for people: archivers of Chinese Windows store GBK without saying so."""
        info = self._by_name[fold_name(name)]
        if info.flag_bits & _NAME_IS_UTF8:
            return info.filename
        stored = info.orig_filename.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                return stored.decode(encoding)
            except UnicodeDecodeError:
                continue
        return info.filename

    def has(self, name: str) -> bool:
        """Tell whether a part exists, without regard to case and slashes."""
        return fold_name(name) in self._by_name

    def read(self, name: str) -> bytes:
        """Inflate one part, never beyond what the directory promised. Raises Unreadable, KeyError if absent."""
        key = fold_name(name)
        if key not in self._cache:
            self._cache[key] = self._inflate(self._by_name[key])
        return self._cache[key]

    def _inflate(self, info: zipfile.ZipInfo) -> bytes:
        room = min(info.file_size, self._left, self.limits.part_bytes)
        pieces: list[bytes] = []
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(_CHUNK):
                    room -= len(piece)
                    if room < 0:
                        raise Unreadable("压缩包目录与实际内容不符，已拒绝，请重新下载原文件", part=info.filename[:80])
                    pieces.append(piece)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            struct.error,
        ) as error:
            raise Unreadable("压缩包内的文件已损坏，请重新下载原文件后再上传", part=info.filename[:80]) from error
        content = b"".join(pieces)
        self._left -= len(content)
        return content


def fold_name(name: str) -> str:
    """Fold a part name for comparison: forward slashes, no leading slash or ``./``, lower case."""
    pieces = [piece for piece in name.replace("\\", "/").split("/") if piece not in ("", ".")]
    return "/".join(pieces).lower()
