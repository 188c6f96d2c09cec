"""Headers on every answer, refusals in words, and nothing typed or sent that makes the site fall over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.checked_client import CheckedClient, token
from tracker.web.headers import CONTENT_SECURITY_POLICY

Browse = Callable[[Flask], CheckedClient]

EVERYWHERE = [
    "/",
    "/gallery",
    "/gate",
    "/nothing",
    "/fault/refused",
    "/fault/crash",
    "/static/tracker.css",
    "/static/none",
    "/leaf.txt",
]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_headers(strict_app: Flask, browse: Browse, path: str) -> None:
    headers = browse(strict_app).get(path).headers

    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_the_content_policy_is_the_one_agreed() -> None:
    assert CONTENT_SECURITY_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    )


@pytest.mark.parametrize("path", ["/", "/gallery", "/gate", "/leaf.txt", "/nothing", "/fault/missing"])
def test_nothing_but_stamped_files_is_kept_by_a_browser(zhou: CheckedClient, path: str) -> None:
    assert zhou.get(path).headers["Cache-Control"] == "no-store"


def test_stamped_files_are_kept_and_unstamped_asked_for_again(zhou: CheckedClient) -> None:
    assert "immutable" in zhou.get("/static/tracker.css?v=1").headers["Cache-Control"]
    assert zhou.get("/static/tracker.css").headers["Cache-Control"] == "no-cache"
    assert "/static/tracker.css?v=" in zhou.get("/").text


@pytest.mark.parametrize(
    ("kind", "status", "sentence"),
    [
        ("refused", 422, "额度不够，差 ¥1,200.00，请改用其他科目"),
        ("forbidden", 403, "你不能看这一单"),
        ("missing", 404, "没有找到这一页"),
        ("stale", 409, "别人刚改过"),
    ],
)
def test_a_refusal_out_of_a_view_becomes_its_page(zhou: CheckedClient, kind: str, status: int, sentence: str) -> None:
    answer = zhou.get(f"/fault/{kind}")

    assert answer.status_code == status
    assert sentence in answer.text


def test_a_refusal_to_a_script_is_one_sentence(zhou: CheckedClient) -> None:
    answer = zhou.get("/fault/refused", headers={"X-Part": "1"})

    assert answer.status_code == 422
    assert answer.text.strip() == '<p class="err" role="alert">额度不够，差 ¥1,200.00，请改用其他科目</p>'


def test_a_fault_shows_no_trace_of_itself(strict_app: Flask, browse: Browse) -> None:
    answer = browse(strict_app).get("/fault/crash")

    assert answer.status_code == 500
    assert "没有保存" in answer.text
    assert "do-not-print-me" not in answer.text
    assert "Traceback" not in answer.text


def test_a_wrong_method_says_which_are_right(zhou: CheckedClient) -> None:
    answer = zhou.delete("/gallery")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_post_without_its_token_is_told_the_page_expired(strict_app: Flask, browse: Browse) -> None:
    client = browse(strict_app)

    answer = client.post("/gallery", data={"purpose": "x", "amount": "1"})
    with_token = client.post(
        "/gallery", data={"csrf_token": token(client.get("/gallery").text), "purpose": "x", "amount": "1"}
    )

    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    assert with_token.status_code == 200


def test_a_token_of_another_browser_is_refused(strict_app: Flask, browse: Browse) -> None:
    foreign = token(browse(strict_app).get("/gallery").text)

    assert browse(strict_app).post("/gallery", data={"csrf_token": foreign}).status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "[::", ""])
def test_a_host_we_do_not_answer_to_is_refused(strict_app: Flask, host: str) -> None:
    answer = strict_app.test_client().get("/gate", headers={"Host": host})

    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "evil" not in answer.text


def test_our_own_hosts_are_answered(strict_app: Flask) -> None:
    assert strict_app.test_client().get("/gate", headers={"Host": "tracker.example.gov.cn"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gallery?text=%ff%fe", "/gallery?text=%00", "/%00", "/%ff", "/gallery?%00=1",
        "/rows/" + "9" * 19, "/rows/" + "9" * 5000,
        "/rows/-1", "/rows/%D9%A3", "/rows/1e5", "/gallery?text=" + "x" * 60_000, "/rows/%0d%0aSet-Cookie:x",
        "/display/size", "/..%2f..%2fetc/passwd", "/static/..%2fapp.py", "/static/%00",
    ],
)  # fmt: skip
def test_a_malformed_address_is_never_a_fault(strict_app: Flask, browse: Browse, path: str) -> None:
    assert browse(strict_app).get(path).status_code < 500


def test_the_largest_key_is_still_an_address(zhou: CheckedClient) -> None:
    assert zhou.get(f"/rows/{2**63 - 1}").status_code == 200
    assert zhou.get(f"/rows/{2**63}").status_code == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"purpose=%ff&amount=%fe", "application/x-www-form-urlencoded"),
        (b"purpose=%00", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"anything", "multipart/form-data"),
        (b"anything", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"purpose=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(7000)), "application/x-www-form-urlencoded"),
        (b"amount=" + b"9" * 100_000, "application/x-www-form-urlencoded"),
    ],
)
def test_a_malformed_body_is_never_a_fault(zhou: CheckedClient, body: bytes, kind: str) -> None:
    assert zhou.post("/gallery", data=body, content_type=kind).status_code in {400, 413, 422}


def test_too_much_is_told_its_limit(zhou: CheckedClient) -> None:
    answer = zhou.post(
        "/gallery", data=b"purpose=" + b"x" * 3_000_000, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 413
    assert "10 MB" in answer.text


def test_a_strangers_body_is_not_read(stranger: CheckedClient) -> None:
    body = b"purpose=" + b"x" * 3_000_000

    assert stranger.post("/gallery", data=body, content_type="application/x-www-form-urlencoded").status_code == 303


def test_large_type_and_language_are_kept_and_lead_back(strict_app: Flask, browse: Browse) -> None:
    client = browse(strict_app)
    csrf = token(client.get("/gallery?text=a").text)

    answer = client.post(
        "/display/size",
        data={"csrf_token": csrf, "size": "large"},
        headers={"Referer": "http://localhost/gallery?text=a"},
    )
    client.post("/display/language", data={"csrf_token": csrf, "lang": "en"})

    assert answer.location == "/gallery?text=a"
    page = client.get("/").text
    assert 'data-size="large"' in page
    assert '<html lang="en"' in page


def test_a_switch_never_leads_off_the_site_or_takes_another_word(app: Flask, stranger: CheckedClient) -> None:
    answer = stranger.post("/display/size", data={"size": "huge"}, headers={"Referer": "https://evil.example/x"})

    assert answer.location == "/"
    assert "Set-Cookie" not in answer.headers


def test_a_made_up_cookie_changes_nothing(zhou: CheckedClient) -> None:
    zhou.set_cookie("size", '"><script>')
    zhou.set_cookie("lang", "../../etc")

    assert '<html lang="zh-CN">' in zhou.get("/").text


def test_what_was_done_is_said_once_and_politely_to_screen_readers(zhou: CheckedClient) -> None:
    first, second = zhou.get("/done").text, zhou.get("/").text

    assert 'role="status"' in first
    assert "已提交，等待周敏审核。" in first
    assert "已提交，等待周敏审核。" not in second


def test_a_part_is_no_page(zhou: CheckedClient) -> None:
    answer = zhou.get("/gate", headers={"X-Part": "1"})

    assert answer.text.strip() == '<div id="total" data-part>5,404.00</div>'
    assert "X-Part" in answer.headers["Vary"]
