"""The paper's typefaces: complete or refused, and the machine told what it lacks."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFile

from tracker.vouchers import engine, fonts


def test_the_names_of_the_district_can_be_printed() -> None:
    assert fonts.missing_glyphs("喆堃昇翀犇玥镕㛃䶮 ¥￥—…“”·×①②Ⅳ㎡℃") == set()


def test_a_missing_character_is_found_once_and_line_breaks_are_not_missing() -> None:
    assert fonts.missing_glyphs("好\nשש好") == {"ש"}


def test_the_refusal_names_the_character_and_its_code() -> None:
    with pytest.raises(fonts.MissingGlyph, match=r"「ש」（U\+05E9）"):
        fonts.require_glyphs(["好", "ש"])


def test_without_the_rare_face_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "rare_faces", lambda: ())
    with pytest.raises(fonts.MissingGlyph, match="apt-get install fonts-hanazono"):
        fonts.require_glyphs(["\U00020021"])


@given(st.text())
def test_printable_text_is_one_line_without_invisible_characters(text: str) -> None:
    shown = fonts.printable(text)
    assert shown == " ".join(shown.split())
    assert not any(one in shown for one in "\x00\n\u200b\u202e\u2066\ufeff")
    assert fonts.printable(shown) == shown


def test_a_machine_with_everything_has_nothing_to_say() -> None:
    assert engine.startup_problems() == []


def test_a_machine_without_the_subset_library_is_told_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    engine.weasyprint()
    ffi = importlib.import_module("weasyprint.text.ffi")
    monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    assert "apt-get install libharfbuzz-subset0" in "".join(engine.startup_problems())


def test_a_machine_without_the_typeface_is_told_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "song_face", lambda: None)
    assert "pip install pylopdf-fonts-zh-cn" in "".join(engine.startup_problems())


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/nowhere")
    engine.startup_problems()
    assert os.environ["FONTCONFIG_FILE"] == "/nowhere"


def test_drawing_does_not_teach_the_process_to_take_half_a_picture() -> None:
    engine.weasyprint()
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_every_character_of_an_amount_in_capitals_has_a_bold_face() -> None:
    assert fonts.sets_bold("人民币零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负¥0123456789,.")
    assert not fonts.sets_bold("镕")


def test_only_weasyprints_own_room_imports_it() -> None:
    home = Path(fonts.__file__).parents[1]
    users = {
        path.relative_to(home).parts[0]
        for path in home.rglob("*.py")
        if "weasyprint" in path.read_text(encoding="utf-8")
    }
    assert users == {"vouchers"}
