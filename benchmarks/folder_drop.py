"""Drop 200 invoices on the folder's page in a real browser and time it, while somebody else turns pages.

python -m benchmarks.folder_drop [--files 200]

Serves as `tracker serve` does: gunicorn, two processes of four threads, the reader inside each. The other person asks
for a page every 0.1 seconds, before the drop and until the last file is read.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.evidence import specimens
from tracker.sample.people import PASSWORD

FAMILIES = (
    "数电票 XML",
    "OFD 标签（平铺）",
    "PDF 数电票（标签旁值）",
    "PDF 数电票（先标签后值）",
    "PDF 旧版电子发票",
    "PDF XBRL rai",
    "OFD XBRL atr",
    "照片（二维码）",
)
BEFORE_SECONDS = 20
PAUSE = 0.1
PATIENCE_MS = 300_000
BROWSER = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


def main() -> None:
    """Print one table: seconds until kept, until read; the other person's pages before and meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as place:
        var = Path(place)
        files = _invoices(var / "invoices", chosen.files)
        _district(var)
        with _served(var) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(BROWSER))
            _measure(browser, address, files)
            browser.close()


def _invoices(place: Path, count: int) -> list[Path]:
    place.mkdir()
    endings = {b"%PDF": "pdf", b"PK\x03\x04": "ofd", b"\xff\xd8": "jpg", b"\x89PNG": "png"}
    found = []
    for number in range(count):
        one = specimens.specimen(FAMILIES[number % len(FAMILIES)], 5000 + number // len(FAMILIES))
        ending = next((end for head, end in endings.items() if one.data.startswith(head)), "xml")
        path = place / f"{number:03d}.{ending}"
        path.write_bytes(one.data)
        found.append(path)
    return found


def _district(var: Path) -> None:
    """Load the sample district; its own files are read before it is served."""
    subprocess.run(
        [str(Path(sys.executable).with_name("tracker")), "sample", "--claims", "40"],
        env={**os.environ, "TRACKER_VAR": str(var)},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=300,
    )


@contextmanager
def _served(var: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("tracker")), "serve", "--bind", f"127.0.0.1:{port}"],
        env={**os.environ, "TRACKER_VAR": str(var), "TRACKER_BASE_URL": address},
        start_new_session=True,
    )
    try:
        for _ in range(300):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(30)


class _Other:
    """Somebody who turns pages all the while; each answer's seconds are noted."""

    def __init__(self, address: str, cookies: str) -> None:
        self.seconds: list[float] = []
        self._host, self._cookies = address.removeprefix("http://"), cookies
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._turn, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _turn(self) -> None:
        pages = ("/", "/inbox", "/claims", "/people")
        while not self._over.wait(PAUSE):
            connection = http.client.HTTPConnection(self._host, timeout=60)
            started = time.perf_counter()
            connection.request("GET", pages[len(self.seconds) % len(pages)], headers={"Cookie": self._cookies})
            answer = connection.getresponse()
            answer.read()
            self.seconds.append(time.perf_counter() - started)
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"the other person was answered {answer.status}")
            connection.close()


def _window(browser: Browser, address: str, name: str) -> tuple[BrowserContext, Page]:
    context = browser.new_context(base_url=address, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/")
    return context, page


def _measure(browser: Browser, address: str, files: list[Path]) -> None:
    context, page = _window(browser, address, "zhoumin")
    cookies = "; ".join(f"{one.get('name')}={one.get('value')}" for one in context.cookies())
    page.close()
    with _Other(address, cookies) as before:
        time.sleep(BEFORE_SECONDS)
    _, folder = _window(browser, address, "chenli")
    folder.goto("/invoices")
    with _Other(address, cookies) as meanwhile:
        started = time.perf_counter()
        folder.set_input_files("#files", [str(one) for one in files])
        folder.wait_for_selector("#folder-progress progress")
        first_seen = time.perf_counter() - started
        shown: set[str] = set()
        kept = read = 0.0
        while not read:
            text = folder.locator("#folder-progress").inner_text()
            shown.add(text.partition("\n")[0])
            if not kept and folder.locator(".up-row").count() == 0:
                kept = time.perf_counter() - started
            if kept and not text.strip() and folder.locator("[data-wait]").count() == 0:
                read = time.perf_counter() - started
            folder.wait_for_timeout(250)
    print("| what | measured |\n|---|---|")
    print(f"| progress shown after | {first_seen:.1f} s; {len(shown)} different counts seen |")
    print(f"| {len(files)} files sent and kept after | {kept:.1f} s |")
    print(f"| all read after | {read:.1f} s |")
    for name, one in (("before the drop", before), ("during it", meanwhile)):
        cuts = statistics.quantiles(one.seconds, n=100)
        middle, most = statistics.median(one.seconds), max(one.seconds)
        figures = f"{1000 * middle:.0f} / {1000 * cuts[94]:.0f} / {1000 * most:.0f} ms, {len(one.seconds)} pages"
        print(f"| another person's pages {name}: p50 / p95 / longest | {figures} |")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"| load of the machine at the end (1, 5, 15 min), {os.cpu_count()} cores | {load} |")


if __name__ == "__main__":
    main()
