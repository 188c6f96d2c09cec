"""The typefaces of the paper: a private set, checked for every character before anything is laid out."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont

from tracker.kernel.errors import Refused
from tracker.kernel.text import block

if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration

SONG_FAMILY: Final = "Noto Serif SC"
BOLD_FAMILY: Final = "Voucher Serif"
RARE_FAMILIES: Final = ("HanaMinA", "HanaMinB")

_SONG_PACKAGE: Final = "pylopdf_fonts_zh_cn"
_BOLD: Final = Path(__file__).parent / "typefaces" / "VoucherSerif-Bold.otf"
_RARE_FOLDERS: Final = (Path("/usr/share/fonts/truetype/hanazono"), Path("/usr/share/fonts/truetype/fonts-hanazono"))
_RARE_FILES: Final = ("HanaMinA.ttf", "HanaMinB.ttf")
_MM_PER_POINT: Final = 25.4 / 72
_PLANE_2: Final = 0x20000


class MissingGlyph(Refused):
    """A character that none of the paper's typefaces can print."""

    def __init__(self, characters: Iterable[str]) -> None:
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


@cache
def font_configuration() -> FontConfiguration:
    """Return the process's font configuration: our files and nothing of the machine's.

    Raises RuntimeError when a required face is not installed.
    """
    if problems := startup_problems():
        raise RuntimeError("；".join(problems))
    with _private_fontconfig():
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  loads Pango, which only drawing needs

        return FontConfiguration()


def startup_problems() -> list[str]:
    """List what keeps this machine from printing vouchers, each with the command that cures it."""
    problems = []
    if song_face() is None:
        problems.append("缺少凭证字体 Noto Serif SC，请运行：pip install pylopdf-fonts-zh-cn")
    if not _BOLD.is_file():
        problems.append(f"缺少凭证标题字体 {_BOLD.name}，安装不完整，请重新安装本软件")
    try:
        with _private_fontconfig():
            from weasyprint.text.ffi import harfbuzz_subset  # noqa: PLC0415  the check is whether this loads
    except (ImportError, OSError) as error:
        reason = str(error).partition("\n")[0][:120]
        problems.append("缺少排版库，请运行：apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
                        f"（{reason}）")
    else:
        if not harfbuzz_subset:
            problems.append("缺少字体子集库，每张凭证要多花十几秒，请运行：apt-get install libharfbuzz-subset0")
    return problems


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


_environment = threading.Lock()


@contextmanager
def _private_fontconfig() -> Iterator[None]:
    """Let fontconfig see our files alone while a configuration is loaded; it reads the environment only then."""
    with _environment, tempfile.TemporaryDirectory(prefix="voucher-fonts-") as folder:
        place = Path(folder) / "fonts.conf"
        place.write_text(_configuration(faces()), encoding="utf-8")
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(place)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def _configuration(files: Iterable[Path]) -> str:
    paths = list(files)
    folders = "".join(f"<dir>{escape(str(one))}</dir>" for one in dict.fromkeys(path.parent for path in paths))
    wanted = "".join(f"<glob>{escape(str(path))}</glob>" for path in paths)
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f'{folders}<cachedir prefix="xdg">fontconfig</cachedir>'
        f"<selectfont><rejectfont><glob>/*</glob></rejectfont><acceptfont>{wanted}</acceptfont></selectfont>"
        "</fontconfig>"
    )
