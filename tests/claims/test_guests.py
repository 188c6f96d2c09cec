"""Who was received: one guest a line, by name, unit and post, type and document number; the number never in clear."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.claims.facts import GUEST_NUMBERS, GUESTS
from tracker.claims.guest_numbers import Kept, Sealed, has_clear_number, seal
from tracker.claims.guests import lack_of, list_in, rows_of
from tracker.storage.cipher import Cipher

CIPHER = Cipher(Fernet.generate_key())
WANG = "王明 某某电池公司总经理 企业人员"
ID, ID_MASK = "329901198001011233", "329***********1233"
"""A number with its check sign, of a district that does not exist."""
PASSPORT, PASSPORT_MASK = "E12345678", "E*******8"
ALIKE = "E87654328"
"""Another passport that looks the same when masked."""


def sealed(*lines: str, earlier: Sealed | None = None, cipher: Cipher = CIPHER) -> Sealed:
    return seal("\n".join(lines), earlier or Sealed(), cipher)


def behind(guests: Sealed, cipher: Cipher = CIPHER) -> list[str]:
    """The numbers behind the masks, in their order."""
    return [cipher.unlock(one.cipher.encode()) if one.cipher else "" for one in guests.numbers]


def told(*lines: str) -> list[str]:
    """What is said of a list, line by line, as it would be at submission."""
    return [str(lack) for lack in (lack_of(*row) for row in rows_of(facts_of(sealed(*lines)))) if lack]


def facts_of(guests: Sealed) -> dict[str, object]:
    return {GUESTS: guests.text, GUEST_NUMBERS: [one.written for one in guests.numbers]}


@pytest.mark.parametrize(
    "row",
    [
        f"{WANG} {ID}",
        f"王明　某某电池公司总经理　企业人员　{ID}",
        f"王明、某某电池公司总经理、企业人员、{ID}",
        f"  王明  某某电池公司 副总经理、总工程师 企业人员 {ID} ",
        f"{WANG} 329901 19800101 1233",
        f"{WANG}{ID}",
        f"{WANG} 32990119751231002x",
        f"Anna Schmidt Beispiel GmbH CEO 其他 {PASSPORT}",
        "赵主任 外省投资促进中心主任 公职人员 h1234567801",
        "林先生 台商协会会长 其他 12345678",
        f"{WANG} 未提供",
    ],
)
def test_a_guest_with_name_post_type_and_number_is_named_enough(row: str) -> None:
    assert told(row) == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (WANG, f"第 1 行「{WANG}」缺证件号，请在行末写上（6 至 18 位字母和数字），没有提供的写「未提供」"),
        ("李工 某公司厂长", "第 1 行「李工 某公司厂长」缺证件号"),
        (f"{WANG} AB123", "缺证件号"),
        (f"{WANG} 无", "缺证件号"),
        (f"{ID} {WANG}", "缺证件号，请在行末写上"),
        (f"李工 某公司厂长 {ID}", "缺人员类别，请在证件号前写上其中一种：公职人员、企业人员、其他"),
        ("李工 某公司厂长 企业家 未提供", "缺人员类别"),
        ("李工 某公司厂长企业人员 未提供", "缺人员类别"),
        (f"李工 企业人员 {PASSPORT}", f"第 1 行「李工 企业人员 {PASSPORT_MASK}」缺姓名或单位职务"),
        (ID, "缺人员类别"),
        ("未提供", "缺人员类别"),
        ("、　，", "缺证件号"),
        ("长" * 25, f"「{'长' * 24}…」"),
    ],
)
def test_a_line_that_lacks_something_is_named_with_what_it_lacks(row: str, says: str) -> None:
    (sentence,) = told(row)
    assert says in sentence


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("329901198001011234", "第 2 行的身份证号校验不通过，请照证件核对"),
        ("３２９９０１１９８００１０１１２３４", "第 2 行的身份证号校验不通过，请照证件核对"),
        ("329901198013011238", "第 2 行的身份证号校验不通过，请照证件核对"),
        ("32990119800101123", "第 2 行的证件号位数不对，身份证号是 18 位，请照证件核对"),
        ("3299011980010112333", "第 2 行的证件号位数不对"),
        ("329901800101123", "第 2 行的证件号位数不对"),
        ("13812345678", "第 2 行的证件号位数不对"),
        ("E12345678E12345678E", "第 2 行的证件号位数不对"),
    ],
)
def test_a_number_that_cannot_be_right_is_told_by_its_line_and_not_repeated(number: str, says: str) -> None:
    (sentence,) = told(f"{WANG} {ID}", f"{WANG} {number}")
    assert says in sentence
    assert not re.search("[0-9０-９]{4}", sentence)
    again = sealed(sealed(f"{WANG} {number}").text, earlier=sealed(f"{WANG} {number}"))
    assert lack_of(2, *again.by_line()[0]) == sentence, "masked, it is no better"


@pytest.mark.parametrize(
    "typed",
    [
        ID,
        "３２９９０１１９８００１０１１２３３",
        "329901 1980 0101 1233",
        "329901-19800101-1233",
        "3299\u200b01198001\u00ad011233",
        "329901198001",
        f"身份证{ID}，电话13812345678",
        f"王明{ID}企业人员",
        f"{ID}{ID}",
        "e12345678",
        "三二 123456",
        f"320********{ID}1234",
        "٣٢٩٩٠١١٩٨٠٠١٠١١٢٣٣",
    ],
)
def test_a_number_is_sealed_wherever_and_however_it_stands_in_the_box(typed: str) -> None:
    kept = sealed(f"甲 {typed} 乙")
    assert not has_clear_number(kept.text)
    assert not re.search("[0-9]{5}", kept.text)
    assert has_clear_number(typed)


def test_words_years_and_short_numbers_are_no_document_numbers() -> None:
    text = "王明 5G 研究院 2026 年度 3 号楼 A380 企业人员 未提供"
    assert sealed(text) == Sealed(text)


def test_the_number_behind_a_mask_is_the_one_typed_in_one_spelling() -> None:
    kept = sealed("甲 ３２９９０１ 19751231 123x", "乙 e12345678")
    assert kept.text == "甲 329***********123X\n乙 E*******8"
    assert behind(kept) == ["32990119751231123X", PASSPORT]


def test_a_mask_carries_its_number_on_and_nothing_is_deciphered_for_it() -> None:
    first = sealed(f"{WANG} {ID}", f"李工 厂长 企业人员 {PASSPORT}")
    other_key = Cipher(Fernet.generate_key())
    assert seal(first.text, first, other_key) == first
    moved = seal(f"赵工 顾问 其他 未提供\n{first.text}", first, other_key)
    assert moved.numbers == first.numbers


def test_the_same_number_typed_again_keeps_its_ciphertext() -> None:
    first = sealed(f"{WANG} {ID}")
    assert sealed(f"{WANG} {ID}", earlier=first) == first
    corrected = sealed(f"{WANG} 329901197901011236", earlier=sealed(f"{WANG} 329901198001011236"))
    assert corrected.text == f"{WANG} 329***********1236"
    assert behind(corrected) == ["329901197901011236"], "the same mask, another number"


def test_with_another_key_a_number_typed_again_is_enciphered_anew() -> None:
    first, other_key = sealed(f"{WANG} {ID}"), Cipher(Fernet.generate_key())
    anew = seal(f"{WANG} {ID}", first, other_key)
    assert behind(anew, other_key) == [ID]


TWO = (f"王明 经理 企业人员 {PASSPORT}", f"李工 厂长 企业人员 {ALIKE}")
"""Two guests whose masks are alike."""


@pytest.mark.parametrize(
    ("edited", "numbers"),
    [
        ((0, 1), [PASSPORT, ALIKE]),
        ((1, 0), [ALIKE, PASSPORT]),
        ((1,), [ALIKE]),
        ((0, 0), [PASSPORT, ""]),
        ((0, 1, 0), [PASSPORT, ALIKE, ""]),
    ],
)
def test_of_two_alike_masks_each_keeps_its_guest(edited: Sequence[int], numbers: list[str]) -> None:
    first = sealed(*TWO)
    rows = first.text.split("\n")
    assert behind(sealed(*(rows[place] for place in edited), earlier=first)) == numbers


def test_of_alike_masks_the_name_decides_and_where_that_is_in_doubt_nothing() -> None:
    first = sealed(*TWO)
    mended = [f"李工 总经理 企业人员 {PASSPORT_MASK}", f"王明 副经理 企业人员 {PASSPORT_MASK}"]
    assert behind(sealed(*mended, earlier=first)) == [ALIKE, PASSPORT]
    renamed = [f"王小明 经理 企业人员 {PASSPORT_MASK}", f"李小工 厂长 企业人员 {PASSPORT_MASK}"]
    assert behind(sealed(*renamed, earlier=first)) == ["", ""], "better asked again than another guest's"
    assert behind(sealed(f"李小工 厂长 企业人员 {PASSPORT_MASK}", earlier=first)) == [""], "the other was taken away"


def test_a_mask_alone_of_its_kind_outlives_a_mended_name() -> None:
    first = sealed(f"王明 经理 企业人员 {PASSPORT}")
    assert behind(sealed(f"王小明 副经理 企业人员 {PASSPORT_MASK}", earlier=first)) == [PASSPORT]


@pytest.mark.parametrize("number", ["E1234 5678", "H 1234-5678", "AB1234C", "G1A2B3", "ＡＢ1234Ｃ"])
def test_a_number_with_few_digits_or_in_groups_is_sealed_where_it_belongs(number: str) -> None:
    plain = re.sub("[ -]", "", unicodedata.normalize("NFKC", number))
    kept = sealed(f"王明 经理 企业人员 {number}")
    assert behind(kept) == [plain]
    assert plain not in kept.text.replace(" ", "")
    assert has_clear_number(f"王明 经理 企业人员 {number}")
    assert not has_clear_number(kept.text)


def test_the_name_of_a_firm_with_digits_in_it_is_no_number() -> None:
    row = "王明 3M中国公司A12座 Web3Labs经理 企业人员"
    assert sealed(row).text == row


def test_a_mask_with_no_number_behind_it_is_sent_back() -> None:
    assert told(f"{WANG} {ID_MASK}") == ["来访人员名单第 1 行的证件号是遮盖过的，请重新填写"]
    assert "遮盖过的" in told(f"{WANG} 329***1233")[0]
    carried = sealed(f"{WANG} {ID_MASK}", earlier=sealed(f"{WANG} {ID_MASK}"))
    assert carried.numbers == (Kept(ID_MASK),)


def test_a_list_in_clear_is_not_taken_even_past_the_form() -> None:
    ((number, text, kept),) = rows_of({GUESTS: f"{WANG} {ID}"})
    sentence = str(lack_of(number, text, kept))
    assert "没有加密" in sentence
    assert ID not in sentence


def test_facts_bring_the_list_back_as_it_was_sealed() -> None:
    kept = sealed(f"{WANG} {ID}", f"{WANG} 329901198001011234")
    assert list_in(facts_of(kept)) == Sealed(kept.text, list(kept.numbers))


TYPED = st.text("0123456789０１２EXx*＊- \n王、\u200b\u0301", max_size=80)


@given(TYPED, TYPED)
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_no_number_stays_and_saving_again_changes_nothing(typed: str, then: str) -> None:
    kept = sealed(typed)
    assert not has_clear_number(kept.text)
    assert sealed(kept.text, earlier=kept) == kept
    assert sealed(typed, earlier=kept) == kept
    later = sealed(then, earlier=kept)
    assert sealed(then, earlier=later) == later


def test_lines_are_counted_as_the_box_shows_them() -> None:
    assert [(number, text) for number, text, _kept in rows_of({GUESTS: "甲\n\n \n乙　\n"})] == [(1, "甲"), (4, "乙")]
