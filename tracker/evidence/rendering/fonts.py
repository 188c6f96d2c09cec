"""The fonts our own drawings use: one Chinese serif and one sans, found once."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

from tracker.evidence.archive import Unreadable

# The pinned font wheel comes first, so that pages look the same on every host; Debian's fonts-noto-cjk follows.
_WHEEL: Final = "pylopdf_fonts_zh_cn"
_PLACES: Final = {
    "serif": (("NotoSerifSC-Regular.otf", 0), ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2)),
    "sans": (("NotoSansSC-Regular.otf", 0), ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2)),
}


@lru_cache(maxsize=2)
def font_file(style: str) -> tuple[str, int]:
    """Return (path, face index) of the ``serif`` or ``sans`` Chinese font. Raises Unreadable when none is there."""
    spec = importlib.util.find_spec(_WHEEL)
    folder = Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")
    for name, index in _PLACES[style]:
        path = folder / name
        if path.is_file():
            return str(path), index
    raise Unreadable("服务器缺少中文字体，无法显示页面，请管理员安装 fonts-noto-cjk")


@lru_cache(maxsize=64)
def font(style: str, pixels: int) -> ImageFont.FreeTypeFont:
    """Return the font at a size in pixels."""
    path, index = font_file(style)
    return ImageFont.truetype(path, max(2, pixels), index=index, layout_engine=ImageFont.Layout.BASIC)
