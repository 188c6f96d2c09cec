"""Files made to hurt: each is generated here, named for what it attempts."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from tests.evidence import specimens
from tests.evidence.specimens import OFD, zipped


def good_ofd() -> bytes:
    """Give a harmless OFD, to be spoiled."""
    return specimens.specimen("OFD 2019 数据", 1).data


def good_pdf() -> bytes:
    """Give a harmless PDF, to be spoiled."""
    return specimens.specimen("PDF 数电票（标签旁值）", 1).data


def good_xml() -> bytes:
    """Give a harmless data file, to be spoiled."""
    return specimens.digital_xml(specimens.invoice(1))


def parts_of(data: bytes) -> dict[str, bytes]:
    """Give the parts of a container."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def ofd_with(**changes: bytes) -> bytes:
    """Give the harmless OFD with other parts; double underscores stand for slashes, ``_xml`` for the ending."""
    parts = parts_of(good_ofd())
    for name, content in changes.items():
        parts[name.replace("__", "/").replace("_xml", ".xml")] = content
    return zipped(parts)


def doubled(name: str) -> bytes:
    """Give the harmless OFD with one part stored twice."""
    out = io.BytesIO(good_ofd())
    with zipfile.ZipFile(out, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(name, parts_of(good_ofd())["OFD.xml"])
    return out.getvalue()


def lying_directory() -> bytes:
    """Give an OFD whose directory states a small size for a part that inflates to 30 MB."""
    data = bytearray(ofd_with(Doc_0__Big_xml=b" " * 30_000_000))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"Doc_0/Big.xml"))
    data[place + 24 : place + 28] = struct.pack("<I", 500)
    return bytes(data)


def encrypted_flag() -> bytes:
    """Give an OFD whose parts claim to be encrypted."""
    data = bytearray(good_ofd())
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def png_header(wide: int, high: int) -> bytes:
    """Give a PNG that claims any size and holds almost nothing."""
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def picture(kind: str, size: tuple[int, int] = (300, 200), mode: str = "RGB") -> bytes:
    """Give a plain picture of a kind."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def pdf_of(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Give a PDF of given objects, the first being its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def pdf_pages(count: int) -> bytes:
    """Give a PDF of many empty pages."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
            *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"] * count,
        ]
    )


def pdf_stream(content: bytes, page: bytes = b"", catalogue: bytes = b"", box: bytes = b"0 0 600 400") -> bytes:
    """Give a one-page PDF with a page stream and extra entries."""
    packed = zlib.compress(content, 9)
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R%s>>" % (box, page),
            b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        ]
    )


def pdf_form_loop() -> bytes:
    """Give a page whose form draws itself."""
    itself = b"/Resources<</XObject<</F 5 0 R>>>>"
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]%s/Length 10>>stream\n/F Do /F Do\nendstream" % itself
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 400]/Contents 4 0 R%s>>" % itself,
            b"<</Length 5>>stream\n/F Do\nendstream",
            form,
        ]
    )


def deep(depth: int) -> bytes:
    """XML nested so deep that walkers fall over."""
    return b"<EInvoice>" + b"<a>" * depth + b"</a>" * depth + b"</EInvoice>"


def laughs(encoding: str = "utf-8") -> bytes:
    """Give a billion laughs."""
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY l0 "ha">{rows}]><EInvoice>&l9;</EInvoice>'
    return text.encode(encoding)


def external(target: str) -> bytes:
    """Give an external entity."""
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]>'
    return f"{head}<EInvoice><EIid>&e;</EIid></EInvoice>".encode()


def page_with(content: str) -> bytes:
    """Give the harmless OFD with other page content."""
    name = next(name for name in parts_of(good_ofd()) if name.endswith(("Content_0.xml", "Page_0/Content.xml")))
    parts = parts_of(good_ofd())
    parts[name] = (f"<ofd:Page {OFD}><ofd:Content><ofd:Layer>{content}</ofd:Layer></ofd:Content></ofd:Page>").encode()
    del parts["Doc_0/Attachs/original_invoice.xml"]
    return zipped(parts)


TEXT = (
    '<ofd:TextObject ID="{0}" Boundary="0 0 9 9" Size="3"><ofd:TextCode X="0" Y="3">字</ofd:TextCode></ofd:TextObject>'
)

FILES: dict[str, Callable[[], bytes]] = {
    # nothing, noise and other kinds
    "空文件": lambda: b"",
    "随机字节": lambda: bytes(range(256)) * 40,
    "全零": lambda: b"\0" * 5000,
    "纯文本": "发票号码：26322000009999990001".encode,
    "HTML 带脚本": lambda: b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "HTML 无声明": lambda: b"<html><body onload=alert(1)>x</body></html>",
    "SVG 带脚本": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "GIF": lambda: picture("GIF"),
    "GIF 兼脚本": lambda: b"GIF89a=1;alert(1)//",
    "BMP": lambda: picture("BMP"),
    "TIFF": lambda: picture("TIFF"),
    "WebP": lambda: picture("WEBP"),
    "PostScript": lambda: b"%!PS-Adobe-3.0\n/x {x} def x\n",
    "可执行文件": lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 200,
    "RAR": lambda: b"Rar!\x1a\x07\x01\x00" + b"\0" * 100,
    "gzip": lambda: b"\x1f\x8b\x08\0" + b"\0" * 100,
    "docx": lambda: zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}),
    "jar": lambda: zipped({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0", "A.class": b"\xca\xfe\xba\xbe"}),
    # ZIP and OFD containers
    "截断的 OFD": lambda: good_ofd()[:700],
    "截断的 ZIP 头": lambda: b"PK\x03\x04" + b"\0" * 30,
    "空 ZIP": lambda: b"PK\x05\x06" + b"\0" * 18,
    "两份 OFD.xml": lambda: doubled("OFD.xml"),
    "两份 ofd.xml（大小写）": lambda: doubled("ofd.xml"),
    "两份发票数据": lambda: doubled("Doc_0/Attachs/original_invoice.xml"),
    "OFD 单个部件 60 MB": lambda: ofd_with(Doc_0__Attachs__original_invoice_xml=b"<a>" + b" " * 60_000_000 + b"</a>"),
    "OFD 部件 19 MB 高压缩": lambda: ofd_with(Doc_0__x_xml=b"\0" * 19_000_000),
    "OFD 共 60 MB": lambda: zipped(parts_of(good_ofd()) | {f"p{n}.xml": bytes([n]) * 900_000 for n in range(67)}),
    "OFD 600 个部件": lambda: zipped(parts_of(good_ofd()) | {f"p{n}.xml": b"<a/>" for n in range(600)}),
    "OFD 路径穿越": lambda: zipped(parts_of(good_ofd()) | {"../../etc/cron.d/x": b"x"}),
    "OFD 反斜杠穿越": lambda: zipped(parts_of(good_ofd()) | {"..\\..\\x.xml": b"x"}),
    "OFD 盘符路径": lambda: zipped(parts_of(good_ofd()) | {"C:/x.xml": b"x"}),
    "OFD 目录谎报大小": lying_directory,
    "OFD 声称加密": encrypted_flag,
    "OFD 前有 HTML": lambda: b"<html><script>1</script></html>" + good_ofd(),
    "OFD 正文指向外面": lambda: ofd_with(
        OFD_xml=f"<ofd:OFD {OFD}><ofd:DocBody><ofd:DocRoot>../../etc/passwd</ofd:DocRoot>"
        f"</ofd:DocBody></ofd:OFD>".encode()
    ),
    "OFD 正文指向自己": lambda: ofd_with(
        OFD_xml=f"<ofd:OFD {OFD}><ofd:DocBody><ofd:DocRoot>OFD.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>".encode()
    ),
    "OFD 没有正文": lambda: zipped({"OFD.xml": f"<ofd:OFD {OFD}/>".encode()}),
    "OFD 主文件不是 XML": lambda: ofd_with(OFD_xml=b"\x89PNG"),
    "OFD 主文件带实体": lambda: ofd_with(OFD_xml=laughs()),
    "OFD 附件带外部实体": lambda: ofd_with(Doc_0__Attachs__original_invoice_xml=external("file:///etc/passwd")),
    "OFD 页面带文档类型": lambda: ofd_with(Doc_0__Document_xml=b"<!DOCTYPE x SYSTEM 'http://192.0.2.1/x.dtd'><x/>"),
    "OFD 一万八千页": lambda: ofd_with(
        Doc_0__Document_xml=(
            f"<ofd:Document {OFD}><ofd:Pages>"
            + '<ofd:Page ID="1" BaseLoc="x"/>' * 18_000
            + "</ofd:Pages></ofd:Document>"
        ).encode()
    ),
    "OFD 六万个文字对象": lambda: page_with("".join(TEXT.format(n) for n in range(60_000))),
    "OFD 一个对象五十万字": lambda: page_with(TEXT.format(1).replace("字", "字" * 500_000)),
    "OFD 百万步位移": lambda: page_with(TEXT.format(1).replace('Y="3"', 'Y="3" DeltaX="g 99999999999 1"')),
    "OFD 图层嵌套过深": lambda: page_with("<ofd:PageBlock>" * 55 + TEXT.format(1) + "</ofd:PageBlock>" * 55),
    "OFD 海量路径": lambda: page_with(
        '<ofd:PathObject Boundary="0 0 9 9"><ofd:AbbreviatedData>'
        + "M 0 0 B 1 1 2 2 3 3 " * 9_000
        + "</ofd:AbbreviatedData></ofd:PathObject>" * 1
    ),
    "OFD 巨大坐标": lambda: page_with(
        TEXT.format(1).replace("0 0 9 9", "1e99 -1e99 1e99 1e99").replace('Size="3"', 'Size="1e12"')
    ),
    "OFD 参数互相继承": lambda: ofd_with(
        Doc_0__DocumentRes_xml=(
            f'<ofd:Res {OFD}><ofd:DrawParams><ofd:DrawParam ID="3" Relative="4"/><ofd:DrawParam ID="4" Relative="3"/>'
            "</ofd:DrawParams></ofd:Res>"
        ).encode()
    ),
    "OFD 图片是 100 亿像素": lambda: zipped(
        parts_of(good_ofd()) | {"Doc_0/Res/code.png": png_header(100_000, 100_000)}
    ),
    # XML
    "XML 外部实体": lambda: external("file:///etc/passwd"),
    "XML 外部实体（网络）": lambda: external("http://192.0.2.1/"),
    "XML 参数实体": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><EInvoice/>'
    ),
    "XML 实体炸弹": laughs,
    "XML 实体炸弹 UTF-16": lambda: laughs("utf-16"),
    "XML 外部 DTD": lambda: b'<!DOCTYPE EInvoice SYSTEM "http://192.0.2.1/x.dtd"><EInvoice/>',
    "XML 二十万层": lambda: deep(200_000),
    "XML 七十层": lambda: deep(70),
    "XML 二十万个元素": lambda: b"<EInvoice>" + b"<a/>" * 200_000 + b"</EInvoice>",
    "XML 六兆": lambda: b"<EInvoice>" + b" " * 6_000_000 + b"</EInvoice>",
    "XML 截断": lambda: good_xml()[:800],
    "XML 未知根": lambda: b"<?xml version='1.0'?><Invoice><Id>1</Id></Invoice>",
    "XML 样式指令": lambda: b"<?xml version='1.0'?><?xml-stylesheet href='javascript:alert(1)'?><x/>",
    "XML 声明 GBK 实为乱码": lambda: b'<?xml version="1.0" encoding="GBK"?><EInvoice>\xff\xff\xfe</EInvoice>',
    "XML 声明 UTF-7": lambda: b'<?xml version="1.0" encoding="utf-7"?><EInvoice>+ADw-script+AD4-</EInvoice>',
    "XML 超长字段": lambda: good_xml().replace(b"<InvoiceNumber>", b"<InvoiceNumber>" + b"1" * 2_000_000),
    "XML 超长金额": lambda: good_xml().replace(b"<TotalTaxAm>", b"<TotalTaxAm>" + b"9" * 400),
    # pictures
    "PNG 36 亿像素": lambda: png_header(60_000, 60_000),
    "PNG 细长 20 亿像素": lambda: png_header(2_000_000_000, 1),
    "PNG 1 亿像素": lambda: picture("PNG", (10_000, 10_000), "1"),
    "PNG 截断": lambda: picture("PNG", (800, 800))[:200],
    "PNG 头后是脚本": lambda: b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "JPEG 截断": lambda: picture("JPEG", (800, 800))[:400],
    "JPEG 头后是 HTML": lambda: b"\xff\xd8\xff\xe0<html><script>alert(1)</script>",
    "HEIC 头后是噪声": lambda: b"\0\0\0\x18ftypheic" + bytes(range(256)) * 20,
    # PDF
    "PDF 只有头": lambda: b"%PDF-1.7\n",
    "PDF 头后是 HTML": lambda: b"%PDF-1.7\n<html><script>alert(1)</script></html>",
    "PDF 截断": lambda: good_pdf()[:1500],
    "PDF 前有 HTML": lambda: b"<html><script>1</script></html>\n" + good_pdf(),
    "PDF 前有噪声": lambda: b"\x00\x01\x02" + good_pdf(),
    "PDF 2000 页": lambda: pdf_pages(2000),
    "PDF 零页": lambda: pdf_pages(0),
    "PDF 页面展开 150 MB": lambda: pdf_stream(b"0 0 m " * 25_000_000),
    "PDF 页面树成环": lambda: pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 9>>"]),
    "PDF 表单自我引用": pdf_form_loop,
    "PDF 巨大页面": lambda: pdf_stream(b"", box=b"0 0 1e9 1e9"),
    "PDF 负页面": lambda: pdf_stream(b"", box=b"600 400 0 0"),
    "PDF 带脚本": lambda: pdf_stream(
        b"", catalogue=b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\);while\\(true\\);)>>"
    ),
    "PDF 打开外部程序": lambda: pdf_stream(b"", catalogue=b"/OpenAction<</S/Launch/F(/bin/sh)>>"),
    "PDF 提交表单": lambda: pdf_stream(b"", catalogue=b"/OpenAction<</S/URI/URI(http://192.0.2.1/)>>"),
    "PDF 与 OFD 合体": lambda: good_pdf() + good_ofd(),
    "PDF 有密码": lambda: locked_pdf(),  # noqa: PLW0108  defined below
    "PDF 十万字一页": lambda: pdf_stream(
        b"BT /F1 1 Tf " + b"(" + b"a" * 70_000 + b") Tj ET",
        page=b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
    ),
    "超过 10 MB": lambda: b"%PDF-1.7\n" + b"\0" * (10 * 1024 * 1024),
}


def locked_pdf() -> bytes:
    """Give a PDF that opens with a password only."""
    import pypdf  # noqa: PLC0415

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(good_pdf()))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# Harmless enough to be read or drawn; what matters is that they are contained, and that nothing comes through.
MAY_PASS = {
    "OFD 附件带外部实体",
    "OFD 图层嵌套过深",
    "OFD 海量路径",
    "OFD 巨大坐标",
    "OFD 参数互相继承",
    "OFD 百万步位移",
    "OFD 图片是 100 亿像素",
    "XML 超长字段",
    "XML 超长金额",
    "PDF 负页面",
    "PDF 巨大页面",
    "PDF 带脚本",
    "PDF 打开外部程序",
    "PDF 提交表单",
    "PDF 与 OFD 合体",
    "PDF 表单自我引用",
    "PDF 页面树成环",
    "PDF 十万字一页",
    "OFD 正文指向自己",
}
