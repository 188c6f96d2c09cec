"""Line icons drawn by us on a 24 by 24 grid; words always stand beside them or in a label."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

_SIZES = {"": 18, "s": 16, "l": 24}

ICONS = {
    "award": "M12 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10z M9 13l-1.5 8 4.5-2.5 4.5 2.5L15 13",
    "back": "M9 14l-5-5 5-5 M4 9h10a6 6 0 0 1 0 12h-3",
    "bed": "M3 18V6 M3 14h18v4 M21 14v-1a3 3 0 0 0-3-3h-7v4 M6.5 11.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
    "bell": "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z M10 20.5h4",
    "box": "M4 8l8-4 8 4v8l-8 4-8-4z M4 8l8 4 8-4 M12 12v8",
    "camera": "M4 8h4l1.5-2.5h5L16 8h4v11H4z M12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6z",
    "car": "M4 16v-4l2-6h12l2 6v4z M4 12h16 M7 16v2.5 M17 16v2.5 M7.5 14h.1 M16.5 14h.1",
    "chart": "M4 20V4 M4 20h16 M8 16v-4 M12 16V8 M16 16v-6",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5l3.5 2",
    "coin": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 8l3 4 3-4 M12 12v5 M9.5 13h5 M9.5 15.3h5",
    "copy": "M8 8h11v12H8z M5 16V4h11",
    "cup": "M5 8h11v6a5 5 0 0 1-10 0z M16 9h2a2.5 2.5 0 0 1 0 5h-2 M5 20h12",
    "desk": "M3 10h18 M5 10v9 M19 10v9 M9 10V5h6v5",
    "doc": "M7 3h7l4 4v14H7z M14 3v4h4 M10 12h5 M10 16h5",
    "down": "M7 10l5 5 5-5",
    "download": "M12 4v11 M7.5 10.5L12 15l4.5-4.5 M4 16v4h16v-4",
    "drag": "M9 6h.1 M15 6h.1 M9 12h.1 M15 12h.1 M9 18h.1 M15 18h.1",
    "exit": "M14 5H6v14h8 M11 12h9 M16.5 8.5L20 12l-3.5 3.5",
    "excel": "M5 4h14v16H5z M9 9l6 6 M15 9l-6 6",
    "filter": "M4 5h16l-6 8v6l-4-2v-4z",
    "gear": (
        "M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z M12 3v3 M12 18v3 M3 12h3 M18 12h3"
        " M5.6 5.6l2.2 2.2 M16.2 16.2l2.2 2.2 M5.6 18.4l2.2-2.2 M16.2 7.8l2.2-2.2"
    ),
    "help": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8 M12 16.8v.1",
    "home": "M4 11l8-7 8 7 M6 9.5V20h12V9.5 M10 20v-6h4v6",
    "inbox": "M4 13l3-8h10l3 8 M4 13v6h16v-6h-5a3 3 0 0 1-6 0H4z",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 11v5.5 M12 7.6v.1",
    "left": "M14 7l-5 5 5 5",
    "link": "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1 M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    "minus": "M5 12h14",
    "menu": "M4 7h16 M4 12h16 M4 17h16",
    "more": "M6 12h.1 M12 12h.1 M18 12h.1",
    "okc": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M8 12.3l2.8 2.8L16 9.6",
    "pc": "M4 5h16v10H4z M9 20h6 M12 15v5",
    "people": (
        "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M3 20c0-3.3 2.7-6 6-6s6 2.7 6 6"
        " M16 4.5a3.5 3.5 0 0 1 0 6.3 M18 14.5c1.9.9 3 2.9 3 5.5"
    ),
    "plane": "M3 13l18-8-5 15-4-6z M12 14l9-9",
    "plus": "M12 5v14 M5 12h14",
    "print": "M7 9V4h10v5 M7 17H4V9h16v8h-3 M7 14h10v6H7z",
    "qr": "M4 4h6v6H4z M14 4h6v6h-6z M4 14h6v6H4z M14 14h2v2 M20 14v2 M14 20h2 M18 18h2v2 M7 7h.1 M17 7h.1 M7 17h.1",
    "right": "M10 7l5 5-5 5",
    "rotate": "M19 12a7 7 0 1 1-2.2-5.1 M19 4v4h-4",
    "scale": "M12 4v16 M7 20h10 M5 7h14 M5 7l-2.5 6h5z M19 7l-2.5 6h5z",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z M15.5 15.5L20 20",
    "shield": "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z M9 11.8l2.2 2.2L15.3 10",
    "swap": "M4 8h14 M14 4l4 4-4 4 M20 16H6 M10 12l-4 4 4 4",
    "text": "M5 6h14 M12 6v13",
    "train": (
        "M7 4h10a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z M5 11h14 M8.5 14h.1"
        " M15.5 14h.1 M8 17l-2 4 M16 17l2 4"
    ),
    "trash": "M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13",
    "unlink": "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-3-6.7 M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 3 6.7 M4 4l16 16",
    "up": "M7 14l5-5 5 5",
    "upload": "M12 16V5 M7.5 9.5L12 5l4.5 4.5 M4 16v4h16v-4",
    "warn": "M12 4l9 16H3z M12 10v4.5 M12 17.4v.1",
    "x": "M6 6l12 12 M18 6L6 18",
    "xc": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 9l6 6 M15 9l-6 6",
    "zoomin": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z M15.5 15.5L20 20 M10.5 8v5 M8 10.5h5",
}


@cache
def icon(name: str, size: str = "") -> Markup:
    """Draw an icon in the colour of the text: ``size`` is "" (18 px), "s" or "l". Raises KeyError if unknown."""
    side = _SIZES[size]
    kind = f"i i-{size}" if size else "i"
    return Markup(
        '<svg class="{kind}" width="{side}" height="{side}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        '<path d="{path}"/></svg>'
    ).format(kind=kind, side=side, path=ICONS[name])
