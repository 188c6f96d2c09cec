"""Sentences with figures are said in the language of the page, wherever they were raised."""

from __future__ import annotations

import pickle

from tests.claims.form_pages import a_ready_form
from tests.claims.gate_pages import words
from tests.office import Office, a_payee
from tests.pages import Browse
from tracker.claims.case import place_of, placed
from tracker.kernel.text import Told, listed, tell


def test_a_told_sentence_is_its_chinese_text_and_keeps_its_facts() -> None:
    told = placed(place_of(2), tell("还剩 %(left)s 元", left="1.00"))
    assert told == "第 2 行：还剩 1.00 元"
    assert listed(["甲", "乙"]) == "甲；乙"
    assert listed([]) == ""
    again = pickle.loads(pickle.dumps(told))  # noqa: S301  a refusal travels between our own processes
    assert isinstance(again, Told)
    assert (again, again.wording, again.facts) == (told, told.wording, told.facts)


def test_facts_may_hold_anything_people_type() -> None:
    assert tell("发票「%(name)s」", name="100%(x)s <b>") == "发票「100%(x)s <b>」"


def test_the_english_form_says_what_is_wrong_in_english(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    page = a_ready_form(member, small_office, a_payee(small_office))
    member.set_cookie("lang", "en")
    page.line(1, amount="1,200.01")

    for answer in (page.ask("check"), page.press("submit")):
        said = words(answer)
        assert "The claimed amount is 0.01 yuan over the face amount" in said
        assert "报销金额比票面多" not in said
