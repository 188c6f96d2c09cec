"""Put specimens into an office's store, as an upload would."""

from __future__ import annotations

import random
from datetime import datetime

from tests.evidence.specimens import Invoice, digital_face, digital_xml, photo
from tests.office import NOON, Office
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.evidence.operations import FileRead, StoredFile, keep
from tracker.evidence.worker import read_next
from tracker.storage.files import current_files


def put(
    office: Office,
    data: bytes,
    name: str = "发票.xml",
    *,
    person: str = "member",
    media: str = "xml",
    kind: EvidenceKind = EvidenceKind.INVOICE,
    at: datetime = NOON,
    read: FileRead | None = None,
) -> Evidence:
    """Keep a file for a person; it waits to be read unless ``read`` says what it says."""
    stored = StoredFile(current_files().put(data), len(data), media, name)
    with office.database.writing() as session:
        return keep(session, stored, kind, by=office.actor(person), at=at, read=read)


def read_all(office: Office) -> int:
    """Read what waits, as the background reader would; return how many files."""
    count = 0
    while read_next(office.database, current_files()):
        count += 1
    return count


def an_invoice(office: Office, one: Invoice, name: str = "发票.xml", *, person: str = "member") -> Evidence:
    """Keep and read the data file of an invoice."""
    kept = put(office, digital_xml(one), name, person=person)
    read_all(office)
    return kept


def a_photo_of(one: Invoice, seed: int = 1, *, kind: str = "JPEG") -> bytes:
    """Take a photo of a digital invoice."""
    rng = random.Random(seed)
    return photo(digital_face(one, rng), rng, kind=kind)
