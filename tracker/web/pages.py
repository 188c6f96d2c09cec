"""Answer with a whole page or with a part of one; neither is ever kept by a cache."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, make_response, render_template, request

from tracker.web.forms import SiteForm
from tracker.web.i18n import language

PART_HEADER = "X-Part"


def page(template: str, /, *, status: int | None = None, **context: Any) -> Response:
    """Render a whole page.

    Without ``status`` the answer is 200, or the status of the first form in the context that was sent and
    turned down (422, or that of the refusal: 409 for a stale form). Such a page's title starts with 「有错误：」.
    """
    turned_down = _turned_down(context)
    answer = make_response(
        draw(template, page_has_errors=turned_down is not None, **context),
        status or (turned_down.status if turned_down else 200),
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.update((PART_HEADER, "Cookie"))
    return answer


def part(template: str, /, *, status: int = 200, **context: Any) -> Response:
    """Render the pieces of a page a script asked for; each piece carries ``data-part`` and the id it replaces."""
    answer = make_response(draw(template, **context), status)
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.update((PART_HEADER, "Cookie"))
    return answer


def draw(template: str, /, **context: Any) -> str:
    """Draw a template in the language of the request."""
    templates: Any = current_app.jinja_env
    return render_template(templates.in_language(language()).get_template(template), **context)


def is_part_request() -> bool:
    """Tell whether a script asks for pieces to put into the page it already shows."""
    return PART_HEADER in request.headers


def _turned_down(context: dict[str, Any]) -> SiteForm | None:
    forms = (value for value in context.values() if isinstance(value, SiteForm))
    return next((form for form in forms if form.was_turned_down), None)
