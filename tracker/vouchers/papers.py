"""Office papers (notices, certificates, handover forms, labels) drawn as PDF from a template, in a bounded child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker.kernel.clock import OFFICE
from tracker.vouchers import engine, fonts
from tracker.vouchers.drawing import DrawingFailed
from tracker.vouchers.pool import pool

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "papers"
_VARIANT: Final = "pdf/a-3u"


def draw_html(template: str, context: Mapping[str, Any], *, title: str, author: str, at: datetime) -> bytes:
    """Draw a template of ``templates/papers`` as a PDF built to PDF/A-3u: the same arguments give the same bytes.

    The template extends ``sheet.html``; the typefaces are the voucher's and nothing outside the page is fetched.
    Strings of the context are printed without invisible characters. ``at`` is the moment that stands in the file.
    Raises fonts.MissingGlyph naming characters no typeface has, TooMuch when it takes too long or too much memory.
    """
    html = (
        _environment().get_template(template).render({**context, "title": title, "author": author, "at": _second(at)})
    )
    fonts.require_glyphs([html])
    pdf: bytes = pool().run(_drawn, html)
    return pdf


def day_in_words(day: date) -> str:
    """Write a day as office papers do: ``2026年3月5日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def _drawn(html: str) -> bytes:
    weasyprint = engine.weasyprint()
    try:
        document = weasyprint.HTML(string=html, url_fetcher=engine.fetcher()).render(
            stylesheets=[_stylesheet()], font_config=engine.font_configuration(), pdf_variant=_VARIANT
        )
    except weasyprint.urls.FatalURLFetchingError as error:
        raise DrawingFailed("the page asked for something outside itself") from error
    return engine.written(document, pdf_variant=_VARIANT)


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(OFFICE):%Y-%m-%d %H:%M}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_without_invisible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=day_in_words, moment=_moment)
    return made


def _without_invisible(value: Any) -> Any:
    return fonts.printable(value, lines=True) if type(value) is str else value


@cache
def _stylesheet() -> Any:
    text = (_TEMPLATES / "sheet.css").read_text(encoding="utf-8")
    return engine.weasyprint().CSS(string=text, font_config=engine.font_configuration(), url_fetcher=engine.fetcher())
