"""The paper itself: a voucher's content drawn as a PDF, the same bytes for the same content."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tracker.vouchers import engine, fonts
from tracker.vouchers.content import VoucherContent, content_hash, to_json
from tracker.vouchers.sheets import WIDTH, Originals, Paper, paper
from tracker.vouchers.wrapping import wrap

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "vouchers"
_HASH_HEAD: Final = 16
_VARIANT: Final = "pdf/a-3u"


class DrawingFailed(RuntimeError):
    """The paper came out otherwise than it was cut; a fault of this program, never of the content."""


@dataclass(frozen=True)
class VoidMark:
    """A voided voucher's mark: the day, and the reason if one is to be shown."""

    day: date
    reason: str = ""


@dataclass(frozen=True)
class _Drawn:
    """One voucher as the template sees it."""

    content: VoucherContent
    paper: Paper
    hash_head: str
    qr: Markup
    filed_on: str
    void: VoidMark | None
    copy_number: int | None

    @property
    def void_day(self) -> str:
        """Say the day of the void mark."""
        return _day(self.void.day) if self.void else ""

    @property
    def void_note(self) -> str:
        """Say above the paper that it is void and why, as far as a line holds."""
        if self.void is None:
            return ""
        why = f"：{fonts.printable(self.void.reason)}" if self.void.reason else ""
        first, *more = wrap(f"本凭证已于{self.void_day}作废{why}", room_mm=WIDTH - 4, points=7.5)
        return f"{first}…" if more else first


def draw(
    content: VoucherContent,
    *,
    void: VoidMark | None = None,
    copy_number: int | None = None,
    attachments: Sequence[tuple[str, bytes, str]] = (),
    lost: Sequence[str] = (),
) -> bytes:
    """Draw one voucher as a PDF built to PDF/A-3u, with the record's JSON inside.

    ``copy_number`` prints 第 n 次打印; ``attachments`` are originals to embed as (name, bytes, media type), and
    ``lost`` the names of those that should be and are gone, which the paper says. The same arguments give the same
    bytes, in any process. Raises fonts.MissingGlyph naming characters that cannot be printed.
    """
    text = to_json(content)
    originals = Originals(are_inside=bool(attachments), lost=tuple(fonts.boxed(name) for name in lost))
    voucher = _prepared(content, text, void=void, copy_number=copy_number, originals=originals)
    document = _rendered([voucher], version=content.template_version)
    record = (f"{content.number}.json", text.encode(), "application/json")
    return _written(document, content, [record, *attachments])


def draw_many(contents: Iterable[VoucherContent], *, copy_numbers: Sequence[int | None] = ()) -> bytes:
    """Draw several vouchers of one template version as one PDF for the printer, each with its own page numbers."""
    every = list(contents)
    counts = copy_numbers or [None] * len(every)
    vouchers = [
        _prepared(content, to_json(content), void=None, copy_number=count, originals=Originals())
        for content, count in zip(every, counts, strict=True)
    ]
    return engine.written(_rendered(vouchers, version=every[0].template_version))


def texts(content: VoucherContent) -> Iterable[str]:
    """Yield every text of a voucher that will be printed, for a check of its characters before it is frozen."""
    yield from (
        content.number,
        content.title,
        content.fund_name,
        content.project_code,
        content.function_code,
        content.kind_label,
        content.team,
        content.lead_unit,
        content.beneficiary,
        content.filer,
        content.home_unit,
        content.places,
        content.purpose,
        content.capitals,
        content.verify_url,
        content.verify_code,
    )
    yield from (text for pair in content.details for text in pair)
    for line in content.lines:
        yield from (line.category, line.economic_code, line.summary, line.deduction_reason, *line.bill_numbers)
    for payee in content.payees:
        yield from (payee.name, payee.bank, payee.account, payee.method)
    for signature in content.signatures:
        yield from (signature.seat, signature.name)


def _prepared(
    content: VoucherContent, text: str, *, void: VoidMark | None, copy_number: int | None, originals: Originals
) -> _Drawn:
    fonts.require_glyphs([*texts(content), void.reason if void else ""])
    head = content_hash(text)[:_HASH_HEAD]
    return _Drawn(
        content=content,
        paper=paper(content, originals=originals),
        hash_head=head.upper(),
        qr=_qr(f"{content.verify_url}?h={head}"),
        filed_on=_day(content.filed_on),
        void=void,
        copy_number=copy_number,
    )


def _rendered(vouchers: Sequence[_Drawn], *, version: int) -> Any:
    first = vouchers[0].content
    html = (
        _environment()
        .get_template(f"v{version}.html")
        .render(
            vouchers=vouchers,
            title=f"{first.title} {first.number}",
            author=first.lead_unit,
            at=_second(first),
        )
    )
    weasyprint = engine.weasyprint()
    try:
        document = weasyprint.HTML(string=html, url_fetcher=engine.fetcher()).render(
            stylesheets=[_stylesheet(version)], font_config=engine.font_configuration(), pdf_variant=_VARIANT
        )
    except weasyprint.urls.FatalURLFetchingError as error:
        raise DrawingFailed("the page asked for something outside itself") from error
    planned = sum(len(voucher.paper.sheets) for voucher in vouchers)
    if len(document.pages) != planned:
        raise DrawingFailed(f"{first.number}: {planned} pages cut, {len(document.pages)} drawn")
    return document


def _written(document: Any, content: VoucherContent, files: Sequence[tuple[str, bytes, str]]) -> bytes:
    media = [kind for _, _, kind in files]
    at = content.approved_at.astimezone(UTC)
    embedded = [
        engine.weasyprint().Attachment(
            file_obj=io.BytesIO(data),
            url_fetcher=engine.fetcher(),
            name=f"{number:03d}-{fonts.printable(name)}",
            created=at,
            modified=at,
            relationship="Source" if number else "Data",
        )
        for number, (name, data, _) in enumerate(files)
    ]
    return engine.written(
        document, pdf_variant=_VARIANT, attachments=embedded, finisher=lambda _, made: _declare_media(made, media)
    )


def _declare_media(pdf: Any, media: Sequence[str]) -> None:
    """Name each file's media type as we know it (otherwise the machine's own tables decide), and each file once."""
    streams = [one for one in pdf.objects if getattr(one, "extra", {}).get("Type") == "/EmbeddedFile"]
    for stream, kind in zip(streams, media, strict=True):
        stream.extra["Subtype"] = f"/{kind.replace('/', '#2f')}"
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def _qr(address: str) -> Markup:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=0, omitsize=True)
    return Markup(drawn.getvalue().decode())  # noqa: S704  segno's drawing of the modules; the text is not in it


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _second(content: VoucherContent) -> str:
    """Write the moment of approval as PDF metadata takes it."""
    return content.approved_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=_without_invisible
    )


def _without_invisible(value: Any) -> Any:
    return fonts.printable(value, lines=True) if type(value) is str else value


@cache
def _stylesheet(version: int) -> Any:
    text = (_TEMPLATES / f"v{version}.css").read_text(encoding="utf-8")
    return engine.weasyprint().CSS(string=text, font_config=engine.font_configuration(), url_fetcher=engine.fetcher())
