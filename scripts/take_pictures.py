"""Take the pictures of the documents from the product itself: `make pictures` serves the sample and walks its pages."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tracker.sample.people import PASSWORD

HOME = Path(__file__).resolve().parent.parent
PICTURES = HOME / "docs" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Picture:
    """A picture: its name, who looks, at which page (a link to follow from there, if any), how wide."""

    name: str
    who: str
    path: str
    follow: str = ""
    width: int = 1366


WANTED = (
    Picture("home", "zhoumin", "/"),
    Picture("claim-form", "chenli", "/claims?state=draft", follow="main a.t-title"),
    Picture("review", "zhoumin", "/inbox", follow="main a.t-title"),
    Picture("budget", "fangzhiyuan", "/budget"),
    Picture("trail", "hanbing", "/trail"),
    Picture("phone", "chenli", "/", width=390),
)


def main() -> None:
    """Serve the sample of this installation, or a new one, and take every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        for picture in WANTED:
            take(browser, address, picture)
            _told(picture.name)
        take_voucher(browser, address)
        _told("voucher")
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """Serve the sample on a free port of this machine until done."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tracker = Path(sys.executable).with_name("tracker")
    with tempfile.TemporaryDirectory(prefix="tracker-pictures-") as folder:
        environment = {**os.environ, "TRACKER_VAR": folder, "TRACKER_BASE_URL": f"http://127.0.0.1:{port}"}
        subprocess.run([tracker, "sample"], env=environment, check=True)  # noqa: S603  our own program
        command = [str(tracker), "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
        server = subprocess.Popen(command, env=environment)  # noqa: S603  our own program
        try:
            _wait_for(server, f"http://127.0.0.1:{port}/sign-in")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def take(browser: Browser, address: str, picture: Picture) -> None:
    """Sign in, go there, and keep what is seen, with few colours so that the repository stays small."""
    with browser.new_context(viewport={"width": picture.width, "height": 844}, locale="zh-CN") as context:
        page = context.new_page()
        _sign_in(page, address, picture.who)
        page.goto(address + picture.path)
        if picture.follow:
            page.locator(picture.follow).first.click()
            page.wait_for_load_state("networkidle")
        place = PICTURES / f"{picture.name}.png"
        if page.locator("main.gate").count():
            raise RuntimeError(f"{page.url} is not the page wanted: {page.locator('body').inner_text()[:200]}")
        page.screenshot(path=place)
    _made_small(Image.open(place), place)


def take_voucher(browser: Browser, address: str) -> None:
    """Draw the first page of the voucher of the latest claim that is paid."""
    with browser.new_context(locale="zh-CN") as context:
        page = context.new_page()
        _sign_in(page, address, "fangzhiyuan")
        page.goto(f"{address}/claims?state=paid")
        claim = page.locator("main a.t-title").first.get_attribute("href")
        answer = page.request.get(f"{address}{claim}/voucher.pdf")
        if not answer.ok:
            raise RuntimeError(f"{answer.url}: {answer.status}")
        paper = pypdfium2.PdfDocument(answer.body())
        _made_small(paper[0].render(scale=1.6).to_pil(), PICTURES / "voucher.png")


def _made_small(image: Image.Image, place: Path) -> None:
    # No palette: the rare colours are the states, and a palette of the frequent ones turns green marks black.
    image.convert("RGB").save(place, optimize=True)


def _told(name: str) -> None:
    print(f"picture: docs/pictures/{name}.png")  # noqa: T201  a script says what it made


def _sign_in(page: Page, address: str, who: str) -> None:
    page.goto(f"{address}/sign-in")
    page.locator("input[name='name']").fill(who)
    page.locator("input[type='password']").fill(PASSWORD)
    page.locator("form button.pri").click()
    page.wait_for_load_state("networkidle")


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(PATIENCE_SECONDS * 5):
        if server.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  our own address
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer")


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise RuntimeError("Chromium is missing: run `make check-venv`")
    return found


if __name__ == "__main__":
    main()
