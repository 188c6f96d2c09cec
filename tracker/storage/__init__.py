"""The money door and its rooms: one database, one way to write to it."""

from tracker.storage.database import Database, current, open_database, unit_of_work, use
from tracker.storage.tables import Base, Identifier, Moment, word

__all__ = ["Base", "Database", "Identifier", "Moment", "current", "open_database", "unit_of_work", "use", "word"]
