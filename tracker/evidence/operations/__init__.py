"""What is done with evidence: kept, read, explained, thrown away while nothing rests on it."""

from tracker.evidence.operations.files import StoredFile, keep, retain, throw_away
from tracker.evidence.operations.likenesses import explain
from tracker.evidence.operations.readings import FileRead, Taken, finish, retry, take_next
from tracker.evidence.operations.titles import TitleFacts, accept_title, end_title

__all__ = [
    "FileRead",
    "StoredFile",
    "Taken",
    "TitleFacts",
    "accept_title",
    "end_title",
    "explain",
    "finish",
    "keep",
    "retain",
    "retry",
    "take_next",
    "throw_away",
]
