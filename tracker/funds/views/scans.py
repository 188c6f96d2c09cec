"""The scan of a budget paper: told by its bytes, stored before the paper is recorded, handed out as a download."""

from __future__ import annotations

import io

from flask import Response, send_file
from werkzeug.datastructures import FileStorage

from tracker.evidence.media import (
    MAX_FILE_BYTES,
    Media,
    Unreadable,
    clean_display_name,
    sniff,
)
from tracker.evidence.models import Evidence
from tracker.evidence.operations import StoredFile
from tracker.kernel.errors import NotFound
from tracker.storage.files import current_files

_SCANS = frozenset({Media.PDF, Media.OFD, Media.JPEG, Media.PNG, Media.HEIC})
_MIME = {
    Media.PDF: "application/pdf",
    Media.OFD: "application/ofd",
    Media.JPEG: "image/jpeg",
    Media.PNG: "image/png",
    Media.HEIC: "image/heic",
}


def stored_scan(sent: object) -> StoredFile | None:
    """Store the file that came with the form, if one came. Raises Unreadable for what is no scan."""
    if not isinstance(sent, FileStorage) or not sent.filename:
        return None
    data = sent.stream.read(MAX_FILE_BYTES + 1)
    try:
        media = sniff(data)
    except Unreadable as refusal:
        raise Unreadable(refusal.sentence, field="scan") from refusal
    if media not in _SCANS:
        raise Unreadable("文件扫描件请传 PDF、OFD 或图片", field="scan")
    return StoredFile(current_files().put(data), len(data), media, clean_display_name(sent.filename))


def download(evidence: Evidence) -> Response:
    """Hand out the original file under its name. Raises NotFound when the store has lost it."""
    try:
        data = current_files().get(evidence.sha256)
    except FileNotFoundError as error:
        raise NotFound("扫描件原文件不在文件库里，请联系系统管理员核查") from error
    mime = _MIME.get(Media(evidence.media), "application/octet-stream")
    return send_file(io.BytesIO(data), mimetype=mime, as_attachment=True, download_name=evidence.display_name)
