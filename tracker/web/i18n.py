"""Language and formats: Chinese is the source, English a catalogue; money, days and waits are written one way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel, Domain
from flask_babel import gettext as _translated

from tracker.kernel import clock, documents
from tracker.kernel.money import capitals as _capitals
from tracker.kernel.money import format_yuan, round_fen
from tracker.kernel.text import Told

MISSING = "--"
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
LANGUAGE_COOKIE = "lang"
_KNOWN = "tracker.language"
"""Where a request keeps its language once it is known: a page asks for it hundreds of times."""
_FEN_IN_WAN_HUNDREDTH = 10_000
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def speak(app: Flask, *, translations: Path) -> None:
    """Give the app its languages and its filters.

    ``translations`` holds ``en/LC_MESSAGES/*.po``: one file for all, or one a package.
    """
    catalogue = _Catalogue(translations)
    Babel(
        app,
        default_locale=LANGUAGES["zh"],
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(translations),
        locale_selector=_chosen_locale,
    )
    app.extensions["babel"].instance.domain_instance = catalogue
    templates: Any = app.jinja_env
    templates.install_gettext_callables(catalogue.sentence, catalogue.sentences, newstyle=True)
    templates.learn(catalogue.spoken)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["page_language"] = page_language


def gettext(sentence: str, /, **facts: object) -> str:
    """Say a Chinese sentence in the language of the request; ``%(name)s`` in it is filled from the facts."""
    if isinstance(sentence, Told):
        return said(sentence)
    if language() != "zh":
        return str(_translated(sentence, **facts))
    return sentence % facts if facts else str(sentence)


def said(text: object) -> str:
    """Say a word or sentence of a table, a form or a rule; facts that a rule told it with are said as well.

    Unlike ``_()`` in a template it never takes the text for markup, so it may be given what people typed.
    """
    if text is None:
        return MISSING
    if not isinstance(text, str) or not text or language() == "zh":
        return str(text)
    if isinstance(text, Told):
        return str(_translated(text.wording)) % {name: said(fact) for name, fact in text.facts.items()}
    return str(_translated(str(text)))


def language() -> str:
    """Return the language of this request: ``zh`` or ``en``."""
    if not request:
        return "zh"
    known: str | None = request.environ.get(_KNOWN)
    if known is None:
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        known = request.environ[_KNOWN] = chosen if chosen in LANGUAGES else "zh"
    return known


def page_language() -> str:
    """Return the value of ``<html lang>``."""
    return "en" if language() == "en" else "zh-CN"


def _chosen_locale() -> str:
    return LANGUAGES[language()]


class _Catalogue(Domain):
    """The English catalogue, read from the text files people edit; nothing has to be compiled first."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder
        self.read: dict[str, Any] = {"zh": NullTranslations()}

    def get_translations(self) -> Any:
        return self._of(language())

    def spoken(self, chosen: str) -> tuple[Callable[[str], str], bytes]:
        """Return what says a sentence in a language, and the words it knows, for templates compiled with them."""
        sources = sorted((self.folder / LANGUAGES[chosen] / "LC_MESSAGES").glob("*.po"))
        return self._of(chosen).gettext, b"".join(source.read_bytes() for source in sources)

    def _of(self, chosen: str) -> Any:
        if chosen not in self.read:
            self.read[chosen] = _read_catalogue(self.folder, LANGUAGES[chosen])
        return self.read[chosen]

    def sentence(self, text: str) -> str:
        """Say a sentence; Chinese, being the source, is said as it stands."""
        return text if language() == "zh" else str(self.get_translations().gettext(text))

    def sentences(self, one: str, many: str, number: int) -> str:
        """Say a sentence about a number of things."""
        return str(self.get_translations().ngettext(one, many, number))


def _read_catalogue(folder: Path, locale: str) -> Any:
    catalogue = Catalog(locale=locale)
    for source in sorted((folder / locale / "LC_MESSAGES").glob("*.po")):
        with source.open("rb") as lines:
            for message in read_po(lines, locale=locale):
                if message.id and message.string and not message.fuzzy:
                    catalogue.add(message.id, message.string)
    if not len(catalogue):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def yuan(fen: int | None) -> str:
    """Write fen as ``1,234.50``."""
    return format_yuan(fen)


def yuan_sign(fen: int | None) -> str:
    """Write fen as ``¥1,234.50``; the sign of a negative amount stands before the ¥."""
    if fen is None:
        return MISSING
    return f"{'-' if fen < 0 else ''}¥{format_yuan(abs(fen))}"


def wan(fen: int | None) -> str:
    """Write fen in 万元 with two decimals, for dashboard tiles: ``56.18``."""
    return MISSING if fen is None else format_yuan(round_fen(Decimal(fen) / _FEN_IN_WAN_HUNDREDTH))


def capitals(fen: int | None) -> str:
    """Write fen in 人民币大写."""
    return MISSING if fen is None else _capitals(fen)


def day(value: date | datetime | None) -> str:
    """Write a day, or the office's day of a moment, as ``2026-03-05``."""
    if value is None:
        return MISSING
    return (clock.day_of(value) if isinstance(value, datetime) else value).isoformat()


def moment(value: datetime | None) -> str:
    """Write a moment in office time as ``2026-03-05 14:20``."""
    return MISSING if value is None else f"{value.astimezone(clock.OFFICE):%Y-%m-%d %H:%M}"


def moment_short(value: datetime | None) -> str:
    """Write a moment in office time as ``03-07 09:31``, for timelines."""
    return MISSING if value is None else f"{value.astimezone(clock.OFFICE):%m-%d %H:%M}"


def waited(value: datetime | timedelta | None, at: datetime | None = None) -> str:
    """Write how long something has waited, in its two largest units: ``2 天 4 小时``.

    Takes a span, or the moment the wait began (measured to ``at``, by default now).
    """
    if value is None:
        return MISSING
    span = value if isinstance(value, timedelta) else (at or clock.now()) - value
    seconds = max(0, int(span.total_seconds()))
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    if days:
        return gettext("%(days)s 天 %(hours)s 小时", days=days, hours=hours) if hours else gettext("%(n)s 天", n=days)
    if hours:
        return gettext("%(n)s 小时", n=hours)
    return gettext("%(n)s 分钟", n=minutes) if minutes else gettext("刚刚")


def percent(ratio: Decimal | Fraction | float | None) -> str:
    """Write a ratio (0.264) as ``26.4%``."""
    if ratio is None:
        return MISSING
    exact = Decimal(ratio.numerator) / ratio.denominator if isinstance(ratio, Fraction) else Decimal(str(ratio))
    return f"{(exact * 100).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP):,}%"


def percent_of(part: int | None, whole: int | None) -> str:
    """Write a part of a whole as ``26.4%``; of nothing there is no percentage."""
    return MISSING if part is None or not whole else percent(Fraction(part, whole))


def masked(text: str | None) -> str:
    """Write an ID, phone or card number with its middle hidden: ``138****5678``, ``320************1234``."""
    if not text:
        return MISSING
    return documents.masked(text.strip())


def card_tail(text: str | None) -> str:
    """Write a bank card by its last four digits: ``尾号 8821``."""
    if not text:
        return MISSING
    return gettext("尾号 %(digits)s", digits="".join(text.split())[-4:])


def span_of_days(first: date | None, last: date | None) -> str:
    """Write a range as ``2026-03-03 至 2026-03-05``, one day as itself."""
    if first is None or last is None or first == last:
        return day(first or last)
    return gettext("%(first)s 至 %(last)s", first=day(first), last=day(last))


def tint(name: str | None) -> str:
    """Choose one of four colours for a person's circle: always the same for the same name."""
    return "abcd"[sum(map(ord, name or "")) % 4]


FILTERS: dict[str, Callable[..., str]] = {
    "yuan": yuan,
    "yuan_sign": yuan_sign,
    "wan": wan,
    "capitals": capitals,
    "day": day,
    "moment": moment,
    "moment_short": moment_short,
    "waited": waited,
    "percent": percent,
    "percent_of": percent_of,
    "masked": masked,
    "card_tail": card_tail,
    "until": span_of_days,
    "tint": tint,
    "said": said,
}
