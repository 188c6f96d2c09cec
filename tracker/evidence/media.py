"""What a file is, told by its content alone: six kinds are taken, everything else is refused in words."""

from __future__ import annotations

import re
import unicodedata
import warnings
import zipfile
from enum import StrEnum
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from tracker.evidence.archive import Archive, Limits, Unreadable, fold_name
from tracker.evidence.markup import parse_xml
from tracker.kernel.text import tell

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_IMAGE_PIXELS",
    "Media",
    "Unreadable",
    "clean_display_name",
    "open_image",
    "sniff",
    "unpack",
]

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
MAX_PACKAGE_BYTES: Final = 100 * 1024 * 1024
MAX_PACKAGE_FILES: Final = 200
MAX_IMAGE_PIXELS: Final = 50_000_000
MAX_NAME: Final = 150

_KNOWN_ROOTS: Final = {"einvoice", "e-invoice", "xbrl"}
_HEIF_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"}
_BIDI: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF])
_WHAT_WE_TAKE: Final = "请上传 PDF、OFD、XML、JPG、PNG、HEIC 或它们的 ZIP 包"


class Media(StrEnum):
    """The kinds of file that are kept as evidence, and ZIP as a parcel of them."""

    PDF = "pdf"
    OFD = "ofd"
    XML = "xml"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    ZIP = "zip"


def sniff(data: bytes) -> Media:
    """Name the kind of a file from its bytes (design: invoices.md section 5.1).

    PDF and ZIP must begin at byte 0, an OFD holds exactly one ``OFD.xml``, XML must be an invoice by its
    root, and a picture is one only if it decodes. Raises Unreadable with a sentence.
    """
    if not data:
        raise Unreadable("文件是空的，请重新选择文件")
    if data.startswith(b"%PDF-"):
        return _within(data, Media.PDF)
    if data.startswith(b"PK"):
        return _zip_kind(data)
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_heif(data):
        return _picture_kind(data)
    if _looks_like_markup(data):
        return _xml_kind(data)
    if b"%PDF-" in data[:1024]:
        raise Unreadable("文件开头混有其他内容，不是规范的 PDF，请重新下载原文件")
    raise Unreadable(tell("不支持这种文件，%(taken)s", taken=_WHAT_WE_TAKE))


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    """Open a ZIP of invoices in memory and return (display name, bytes) of each file in it.

    At most 200 files and 100 MB together; no ZIP inside a ZIP except OFD. Raises Unreadable.
    """
    if len(data) > MAX_PACKAGE_BYTES:
        raise Unreadable("压缩包超过 100 MB，请分批上传")
    archive = Archive(data, Limits(MAX_PACKAGE_FILES, MAX_FILE_BYTES, MAX_PACKAGE_BYTES))
    files: list[tuple[str, bytes]] = []
    for name in archive.names():
        shown = clean_display_name(archive.shown_name(name))
        if _is_litter(name):
            continue
        content = archive.read(name)
        if content.startswith(b"PK") and _zip_kind(content) is not Media.OFD:
            raise Unreadable(
                tell("压缩包内又有压缩包（%(shown)s），请把里面的文件直接放进一个 ZIP", shown=shown), part=shown
            )
        files.append((shown, content))
    if not files:
        raise Unreadable("压缩包里没有文件，请检查后重新打包")
    return files


def clean_display_name(name: str) -> str:
    """Return the last part of a client's file name without control and direction characters, at most 150 long."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    text = re.split(r"[\\/]", text)[-1].translate(_BIDI)
    text = "".join(" " if char.isspace() else char for char in text)
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
    text = re.sub(r'[<>:"|?*]', "_", " ".join(text.split())).strip(" .")
    if len(text) > MAX_NAME:
        stem, dot, suffix = text.rpartition(".")
        tail = dot + suffix if dot and len(suffix) <= 8 else ""  # noqa: PLR2004  a suffix, not a sentence
        text = (stem if tail else text)[: MAX_NAME - len(tail)] + tail
    return text or "未命名文件"


def open_image(data: bytes) -> Image.Image:
    """Decode a JPEG, PNG or HEIC whole, at most 50 megapixels. Raises Unreadable when it is no such picture."""
    formats: tuple[str, ...] = ("JPEG", "PNG")
    if _is_heif(data):
        formats = ("HEIF",)
        import pi_heif  # noqa: PLC0415  loads libheif, which most requests never need

        pi_heif.register_heif_opener(thumbnails=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(BytesIO(data), formats=formats)
            if image.width * image.height > MAX_IMAGE_PIXELS:
                raise Unreadable(
                    "图片超过 5000 万像素，请用普通照片或截图重新上传", width=image.width, height=image.height
                )
            image.load()
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Unreadable("图片像素异常巨大，已拒绝，请用普通照片或截图重新上传") from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, RuntimeError) as error:
            raise Unreadable("图片无法打开，文件可能已损坏，请重新拍照或下载后上传") from error
    return image


def _within(data: bytes, media: Media) -> Media:
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable("文件超过 10 MB，请压缩或分开后上传", size=len(data))
    return media


def _zip_kind(data: bytes) -> Media:
    try:
        with zipfile.ZipFile(BytesIO(data)) as parcel:
            names = [fold_name(name) for name in parcel.namelist()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("压缩包或 OFD 已损坏，请重新下载原文件后再上传") from error
    roots = names.count("ofd.xml")
    if roots > 1:
        raise Unreadable("OFD 里有两份 OFD.xml，无法判断以哪份为准，请重新下载原文件")
    if roots == 1:
        if not data.startswith(b"PK\x03\x04"):
            raise Unreadable("OFD 文件开头不规范，请重新下载原文件")
        Archive(_fits(data))
        return Media.OFD
    if any(name in names for name in ("[content_types].xml", "mimetype", "meta-inf/manifest.mf")):
        raise Unreadable(tell("这是 Office 文档或程序包，不是发票，%(taken)s", taken=_WHAT_WE_TAKE))
    return Media.ZIP


def _fits(data: bytes) -> bytes:
    _within(data, Media.OFD)
    return data


def _is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS


def _picture_kind(data: bytes) -> Media:
    _within(data, Media.JPEG)
    image = open_image(data)
    if _is_heif(data):
        return Media.HEIC
    return Media.PNG if image.format == "PNG" else Media.JPEG


def _looks_like_markup(data: bytes) -> bool:
    head = data[:64].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    return head.startswith(b"<")


def _xml_kind(data: bytes) -> Media:
    root = parse_xml(data)
    if root.tag.rpartition("}")[2].lower() not in _KNOWN_ROOTS:
        raise Unreadable("这个 XML 不是发票数据，请上传从税务平台下载的数电票 XML")
    return Media.XML


def _is_litter(name: str) -> bool:
    folded = fold_name(name)
    return folded.startswith("__macosx/") or folded.rpartition("/")[2] in {".ds_store", "thumbs.db", "desktop.ini"}
