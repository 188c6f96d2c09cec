"""Headers on every answer, errors included: what a browser may load, keep, embed and tell others."""

from __future__ import annotations

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SEALED_POLICY = "default-src 'none'; style-src 'none'; sandbox; frame-ancestors 'self'"
"""For files of others handed out: whatever a browser makes of them, it runs and loads nothing."""
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STAMPED_FOR = "public, max-age=31536000, immutable"


def guard_answers(app: Flask) -> None:
    """Put the headers on every answer of the app."""
    app.after_request(_stamp)


def _stamp(answer: Response) -> Response:
    sealed = answer.headers.get("Content-Security-Policy") == SEALED_POLICY
    for name, value in _ALWAYS.items():
        answer.headers[name] = value
    if sealed:
        answer.headers["Content-Security-Policy"] = SEALED_POLICY
    if request.endpoint == "static" and answer.status_code in {200, 206, 304}:
        answer.headers["Cache-Control"] = _STAMPED_FOR if "v" in request.args else "no-cache"
    elif g.get("actor") is not None or answer.mimetype == "text/html":
        answer.headers["Cache-Control"] = "no-store"
    return answer
