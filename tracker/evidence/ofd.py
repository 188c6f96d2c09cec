"""OFD documents (GB/T 33190) opened in plain Python: parts, pages, text with places, tags and attachments."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tracker.evidence.archive import Archive, Unreadable
from tracker.evidence.markup import Malformed, child, children, descendants, parse_xml, text_of
from tracker.evidence.pagetext import Glyph, PageText
from tracker.kernel.text import tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

MAX_PAGES: Final = 50
MAX_OBJECTS: Final = 20_000
MAX_CHARACTERS: Final = 200_000
_DEFAULT_BOX: Final = (0.0, 0.0, 210.0, 140.0)
_NARROWEST_MM: Final = 20.0
_WIDEST_MM: Final = 2000.0
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?")


@dataclass(frozen=True, slots=True)
class OfdPage:
    """One page: its own content and its templates, sizes in millimetres, ``box`` as x, y, width, height."""

    number: int
    id: str
    part: str
    box: tuple[float, float, float, float]
    root: Element
    templates: tuple[Element, ...]

    def layers(self) -> Iterator[Element]:
        """Yield what is drawn, templates first."""
        for root in (*self.templates, self.root):
            content = child(root, "Content")
            if content is not None:
                yield content


@dataclass(frozen=True, slots=True)
class TextRun:
    """One text object of a page."""

    page: int
    id: str
    glyphs: tuple[Glyph, ...]
    upright: bool = True
    own: bool = True
    """Whether the page itself holds it, not a template: some producers number both from one."""

    @property
    def text(self) -> str:
        """The run's characters in drawing order."""
        return "".join(glyph.text for glyph in self.glyphs)


class OfdDocument:
    """The first document of an OFD file. Raises Unreadable when it is no document at all."""

    def __init__(self, data: bytes) -> None:
        """Open the container and its main parts."""
        self.archive = Archive(data)
        if not self.archive.has("OFD.xml"):
            raise Unreadable("文件缺少 OFD.xml，不是完整的 OFD，请重新下载原文件")
        self.main = parse_xml(self.archive.read("OFD.xml"), repair=True)
        location = text_of(next(descendants(self.main, "DocRoot"), None))
        self.part = self._resolve("", location)
        if not location or not self.archive.has(self.part):
            raise Unreadable("OFD 文件不完整，缺少正文，请重新下载原文件")
        self.root = parse_xml(self.archive.read(self.part), repair=True)

    @property
    def custom_data(self) -> dict[str, str]:
        """The named values of the document information, such as 发票号码."""
        return {one.get("Name", ""): text_of(one) for one in descendants(self.main, "CustomData")}

    @property
    def signed(self) -> bool:
        """Whether the document carries electronic seals; nothing is said about their validity."""
        return next(descendants(self.main, "Signatures"), None) is not None

    @cached_property
    def pages(self) -> tuple[OfdPage, ...]:
        """The pages in order, at most 50; a page whose part is missing is left out."""
        templates = {one.get("ID", ""): one for one in descendants(self.root, "TemplatePage")}
        listed = list(children(child(self.root, "Pages"), "Page"))
        if len(listed) > MAX_PAGES:
            raise Unreadable(tell("OFD 超过 %(most)s 页，不像发票，已拒绝", most=MAX_PAGES), pages=len(listed))
        found: list[OfdPage] = []
        for one in listed:
            part = self._resolve(self.part, one.get("BaseLoc", ""))
            root = self._optional_xml(part)
            if root is None:
                continue
            used = [
                templates[use.get("TemplateID", "")]
                for use in children(root, "Template")
                if use.get("TemplateID", "") in templates
            ]
            drawn = [self._optional_xml(self._resolve(self.part, use.get("BaseLoc", ""))) for use in used]
            found.append(
                OfdPage(
                    len(found),
                    one.get("ID", ""),
                    part,
                    self._box(root, drawn),
                    root,
                    tuple(each for each in drawn if each is not None),
                )
            )
        return tuple(found)

    @cached_property
    def runs(self) -> tuple[TextRun, ...]:
        """Every text object of every page, templates included, bounded in number."""
        found: list[TextRun] = []
        characters = 0
        for page in self.pages:
            own = child(page.root, "Content")
            for root in page.layers():
                for one in descendants(root, "TextObject"):
                    run = TextRun(
                        page.number,
                        one.get("ID", ""),
                        tuple(place_text(one, page.box)),
                        upright=_is_upright(one),
                        own=root is own,
                    )
                    characters += len(run.glyphs)
                    if len(found) >= MAX_OBJECTS or characters > MAX_CHARACTERS:
                        raise Unreadable("OFD 里的文字对象过多，不像发票，已拒绝")
                    found.append(run)
        return tuple(found)

    def page_texts(self) -> list[PageText]:
        """Return the characters of each page with their places."""
        by_page: dict[int, list[Glyph]] = {}
        for run in self.runs:
            if not run.upright:
                continue
            by_page.setdefault(run.page, []).extend(glyph for glyph in run.glyphs if not glyph.text.isspace())
        return [
            PageText(page.number, page.box[2], page.box[3], tuple(by_page.get(page.number, ()))) for page in self.pages
        ]

    def tags(self) -> Iterator[Element]:
        """Yield the roots of the custom tag parts; a malformed one gets one repair, a hopeless one is left out."""
        location = text_of(child(self.root, "CustomTags"))
        index_part = self._resolve(self.part, location)
        index = self._optional_xml(index_part) if location else None
        if index is None:
            return
        for one in descendants(index, "FileLoc"):
            root = self._optional_xml(self._resolve(index_part, text_of(one)))
            if root is not None:
                yield root

    def attachments(self) -> Iterator[tuple[str, bytes]]:
        """Yield (part name, bytes) of attached data files: the listed ones, then strays beside them."""
        listed: set[str] = set()
        location = text_of(child(self.root, "Attachments"))
        index_part = self._resolve(self.part, location)
        index = self._optional_xml(index_part) if location else None
        if index is not None:
            for one in descendants(index, "FileLoc"):
                part = self._resolve(index_part, text_of(one))
                if self.archive.has(part) and part.lower() not in listed:
                    listed.add(part.lower())
                    yield part, self.archive.read(part)
        for part in self.archive.names():
            folded = part.replace("\\", "/").strip("/").lower()
            if (
                "/attach" in f"/{folded}"
                and folded.endswith((".xml", ".xbrl"))
                and folded not in listed
                and not folded.endswith("attachments.xml")
            ):
                yield part, self.archive.read(part)

    @cached_property
    def media(self) -> dict[str, str]:
        """Part names of pictures by resource id."""
        return {
            one.get("ID", ""): self._resolve(part, base, text_of(child(one, "MediaFile")))
            for part, base, root in self._resources()
            for one in descendants(root, "MultiMedia")
        }

    @cached_property
    def fonts(self) -> dict[str, str]:
        """Font names by resource id."""
        return {
            one.get("ID", ""): one.get("FontName", "") or one.get("FamilyName", "")
            for _, _, root in self._resources()
            for one in descendants(root, "Font")
        }

    @cached_property
    def draw_params(self) -> dict[str, Element]:
        """Drawing parameter elements by resource id."""
        return {one.get("ID", ""): one for _, _, root in self._resources() for one in descendants(root, "DrawParam")}

    def annotations(self, page: OfdPage) -> Iterator[Element]:
        """Yield the appearances of a page's visible annotations, such as tax stamps."""
        location = text_of(child(self.root, "Annotations"))
        index_part = self._resolve(self.part, location)
        index = self._optional_xml(index_part) if location else None
        for one in children(index, "Page"):
            if one.get("PageID") == page.id:
                root = self._optional_xml(self._resolve(index_part, text_of(child(one, "FileLoc"))))
                for note in descendants(root, "Annot") if root is not None else ():
                    if note.get("Visible", "true").lower() != "false":
                        yield from children(note, "Appearance")

    def _resources(self) -> Iterator[tuple[str, str, Element]]:
        locations = [
            (self.part, text_of(one)) for name in ("PublicRes", "DocumentRes") for one in descendants(self.root, name)
        ]
        for page in self.pages:
            locations.extend((page.part, text_of(one)) for one in children(page.root, "PageRes"))
        for base, location in locations:
            part = self._resolve(base, location)
            root = self._optional_xml(part) if location else None
            if root is not None:
                yield part, root.get("BaseLoc", ""), root

    def _optional_xml(self, part: str) -> Element | None:
        """Parse a part that the invoice can do without; only its absence or malformed text is forgiven."""
        if not part or not self.archive.has(part):
            return None
        try:
            return parse_xml(self.archive.read(part), repair=True)
        except Malformed:
            return None

    @staticmethod
    def _resolve(base: str, *locations: str) -> str:
        """Turn a location inside a part into a part name; a leading slash means the container's root."""
        where = posixpath.dirname(base)
        for location in locations:
            place = location.replace("\\", "/").strip()
            where = place if place.startswith("/") else posixpath.join(where, place)
        return posixpath.normpath(where).lstrip("/") if where else ""

    def _box(self, root: Element, templates: list[Element | None]) -> tuple[float, float, float, float]:
        areas = [
            child(root, "Area"),
            *(child(one, "Area") for one in templates if one is not None),
            child(self.root, "CommonData", "PageArea"),
        ]
        for area in areas:
            for name in ("PhysicalBox", "ApplicationBox", "CropBox"):
                box = numbers(text_of(child(area, name)))
                if len(box) == 4:  # noqa: PLR2004  x, y, width, height
                    # A real sample states a negative width: the size is meant, not the direction.
                    width, height = abs(box[2]), abs(box[3])
                    if min(width, height) >= _NARROWEST_MM and max(width, height) <= _WIDEST_MM:
                        return box[0], box[1], width, height
        return _DEFAULT_BOX


def numbers(text: str) -> list[float]:
    """Read the numbers of a space-separated list, as OFD writes boxes and matrices."""
    return [float(one) for one in _NUMBER.findall(text[:4000])]


def deltas(text: str, count: int) -> list[float]:
    """Expand a DeltaX or DeltaY list (``g 3 1.5 2``: three times 1.5, then 2) to at most ``count`` steps."""
    words = text.split()
    steps: list[float] = []
    position = 0
    while position < len(words) and len(steps) < count:
        if words[position] == "g" and position + 2 < len(words):
            times = int(number_or(words[position + 1], 0))
            steps.extend([number_or(words[position + 2], 0)] * max(0, min(times, count - len(steps))))
            position += 3
        else:
            steps.append(number_or(words[position], 0))
            position += 1
    return steps


def step_at(steps: list[float], index: int, otherwise: float) -> float:
    """Return the step after a character; a list that is too short goes on with its last step."""
    if not steps:
        return otherwise
    return steps[min(index, len(steps) - 1)]


def number_or(text: str | None, otherwise: float) -> float:
    """Read one number, or give the stated value where there is none."""
    match = _NUMBER.fullmatch((text or "").strip())
    return float(match.group()) if match else otherwise


def _is_upright(element: Element) -> bool:
    matrix = numbers(element.get("CTM", ""))
    return len(matrix) != 6 or abs(matrix[1]) <= abs(matrix[0])  # noqa: PLR2004  a, b, c, d, e, f


def place_text(element: Element, box: tuple[float, float, float, float]) -> Iterator[Glyph]:
    """Place a text object's characters on the page: boundary, matrix and steps applied."""
    boundary = numbers(element.get("Boundary", ""))
    left, top = (boundary[0], boundary[1]) if len(boundary) == 4 else (0.0, 0.0)  # noqa: PLR2004
    matrix = numbers(element.get("CTM", ""))
    a, b, c, d, e, f = matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)  # noqa: PLR2004
    size = number_or(element.get("Size"), 3.0)
    shown = size * (abs(a * d - b * c) ** 0.5 or 1.0)
    x = y = 0.0
    for code in children(element, "TextCode"):
        text = "".join(code.itertext())[:MAX_CHARACTERS]
        x, y = number_or(code.get("X"), x), number_or(code.get("Y"), y)
        steps_x = deltas(code.get("DeltaX", ""), len(text))
        steps_y = deltas(code.get("DeltaY", ""), len(text))
        at_x, at_y = x, y
        for index, char in enumerate(text):
            natural = size * (0.5 if ord(char) < 0x2E80 else 1.0)  # noqa: PLR2004  CJK starts there
            step = step_at(steps_x, index, 0.0 if steps_y else natural)
            wide = step if step > 0 else natural
            px, py = left + a * at_x + c * at_y + e - box[0], top + b * at_x + d * at_y + f - box[1]
            right = px + min(wide * abs(a or 1.0), shown * 1.2)
            yield Glyph(char, px, py - 0.85 * shown, right, py + 0.15 * shown, shown)
            at_x += step
            at_y += step_at(steps_y, index, 0.0)
