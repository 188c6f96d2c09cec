"""One file for the folder: the voucher and behind it every page of its evidence, whatever the evidence is like."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pypdfium2 as pdfium
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PageObject, PdfReader, PdfWriter

from tracker.evidence.pdf import require_bounded_inside
from tracker.evidence.unfolding import require_bounded
from tracker.kernel.errors import Refused
from tracker.kernel.text import tell
from tracker.vouchers import engine, fonts, pool
from tracker.vouchers.wrapping import wrap

Pictures = Callable[[bytes, str], Sequence[bytes]]
"""Turns a file and its media name into one PNG per page; raises Refused with a sentence when it cannot."""

MOST_PAGES: Final = 200
"""Of one evidence file; what is beyond is named on the file's last page."""

_log = logging.getLogger(__name__)
_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "vouchers"
_A4: Final = (595.276, 841.89)
_MARGIN: Final = 20.0
_STAMP: Final = 30.0
"""Height kept free at the foot of an evidence page for its stamp, in points like the lines above."""
_PICTURE_SIDE: Final = 2000
_MOST_PIXELS: Final = 60_000_000
_PICTURE_MEDIA: Final = frozenset({"jpeg", "jpg", "png", "heic", "heif"})
_SECONDS: Final = 40.0
_LOST: Final = "这份原件不在文件库里了"
_NEXT: Final = {False: "原件保存在系统中，可在单据页面下载查看。", True: "请联系系统管理员用备份恢复，恢复后重新打印。"}
"""What to do about a page that is not there, by whether the file is lost."""


class CannotShow(Refused):
    """A file whose pages cannot be shown; the sentence says why and stands on its placeholder page."""


@dataclass(frozen=True)
class BundleItem:
    """One file of evidence: its name, kind (``pdf``, ``image/png``, ``ofd``…), bytes and sha256 in hex.

    Without bytes it is lost, and its page says so.
    """

    name: str
    media: str
    data: bytes | None
    sha256: str


@dataclass(frozen=True)
class _Foot:
    """What is written on one evidence page: its stamp, and on a placeholder what is missing and why."""

    stamp: str
    name: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    next: str = ""


def bundle(voucher_pdf: bytes, evidence: Sequence[BundleItem], *, pictures: Pictures | None = None) -> bytes:
    """Put every page of the evidence behind the voucher, each on A4 with a small stamp naming its file.

    PDFs keep their text but lose scripts, links, forms and attachments; pictures are scaled to the page; any other kind
    is drawn by ``pictures``. A file that cannot be shown gets a page that names it and says why. The same files give
    the same bytes. Works in this process: for files from outside use ``bundle_bounded``.
    """
    return _assembled(voucher_pdf, evidence, [_shown(item, pictures) for item in evidence])


def bundle_bounded(
    voucher_pdf: bytes, evidence: Sequence[BundleItem], *, pictures: Pictures | None = None, seconds: float = _SECONDS
) -> bytes:
    """Do as ``bundle`` does, each file in a bounded child process; one that takes too long gets a placeholder.

    ``pictures`` must be a function at the top of its module, so that the child finds it.
    """
    bounds = pool.Bounds(seconds=seconds)
    shown: list[bytes | str] = []
    for item in evidence:
        try:
            shown.append(pool.pool().run(_shown, item, pictures, bounds=bounds))
        except (pool.TooMuch, pool.Crashed):
            shown.append("文件过于复杂，没有在规定的时间和内存内画出来")
    made: bytes = pool.pool().run(_assembled, voucher_pdf, evidence, shown)
    return made


def _assembled(voucher_pdf: bytes, evidence: Sequence[BundleItem], shown: Sequence[bytes | str]) -> bytes:
    feet: list[_Foot] = []
    under: list[PageObject | None] = []
    for number, (item, what) in enumerate(zip(evidence, shown, strict=True), 1):
        pages = [] if isinstance(what, str) else list(PdfReader(io.BytesIO(what)).pages)
        why = what if isinstance(what, str) else ""
        for at, page in enumerate(pages or [None], 1):
            feet.append(_foot(item, f"附件 {number}/{len(evidence)}", f"第 {at}/{len(pages) or 1} 页", why))
            under.append(page)
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(voucher_pdf)), import_outline=False)
    if feet:
        for foot, page in zip(PdfReader(io.BytesIO(_drawn_feet(feet))).pages, under, strict=True):
            sheet = writer.add_page(foot)
            if page is not None:
                sheet.merge_page(page, over=False)
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _foot(item: BundleItem, which: str, page: str, why: str) -> _Foot:
    name = fonts.boxed(item.name)
    room = _A4[0] * 25.4 / 72 - 20
    tail = f"　{page}　sha256 {item.sha256[:16]}"
    first, *more = wrap(f"{which}　{name}", room_mm=room - fonts.width_mm(tail, 7), points=7)
    return _Foot(
        stamp=f"{first}{'…' if more else ''}{tail}",
        name=wrap(name, room_mm=150, points=12) if why else (),
        why=wrap(fonts.boxed(why), room_mm=150, points=10) if why else (),
        next=_NEXT[item.data is None],
    )


def _drawn_feet(feet: Sequence[_Foot]) -> bytes:
    weasyprint, nothing, faces = engine.weasyprint(), engine.fetcher(), engine.font_configuration()
    sheet = weasyprint.CSS(
        string=(_TEMPLATES / "evidence.css").read_text(encoding="utf-8"), url_fetcher=nothing, font_config=faces
    )
    html = _environment().get_template("evidence.html").render(feet=feet)
    return engine.written(
        weasyprint.HTML(string=html, url_fetcher=nothing).render(stylesheets=[sheet], font_config=faces)
    )


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)


# The pages of one file.


def _shown(item: BundleItem, pictures: Pictures | None) -> bytes | str:
    """Return a PDF of the file's pages, or the sentence why there is none: that it is lost, or cannot be shown."""
    return _LOST if item.data is None else _pages_or_why(item, item.data, pictures)


def _pages_or_why(item: BundleItem, data: bytes, pictures: Pictures | None) -> bytes | str:
    """Return a PDF of the file's pages laid on A4, holding nothing but pages, or the sentence why there is none."""
    media = item.media.rpartition("/")[2].lower()
    try:
        if media == "pdf":
            return _laid_out(data)
        if media in _PICTURE_MEDIA:
            return _laid_out(_pictured([data]))
        if pictures is None:
            return f"这种文件（{media}）没有可打印的页面，请查看电子原件"
        return _laid_out(_pictured(pictures(data, item.media)))
    except Refused as refusal:
        return refusal.sentence
    except Exception:  # noqa: BLE001  a stranger's file fails in any way; the bundle is made all the same, and says so
        _log.warning("evidence %s (%s) cannot be shown", item.sha256, media, exc_info=True)
        return "文件结构异常，无法打开"


def _laid_out(data: bytes) -> bytes:
    """Draw each page of a PDF, annotations and form fields included (seals are often kept there), onto an A4 page.

    Nothing else of the file comes along: no script, link, form, attachment or metadata.
    """
    source = _opened_pdf(data)
    try:
        count = len(source)
        if not count:
            raise CannotShow("文件里没有页面")
        if count > MOST_PAGES:
            raise CannotShow(
                tell("文件有 %(count)s 页，超过 %(most)s 页，请查看电子原件", count=count, most=MOST_PAGES)
            )
        source.init_forms()
        paper = pdfium.PdfDocument.new()
        for index in range(count):
            page = source[index]
            page.flatten(pdfium.raw.FLAT_PRINT) if source.formenv else pdfium.raw.FPDFPage_Flatten(page, 1)
            page.close()
            _lay(source, index, paper)
        out = io.BytesIO()
        paper.save(out)
    except pdfium.PdfiumError as error:
        raise CannotShow("文件结构异常，页面无法读出") from error
    else:
        return _readable(out.getvalue(), count)
    finally:
        source.close()


def _opened_pdf(data: bytes) -> pdfium.PdfDocument:
    require_bounded(data)
    try:
        document = pdfium.PdfDocument(data)
        require_bounded_inside(document)
    except pdfium.PdfiumError as error:
        is_locked = error.err_code == pdfium.raw.FPDF_ERR_PASSWORD
        raise CannotShow("文件有打开密码，无法打印" if is_locked else "文件已损坏或不完整，无法打开") from error
    return document


def _lay(source: pdfium.PdfDocument, index: int, paper: pdfium.PdfDocument) -> None:
    """Lay one page on A4 above the stamp, upright, centred, never larger than it was."""
    page = source[index]
    width, height = (max(side, 1.0) for side in page.get_size())
    page.close()
    room_width, room_height = _A4[0] - 2 * _MARGIN, _A4[1] - _MARGIN - _STAMP
    scale = min(room_width / width, room_height / height, 1.0)
    drawn = source.page_as_xobject(index, paper).as_pageobject()  # already turned upright and cropped, from (0, 0)
    drawn.set_matrix(
        pdfium.PdfMatrix()
        .scale(scale, scale)
        .translate((_A4[0] - width * scale) / 2, _A4[1] - _MARGIN - height * scale)
    )
    sheet = paper.new_page(*_A4)
    sheet.insert_obj(drawn)
    sheet.gen_content()
    sheet.close()


def _readable(pdf: bytes, count: int) -> bytes:
    """Make sure that the joining will be able to read what was made here, whatever it came from."""
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        writer.add_blank_page(*_A4).merge_page(page)
    writer.write(io.BytesIO())
    if len(writer.pages) != count:
        raise CannotShow("文件结构异常，页面无法读出")
    return pdf


def _pictured(pictures: Sequence[bytes]) -> bytes:
    """Put each picture on a page of its own."""
    if not pictures:
        raise CannotShow("文件里没有页面")
    if len(pictures) > MOST_PAGES:
        raise CannotShow(
            tell("文件有 %(count)s 页，超过 %(most)s 页，请查看电子原件", count=len(pictures), most=MOST_PAGES)
        )
    writer = PdfWriter()
    for data in pictures:
        writer.append(PdfReader(io.BytesIO(_picture_page(data))))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _picture_page(data: bytes) -> bytes:
    image = _opened(data)
    image = ImageOps.exif_transpose(image)
    image.thumbnail((_PICTURE_SIDE, _PICTURE_SIDE))
    if image.mode not in ("L", "RGB"):
        paper = Image.new("RGB", image.size, "white")
        seen = image.convert("RGBA")
        paper.paste(seen, mask=seen.getchannel("A"))
        image = paper
    out = io.BytesIO()
    points = max(image.size[0] / (_A4[0] - 2 * _MARGIN), image.size[1] / (_A4[1] - _MARGIN - _STAMP))
    image.save(out, "PDF", resolution=72 * max(points, 1.0), quality=85)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    import pi_heif  # noqa: PLC0415  loads libheif, which only bundles need

    pi_heif.register_heif_opener(thumbnails=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "HEIF"))
            if image.width * image.height > _MOST_PIXELS:
                raise CannotShow("图片像素过多，无法打印，请查看电子原件")
            image.draft("RGB", (_PICTURE_SIDE, _PICTURE_SIDE))
            image.load()
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise CannotShow("图片像素过多，无法打印，请查看电子原件") from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:
            raise CannotShow("图片已损坏，无法打开") from error
    return image
