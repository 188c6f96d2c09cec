"""What a PDF says: attached data, the issuer's document keys, the QR code on its page, and its text by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.evidence import pdf
from tracker.evidence.archive import Unreadable
from tracker.evidence.markup import parse_xml
from tracker.evidence.reading import layout, qr, structured
from tracker.evidence.reading.facts import Findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pypdfium2 as pdfium

_INFO_FIELDS: Final = {
    "InvoiceNumber": "invoice_number",
    "InvoiceCode": "invoice_code",
    "IssueTime": "issue_date",
    "TotalAmWithoutTax": "amount_ex_tax_fen",
    "TotalTaxAm": "tax_amount_fen",
    "TotalTax-includedAmount": "total_fen",
    "SellerIdNum": "seller_tax_id",
    "BuyerIdNum": "buyer_tax_id",
    "SellerName": "seller_name",
    "BuyerName": "buyer_name",
}
_QR_SCALES: Final = (2.0, 4.0)
_LARGEST_SIDE: Final = 3000


def read_pdf(data: bytes) -> list[Findings]:
    """Read every source in a PDF, most trusted first. Raises Unreadable when the file is refused."""
    with pdf.opened(data) as document:
        pages = [pdf.page_text(document, number) for number in pdf.read_pages(document)]
        if len(pages) > 1 and layout.several_invoices(pages):
            return [Findings(notes=("这个 PDF 里有多张发票，请拆成一张一个文件后上传",))]
        text = layout.read_pages(pages)
        if layout.SEVERAL_ON_A_PAGE in text.notes:
            return [text]
        return [
            *_attached(document, data),
            _document_keys(document),
            _code_on_page(document, scanned=not any(page.glyphs for page in pages)),
            text,
        ]


def _attached(document: pdfium.PdfDocument, data: bytes) -> Iterator[Findings]:
    for name, content in pdf.attachments(document, data):
        if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            continue
        try:
            root = parse_xml(content)
        except Unreadable as refusal:
            yield Findings(notes=(f"附件 {name[:60]} 未读：{refusal.sentence}",))
            continue
        yield structured.read_tree(root, reader="内嵌数据")


def _document_keys(document: pdfium.PdfDocument) -> Findings:
    keys = pdf.information(document, tuple(_INFO_FIELDS))
    found = [structured.fact(_INFO_FIELDS[name], text, reader="文档属性") for name, text in keys.items()]
    return Findings(tuple(one for one in found if one is not None))


def _code_on_page(document: pdfium.PdfDocument, *, scanned: bool) -> Findings:
    """Look for the QR code on the first page; a scan without text is looked at as hard as a photo."""
    page = document[0]
    try:
        for scale in _QR_SCALES:
            fitting = min(scale, _LARGEST_SIDE / max(*page.get_size(), 1.0))
            picture = page.render(scale=fitting, grayscale=True).to_pil()
            found = qr.read_codes(qr.decode(picture, thorough=scanned))
            if found.facts or found.notes or fitting < scale:
                return found
    finally:
        page.close()
    return Findings()
