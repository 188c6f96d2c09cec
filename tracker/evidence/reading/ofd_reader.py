"""What an OFD says: attached data, tags that point at page text, document values, pictures of a QR code, and text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PIL import Image

from tracker.evidence.archive import Unreadable
from tracker.evidence.jbig2 import decode_jbig2, is_jbig2
from tracker.evidence.markup import children, descendants, parse_xml, text_of
from tracker.evidence.media import open_image
from tracker.evidence.ofd import OfdDocument, TextRun
from tracker.evidence.reading import layout, qr, structured
from tracker.evidence.reading.facts import Box, Findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

# 合计金额 is without tax: filing it as the total would lose the tax on every invoice.
_CUSTOM_DATA: Final = {
    "发票代码": "invoice_code",
    "发票号码": "invoice_number",
    "开票日期": "issue_date",
    "购买方名称": "buyer_name",
    "购买方纳税人识别号": "buyer_tax_id",
    "销售方名称": "seller_name",
    "销售方纳税人识别号": "seller_tax_id",
    "合计金额": "amount_ex_tax_fen",
    "合计税额": "tax_amount_fen",
    "价税合计": "total_fen",
    "模板编号": "kind",
}
_QR_SIDE: Final = (40, 1600)
_MAX_PICTURES: Final = 8


def read_ofd(data: bytes) -> list[Findings]:
    """Read every source in an OFD, most trusted first. Raises Unreadable when the container is refused."""
    document = OfdDocument(data)
    return [
        *_attached(document),
        *_tagged(document),
        _document_values(document),
        *_pictured(document),
        layout.read_pages(document.page_texts()),
    ]


def _attached(document: OfdDocument) -> Iterator[Findings]:
    for name, content in document.attachments():
        if content.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff \t\r\n\0").startswith(b"<"):
            try:
                root = parse_xml(content)
            except Unreadable as refusal:
                yield Findings(notes=(f"附件 {name.rpartition('/')[2][:60]} 未读：{refusal.sentence}",))
                continue
            yield structured.read_tree(root, reader="内嵌数据")


def _tagged(document: OfdDocument) -> Iterator[Findings]:
    by_place: dict[tuple[str, str], list[TextRun]] = {}
    by_id: dict[str, list[TextRun]] = {}
    page_ids = {page.number: page.id for page in document.pages}
    for run in document.runs:
        by_place.setdefault((page_ids[run.page], run.id), []).append(run)
        by_id.setdefault(run.id, []).append(run)
    sizes = {page.number: page.box for page in document.pages}

    def leaf(element: Element) -> tuple[str, Box | None]:
        texts, boxes = [text_of(one) for one in children(element, "ObjectData")], []
        for reference in children(element, "ObjectRef"):
            target = text_of(reference)
            named = by_place.get((reference.get("PageRef", ""), target)) or by_id.get(target, [])
            runs = [run for run in named if run.own] or named
            if len(runs) == 1:
                texts.append(runs[0].text)
                boxes.append(_box(runs[0], sizes[runs[0].page]))
        return "".join(texts).strip(), _around([box for box in boxes if box is not None])

    for root in document.tags():
        if next(descendants(root, "ObjectRef"), None) is not None:
            yield structured.read_tree(root, reader="版式标签", leaf=leaf)


def _document_values(document: OfdDocument) -> Findings:
    found = [
        structured.fact(field, text, reader="文档属性")
        for name, text in document.custom_data.items()
        if (field := _CUSTOM_DATA.get(name)) and text
    ]
    return Findings(tuple(one for one in found if one is not None))


def _pictured(document: OfdDocument) -> Iterator[Findings]:
    for part in list(document.media.values())[:_MAX_PICTURES]:
        if document.archive.has(part):
            picture = read_picture(document.archive.read(part))
            if picture is not None and _QR_SIDE[0] <= min(picture.size) and max(picture.size) <= _QR_SIDE[1]:
                # The picture's own place on the page is not needed: its text tells all it has to tell.
                yield _without_boxes(qr.read_codes(qr.decode(picture)))


def read_picture(content: bytes) -> Image.Image | None:
    """Decode a picture part of an OFD: PNG, JPEG or BMP by Pillow, JBIG2 by pdfium; None for anything else."""
    if is_jbig2(content):
        return decode_jbig2(content)
    try:
        return open_image(content)
    except Unreadable:
        return None


def _without_boxes(findings: Findings) -> Findings:
    return replace(findings, facts=tuple(replace(one, box=None) for one in findings.facts))


def _box(run: TextRun, size: tuple[float, float, float, float]) -> Box | None:
    if not run.glyphs:
        return None
    return Box(
        run.page,
        min(one.x0 for one in run.glyphs) / size[2],
        min(one.y0 for one in run.glyphs) / size[3],
        max(one.x1 for one in run.glyphs) / size[2],
        max(one.y1 for one in run.glyphs) / size[3],
    )


def _around(boxes: list[Box]) -> Box | None:
    same_page = [box for box in boxes if box.page == boxes[0].page]
    if not same_page:
        return None
    return Box(
        same_page[0].page,
        min(box.x0 for box in same_page),
        min(box.y0 for box in same_page),
        max(box.x1 for box in same_page),
        max(box.y1 for box in same_page),
    )
