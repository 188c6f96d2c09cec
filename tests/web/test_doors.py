"""Who may open what; where strangers are sent; and that no view is left unmarked."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.checked_client import CheckedClient
from tracker.kernel.actors import SeatKind
from tracker.web.access import Access, access_of, public, require_classified, safe_next, seated, unclassified_views


def test_a_stranger_is_sent_to_sign_in_and_back(stranger: CheckedClient) -> None:
    answer = stranger.get("/gallery?text=a%26b")

    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=%2Fgallery%3Ftext%3Da%2526b"


def test_a_strangers_post_is_not_replayed_after_sign_in(stranger: CheckedClient) -> None:
    assert stranger.post("/gallery", data={"purpose": "x"}).location == "/sign-in?next=%2F"


def test_a_part_for_a_stranger_says_so_and_keeps_the_page(stranger: CheckedClient) -> None:
    answer = stranger.get("/gallery", headers={"X-Part": "1"})

    assert answer.status_code == 401
    assert "登录已过期" in answer.text


def test_a_page_for_other_seats_names_them(zhou: CheckedClient) -> None:
    answer = zhou.get("/officers")

    assert answer.status_code == 403
    assert "财政复核、财政支付" in answer.text


def test_public_pages_and_files_are_open_to_strangers(stranger: CheckedClient) -> None:
    assert stranger.get("/gate").status_code == 200
    assert stranger.get("/static/tracker.css").status_code == 200


def test_an_app_with_an_unmarked_view_does_not_start(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "x")

    assert unclassified_views(app) == ["forgotten"]
    with pytest.raises(RuntimeError, match="forgotten"):
        require_classified(app)


def test_an_unmarked_view_is_not_served_either(strict_app: Flask) -> None:
    strict_app.add_url_rule("/forgotten", "forgotten", lambda: "x")

    assert strict_app.test_client().get("/forgotten").status_code == 500


def test_marks_are_read_from_the_view(app: Flask) -> None:
    assert access_of(app, "gate") == Access(is_public=True)
    assert access_of(app, "home") == Access()
    assert access_of(app, "officers") == Access(seats=frozenset({SeatKind.OFFICER, SeatKind.CASHIER}))
    assert access_of(app, "display.size") == Access(is_public=True)


def test_a_seat_mark_needs_a_seat() -> None:
    with pytest.raises(ValueError, match="seat"):
        seated()


def test_a_mark_leaves_the_view_as_it_is() -> None:
    def view() -> str:
        return "x"

    assert public(view) is view


@pytest.mark.parametrize("url", ["/", "/claims/7?tab=lines#l2", "/sign-in", "/a//b", "/待办"])
def test_a_path_of_this_site_is_a_safe_way_back(url: str) -> None:
    assert safe_next(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "claims", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example",
        "http://evil.example",        "https:evil.example",
        "javascript:alert(1)", " /x", "/\t/evil.example", "/x\r\nSet-Cookie: a=b", "/\x00", "/\x7f",
        "//[bad", "/ //evil.example",
    ],
)  # fmt: skip
def test_a_way_back_that_leaves_the_site_is_replaced(url: str | None) -> None:
    assert safe_next(url) == "/"
