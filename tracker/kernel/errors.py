"""Refusals: what a person wanted and could not have, said in the office's words."""

from __future__ import annotations


class Refused(Exception):
    """A request that a rule turns down.

    ``sentence`` is shown to the person: what, why and what to do next. ``field`` names the form
    field it belongs to, if one does. ``status`` is the HTTP status of a page that can say no more.
    """

    status = 422

    def __init__(self, sentence: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.facts = facts


class NotFound(Refused):
    """The thing does not exist, or this person may not know that it does."""

    status = 404

    def __init__(
        self,
        sentence: str = "没有找到这一页，可能已被删除，或者你不能查看",
        *,
        field: str | None = None,
        **facts: object,
    ) -> None:
        super().__init__(sentence, field=field, **facts)


class Forbidden(Refused):
    """The person may see the thing but not do this to it."""

    status = 403


class Stale(Refused):
    """Somebody changed the thing since the person's page was drawn."""

    status = 409


class Busy(Refused):
    """The database was held by others for longer than a person should wait."""

    status = 503
