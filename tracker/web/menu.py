"""What stands around a page: the menu in groups, the fund in view, unread messages and the phone's tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import Flask, current_app, request

_HOOK = "menu"


@dataclass(frozen=True)
class MenuItem:
    """One entry. ``count`` is shown when above zero, in red when ``is_hot``."""

    label: str
    icon: str
    href: str
    count: int = 0
    is_hot: bool = False
    current: bool = False


@dataclass(frozen=True)
class MenuGroup:
    """Entries under a common title."""

    title: str
    items: Sequence[MenuItem]


@dataclass(frozen=True)
class Frame:
    """Everything the frame of a signed-in page shows besides the page itself.

    ``scope`` names the fund in view (``2026 年度 · 精准招商工作经费``); ``tabs`` are up to five entries of the
    phone's bottom bar, the middle one of five being the round button; ``search_href`` takes ``text`` and ``scope=all``,
    and without it there is no search box.
    """

    groups: Sequence[MenuGroup] = ()
    scope: str = ""
    scope_href: str = "/funds"
    unread: int = 0
    inbox_href: str = "/messages"
    role: str = ""
    me_href: str = "/me"
    search_href: str = ""
    tabs: Sequence[MenuItem] = ()


def set_menu(app: Flask, draw: Callable[[], Frame]) -> None:
    """Tell the app how to draw the frame of the page in hand."""
    app.extensions[_HOOK] = draw


def site_frame() -> Frame:
    """Return the frame for this request, with the entry of the page in hand marked."""
    draw: Callable[[], Frame] | None = current_app.extensions.get(_HOOK)
    frame = draw() if draw else Frame()
    marked = next((item.href for group in frame.groups for item in group.items if item.current), None)
    here = marked or _nearest([item.href for group in frame.groups for item in group.items])
    groups = [MenuGroup(group.title, [_marked(item, here) for item in group.items]) for group in frame.groups]
    tab_here = _nearest([tab.href for tab in frame.tabs])
    return replace(frame, groups=groups, tabs=[_marked(tab, tab_here) for tab in frame.tabs])


def _marked(item: MenuItem, here: str | None) -> MenuItem:
    return replace(item, current=item.current or item.href == here)


def _nearest(addresses: Sequence[str]) -> str | None:
    """Find the longest address the page in hand lies at or under; the root is only itself."""
    path = request.path.rstrip("/") or "/"
    homes = [a for a in addresses if path == a or (a != "/" and path.startswith(a.rstrip("/") + "/"))]
    return max(homes, key=len, default=None)
