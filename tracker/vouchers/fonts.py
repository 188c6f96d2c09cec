"""The typefaces of the paper: a private set, checked for every character before anything is laid out."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from tracker.kernel.errors import Refused
from tracker.kernel.text import block

_SONG_PACKAGE: Final = "pylopdf_fonts_zh_cn"
_BOLD: Final = Path(__file__).parent / "typefaces" / "VoucherSerif-Bold.otf"
_RARE_FOLDERS: Final = (Path("/usr/share/fonts/truetype/hanazono"), Path("/usr/share/fonts/truetype/fonts-hanazono"))
_RARE_FILES: Final = ("HanaMinA.ttf", "HanaMinB.ttf")
_MM_PER_POINT: Final = 25.4 / 72
_PLANE_2: Final = 0x20000


class MissingGlyph(Refused):
    """A character that none of the paper's typefaces can print."""

    def __init__(self, characters: Iterable[str]) -> None:
        """Name the characters, and what to do about them."""
        self.characters = tuple(sorted(set(characters)))
        named = "、".join(f"「{one}」（U+{ord(one):04X}）" for one in self.characters[:8])
        rare = any(ord(one) >= _PLANE_2 for one in self.characters) and not rare_faces()
        remedy = "请系统管理员安装生僻字字体：apt-get install fonts-hanazono" if rare else "请改用可打印的字后再提交"
        super().__init__(f"凭证字体里没有 {named}，不能打印；{remedy}", characters=self.characters)


def song_face() -> Path | None:
    """Return the file of Noto Serif SC, or None when its package is not installed."""
    spec = importlib.util.find_spec(_SONG_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "NotoSerifSC-Regular.otf"
    return path if path.is_file() else None


def rare_faces() -> tuple[Path, ...]:
    """List the files that hold rare characters (CJK extension B and later), as far as Debian's package is here."""
    found = (folder / name for folder in _RARE_FOLDERS for name in _RARE_FILES)
    return tuple({path.name: path for path in found if path.is_file()}.values())


def faces() -> tuple[Path, ...]:
    """List every typeface file the paper may use, and no other."""
    song = song_face()
    return tuple(path for path in (song, _BOLD, *rare_faces()) if path is not None and path.is_file())


def printable(text: str, *, lines: bool = False) -> str:
    """Return text as the paper prints it: NFC, no control, direction or zero-width characters.

    With ``lines`` its line breaks stay, otherwise it is one line.
    """
    kept = "".join(one for one in block(text) if one == "\n" or not _is_invisible(one))
    return kept if lines else " ".join(kept.split())


def missing_glyphs(text: str) -> set[str]:
    """Return the characters of a text, as printed, that no typeface of the paper has."""
    wanted = set(printable(text, lines=True)) - {"\n"}
    missing = {one for one in wanted if ord(one) not in _song_widths()[0]}
    for path in rare_faces() if missing else ():
        missing = {one for one in missing if ord(one) not in _characters(path)}
    return missing


def boxed(text: str) -> str:
    """Return text as printed with boxes for what has no glyph: a file's name is no reason to print nothing."""
    shown = printable(text)
    missing = missing_glyphs(shown)
    return "".join("□" if one in missing else one for one in shown)


def require_glyphs(texts: Iterable[str]) -> None:
    """Raise MissingGlyph, naming the characters, unless every one can be printed."""
    if missing := missing_glyphs("\n".join(texts)):
        raise MissingGlyph(missing)


def sets_bold(text: str) -> bool:
    """Tell whether the bold face has every character of a text; a text is never set in two weights."""
    return all(ord(one) in _bold_widths()[0] for one in text)


def width_mm(text: str, points: float, *, bold: bool = False) -> float:
    """Measure a text in millimetres at a size in points, without kerning."""
    widths, usual = _bold_widths() if bold else _song_widths()
    return sum(widths.get(ord(one), usual) for one in text) * points * _MM_PER_POINT


def problems() -> list[str]:
    """List the typefaces this machine lacks, each with the command that cures it."""
    missing = []
    if song_face() is None:
        missing.append("缺少凭证字体 Noto Serif SC，请运行：pip install pylopdf-fonts-zh-cn")
    if not _BOLD.is_file():
        missing.append(f"缺少凭证标题字体 {_BOLD.name}，安装不完整，请重新安装本软件")
    return missing


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in "\ufe0e\ufe0f"


@cache
def _song_widths() -> tuple[dict[int, float], float]:
    song = song_face()
    return _widths(song) if song else ({}, 1.0)


@cache
def _bold_widths() -> tuple[dict[int, float], float]:
    return _widths(_BOLD)


@cache
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _widths(path: Path) -> tuple[dict[int, float], float]:
    """Read the advance of every character, in ems, and that of a character of another face (one em)."""
    with TTFont(path, lazy=True) as font:
        em = font["head"].unitsPerEm
        metrics = font["hmtx"]
        return {point: metrics[glyph][0] / em for point, glyph in font.getBestCmap().items()}, 1.0
