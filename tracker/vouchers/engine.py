"""WeasyPrint, loaded when first needed, seeing our typefaces alone, and leaving the rest of the process as it was."""

from __future__ import annotations

import os
import tempfile
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from PIL import ImageFile

from tracker.vouchers import fonts

_environment = threading.Lock()


@cache
def weasyprint() -> Any:
    """Load WeasyPrint. Raises OSError when a system library is missing.

    On import it tells Pillow, for the whole process, to take truncated pictures as whole; that is undone, because
    evidence is judged by the same Pillow.
    """
    strict = ImageFile.LOAD_TRUNCATED_IMAGES
    with _private_fontconfig():
        import weasyprint as engine  # type: ignore[import-untyped]  # noqa: PLC0415  loads Pango, for drawing alone
    ImageFile.LOAD_TRUNCATED_IMAGES = strict
    return engine


@cache
def font_configuration() -> Any:
    """Return the process's font configuration: our files and nothing of the machine's.

    Raises RuntimeError, in words, when something this needs is not installed.
    """
    if problems := startup_problems():
        raise RuntimeError("；".join(problems))
    weasyprint()
    with _private_fontconfig():
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # noqa: PLC0415

        return FontConfiguration()


@cache
def fetcher() -> Any:
    """Return a fetcher that fetches nothing and stops the drawing at the first try: each page is complete in itself."""
    return weasyprint().URLFetcher(allowed_protocols=(), fail_on_errors=True)


def written(document: Any, **options: Any) -> bytes:
    """Write a drawn document as a PDF."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile's file open
        pdf: bytes = document.write_pdf(**options)
    return pdf


def startup_problems() -> list[str]:
    """List what keeps this machine from printing vouchers, each with the command that cures it."""
    problems = fonts.problems()
    try:
        weasyprint()
        from weasyprint.text.ffi import harfbuzz_subset  # type: ignore[import-untyped]  # noqa: PLC0415
    except (ImportError, OSError) as error:
        reason = str(error).partition("\n")[0][:120]
        problems.append(
            f"缺少排版库，请运行：apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0（{reason}）"
        )
    else:
        if not harfbuzz_subset:
            problems.append("缺少字体子集库，每张凭证要多花十几秒，请运行：apt-get install libharfbuzz-subset0")
    return problems


@contextmanager
def _private_fontconfig() -> Iterator[None]:
    """Let fontconfig see our files alone while a configuration is loaded; it reads the environment only then."""
    with _environment, tempfile.TemporaryDirectory(prefix="voucher-fonts-") as folder:
        place = Path(folder) / "fonts.conf"
        place.write_text(_configuration(fonts.faces()), encoding="utf-8")
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
