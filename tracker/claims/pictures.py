"""Page pictures of evidence, drawn once in a bounded child and kept beside the store under the file's sha256."""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.rendering.pictures import Picture
from tracker.storage.files import Store

MOST_PAGES = 20
_THUMB = (240, 172)


class PageFolder:
    """A folder of drawn pages; it can be emptied at any time, what is missing is drawn again."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root, self.store = root, store

    def page(self, sha256: str, media: str, number: int) -> bytes:
        """Return the PNG of a page, counted from 1. Raises Unreadable for a page that cannot be drawn."""
        place = self._place(sha256, str(number))
        if not place.exists():
            self.draw(sha256, media)
        if not place.exists():
            raise Unreadable("这个文件没有这一页")
        return place.read_bytes()

    def thumb(self, sha256: str, media: str) -> bytes:
        """Return a small PNG of the first page. Raises Unreadable."""
        place = self._place(sha256, "thumb")
        if not place.exists():
            image = Image.open(BytesIO(self.page(sha256, media, 1)), formats=("PNG",))
            image.thumbnail(_THUMB)
            small = BytesIO()
            image.save(small, "PNG")
            _write(place, small.getvalue())
        return place.read_bytes()

    def draw(self, sha256: str, media: str) -> int:
        """Draw all pages of a file and return how many there are, at most 20. Raises Unreadable."""
        pictures: list[Picture] = bounded.run("page_pictures", self.store.get(sha256), media=media, most=MOST_PAGES)
        for number, picture in enumerate(pictures, 1):
            _write(self._place(sha256, str(number)), picture.png)
        return len(pictures)

    def _place(self, sha256: str, name: str) -> Path:
        return self.root / sha256[:2] / f"{sha256}-{name}.png"


def _write(place: Path, data: bytes) -> None:
    """Write aside and move into place, so that nobody reads half a picture."""
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=place.parent, prefix=".aside-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    Path(aside).replace(place)
