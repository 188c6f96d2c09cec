"""XML parsed without trust: no document types, no entities, bounded size, depth and number of elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from tracker.evidence.archive import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_XML_BYTES: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 150_000
MAX_FIELD: Final = 500

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHINESE: Final = {"gbk", "gb2312", "gb18030", "gb-18030", "cp936", "gb_2312-80", "x-gbk"}
_PREFIX = re.compile(r"<(/?)\s*[\w.-]*:(?=[\w])")
_NAMESPACE = re.compile(r"""\sxmlns(?::[\w.-]*)?\s*=\s*("[^"]*"|'[^']*')""")
_ATTRIBUTE_PREFIX = re.compile(r"\s[\w.-]+:([\w.-]+\s*=)")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)")


class Malformed(Unreadable):
    """XML that is not well formed: damage, not an attack."""


class _Bounded(TreeBuilder):
    """A tree builder that gives up on trees nobody issues as an invoice."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise Unreadable("XML 层级或元素过多，不像发票数据，已拒绝")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(data: bytes, *, repair: bool = False) -> Element:
    """Parse XML bytes into a tree; ``repair`` gives a malformed part one second try without prefixes.

    GBK declarations are decoded here, because expat refuses them. Raises Unreadable.
    """
    if len(data) > MAX_XML_BYTES:
        raise Unreadable("XML 超过 5 MB，不像发票数据，已拒绝")
    data = _as_unicode(data)
    try:
        return _parse(data)
    except ParseError as error:
        if not repair:
            raise Malformed("XML 格式有误，无法读取，请重新下载原文件") from error
    try:
        return _parse(_repaired(data))
    except ParseError as error:
        raise Malformed("XML 格式有误，修复后仍无法读取，请重新下载原文件") from error


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_end(element: Element) -> str:
    """Return the last path part of an element's namespace, which stays while its year changes."""
    return str(element.tag).rpartition("}")[0].rstrip("/").rpartition("/")[2].lower()


def text_of(element: Element | None) -> str:
    """Return an element's own text, stripped and cut to 500 characters; nothing for a missing element."""
    return (element.text or "").strip()[:MAX_FIELD] if element is not None else ""


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the direct children with this local name, whatever their namespace."""
    if element is not None:
        for inner in element:
            if local_name(inner) == name:
                yield inner


def child(element: Element | None, *path: str) -> Element | None:
    """Walk down by local names and return the element at the end of the path, or None."""
    for name in path:
        element = next(children(element, name), None)
    return element


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Yield every element below with this local name, in document order."""
    for found in element.iter():
        if local_name(found) == name:
            yield found


def _parse(data: bytes) -> Element:
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException as error:
        raise Unreadable("XML 含有文档类型或实体声明，已按安全规则拒绝，请上传原始发票文件") from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise Unreadable("XML 的编码无法识别，请重新下载原文件") from error
    if not isinstance(root, Element):
        raise Unreadable("XML 里没有内容，请重新下载原文件")
    return root


def _as_unicode(data: bytes) -> bytes:
    """Re-encode GBK as UTF-8; other encodings are left to expat, which knows only harmless ones.

    Chinese that decodes as UTF-8 is UTF-8 whatever is declared: tools that re-encode a file forget its first line.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    declaration = _DECLARATION.match(data)
    encoding = _ENCODING.search(declaration.group()) if declaration else None
    chinese = encoding is not None and encoding.group(1).decode().lower() in _CHINESE
    body = data[declaration.end() :] if declaration else data
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        chinese = chinese or encoding is None or encoding.group(1).lower() in (b"utf-8", b"utf8")
    else:
        return body if chinese else data
    if not chinese:
        return data
    try:
        return body.decode("gb18030").encode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("XML 的编码与声明不符，无法读取，请重新下载原文件") from error


def _repaired(data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    text = _PREFIX.sub(r"<\1", _NAMESPACE.sub("", text))
    text = _ATTRIBUTE_PREFIX.sub(r" \1", text)
    return _BARE_AMPERSAND.sub("&amp;", text).encode()
