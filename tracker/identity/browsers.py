"""Name a browser the way its owner would: ``Chrome 86 · Windows``."""

from __future__ import annotations

import re

_PROGRAMS = (
    ("微信", r"MicroMessenger/(\d+)"),
    ("钉钉", r"DingTalk/(\d+)"),
    ("奇安信浏览器", r"Qaxbrowser/?(\d*)"),
    ("360 浏览器", r"(?:QIHU|360SE|360EE)/?(\d*)"),
    ("Edge", r"Edge?A?/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"Chrom(?:e|ium)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("iPad", r"iPad"),
    ("iPhone", r"iPhone"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux|UOS|Kylin"),
)
UNKNOWN = "没有说明的浏览器"


def browser_name(user_agent: str) -> str:
    """Return program, main version and system of a User-Agent header; what cannot be told is left out."""
    program = next((f"{name} {found[1]}".strip() for name, found in _found(_PROGRAMS, user_agent)), "")
    system = next((name for name, _ in _found(_SYSTEMS, user_agent)), "")
    return " · ".join(part for part in (program, system) if part) or UNKNOWN


def _found(table: tuple[tuple[str, str], ...], text: str) -> list[tuple[str, re.Match[str]]]:
    return [(name, found) for name, pattern in table if (found := re.search(pattern, text[:500]))]
