"""Pages as our own pictures: nothing of an uploaded file reaches a browser as it came."""

from __future__ import annotations

from tracker.evidence.rendering.ofd_svg import ofd_svgs
from tracker.evidence.rendering.pages import MAX_VIEWER_PAGES, likeness, page_pictures
from tracker.evidence.rendering.pictures import Picture

__all__ = ["MAX_VIEWER_PAGES", "Picture", "likeness", "ofd_svgs", "page_pictures"]
