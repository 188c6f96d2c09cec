"""The office served to real browsers: one server, windows of the people in it, and what they complain about."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, StorageState
from playwright.sync_api import Error as PlaywrightError

from tests.office import Office
from tests.pages import AFTERNOON, GOOD_PASSWORD, give_password

PATIENCE_MS = 60_000
"""How long a page may take on a machine that others use too; the first paper starts a process that reads typefaces."""

HEIGHTS = {1366: 768, 390: 844, 320: 640}
_WATCH_POLICY = """
window.addEventListener('securitypolicyviolation', (e) =>
  console.error(`content policy: ${e.violatedDirective} ${e.blockedURI}`));
"""


class RunningClock:
    """The clock of the pages: runs on from two in the afternoon of the office's day, whenever the tests run."""

    def __init__(self) -> None:
        self._ahead = AFTERNOON.timestamp() - time.time()

    def now(self, zone: tzinfo | None = None) -> datetime:
        return datetime.fromtimestamp(time.time() + self._ahead, zone)


class Site:
    """The served office; each person signs in once through the real form and opens windows from then on."""

    def __init__(self, office: Office, address: str, browser: Browser) -> None:
        self.office, self.address, self.browser = office, address, browser
        self.complaints: list[str] = []
        self._passwords: set[str] = set()
        self._signed_in: dict[str, StorageState] = {}

    @contextmanager
    def window(
        self, name: str = "", width: int = 1366, *, scripts: bool = True, size: Literal["normal", "large"] = "normal"
    ) -> Iterator[Page]:
        """Open a window of a person of the office (of nobody: ``""``) and close it afterwards."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="zh-CN",
            java_script_enabled=scripts,
            has_touch=width < 600,
            storage_state=self._state(name) if name else None,
        )
        if size == "large":
            context.add_cookies([{"name": "size", "value": "large", "url": self.address}])
        try:
            yield self.another(context)
        except (AssertionError, PlaywrightError):
            for page in context.pages:
                print(f"{page.url} says:\n{page.locator('body').inner_text()}")  # noqa: T201  shown for a failed test
            raise
        finally:
            context.close()

    def another(self, context: BrowserContext) -> Page:
        """Open one more tab; whatever its console, its policy or a 5xx says is noted."""
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.add_init_script(_WATCH_POLICY)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._note_fault)
        return page

    def sign_in(self, page: Page, name: str) -> None:
        """Fill in the real sign-in form, with a password the person was given before."""
        self.give_password(name)
        page.goto("/sign-in")
        page.get_by_label("账号").fill(name)
        page.get_by_label("密码").fill(GOOD_PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{self.address}/")

    def give_password(self, name: str) -> None:
        """Give a person a password, once."""
        if name not in self._passwords:
            give_password(self.office, name)
            self._passwords.add(name)

    def _state(self, name: str) -> StorageState:
        if name not in self._signed_in:
            with self.window() as page:
                self.sign_in(page, name)
                self._signed_in[name] = page.context.storage_state()
        return self._signed_in[name]

    def _note_console(self, message: ConsoleMessage) -> None:
        # the browser reports every refused form (409, 422) as a failed load; those are answers, not faults
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _note_fault(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url}: {response.status}")


def scrolls_sideways(page: Page) -> int:
    """Tell by how many px the page is wider than its window."""
    wider = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    assert isinstance(wider, int)
    return max(0, wider)
