"""Look-alikes: the same bytes, the same paper, nearly the same photo, said with what matches."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from tests.evidence.specimens import digital_xml, invoice
from tests.evidence.stored_files import a_photo_of, an_invoice, put, read_all
from tests.office import NOON, Office
from tracker.audit.models import AuditEntry
from tracker.evidence.likeness import MOST_BITS, bands, differing_bits, is_alike
from tracker.evidence.models import Evidence, Likeness, LikenessWord
from tracker.evidence.operations import FileRead, explain, throw_away
from tracker.evidence.queries import Match, TakenBack, look_alikes, taken_back, words_about
from tracker.evidence.reading import Reading
from tracker.kernel.errors import Refused

EVERYTHING = select(Evidence.id)


def matches(office: Office, one: Evidence, other: Evidence) -> tuple[Match, ...]:
    with office.database.reading() as session:
        found = look_alikes(session, [one.id], EVERYTHING)
    return next((alike.matches for alike in found if alike.other_id == other.id), ())


def resaved(photo: bytes, quality: int = 55) -> bytes:
    out = io.BytesIO()
    image = Image.open(io.BytesIO(photo))
    image.resize((image.width * 3 // 4, image.height * 3 // 4)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def test_the_same_bytes_are_known_again_whoever_brings_them(office: Office) -> None:
    first = put(office, digital_xml(invoice(1)), "一.xml")
    second = put(office, digital_xml(invoice(1)), "二.xml", person="outsider")
    read_all(office)
    assert Match.FILE in matches(office, second, first)
    assert Match.NUMBER in matches(office, second, first)


def test_seller_day_and_amount_together_make_a_look_alike_and_each_alone_does_not(office: Office) -> None:
    one = replace(invoice(2), number="26322000000000000002")
    same = an_invoice(office, replace(one, number="26322000000000000003"), "同.xml")
    base = an_invoice(office, one, "本.xml")
    other_day = an_invoice(office, replace(one, number="26322000000000000004", day=date(2026, 1, 9)), "日.xml")
    other_seller = an_invoice(office, replace(one, number="26322000000000000005", seller="别家服务部"), "方.xml")
    assert matches(office, base, same) == (Match.FACTS,)
    assert matches(office, base, other_day) == ()
    assert matches(office, base, other_seller) == ()


def test_a_photo_saved_again_smaller_is_known_and_another_photo_is_not(office: Office) -> None:
    photo = a_photo_of(invoice(3))
    first = put(office, photo, "原.jpg", media="jpeg")
    again = put(office, resaved(photo), "微信存.jpg", media="jpeg", person="outsider")
    other = put(office, a_photo_of(invoice(4), 2), "别的.jpg", media="jpeg")
    read_all(office)
    assert Match.PHOTO in matches(office, again, first)
    assert Match.PHOTO not in matches(office, other, first)


def test_pictures_that_differ_in_eight_bits_are_found_by_their_bands_and_nine_are_not_alike() -> None:
    rng = random.Random(7)
    for _ in range(300):
        bits = rng.getrandbits(256)
        flips = rng.sample(range(256), MOST_BITS)
        near = bits
        for place in flips:
            near ^= 1 << place
        one, other = f"{bits:064x}", f"{near:064x}"
        assert differing_bits(one, other) == MOST_BITS
        assert any(a == b for a, b in zip(bands(one), bands(other), strict=True))
        assert is_alike(one, other)
        spare = next(place for place in range(256) if place not in flips)
        assert not is_alike(one, f"{near ^ (1 << spare):064x}")


def test_a_blank_page_is_like_no_other(small_office: Office) -> None:
    assert bands("0" * 64) == ()
    assert bands("f" * 64) == ()
    assert not is_alike("0" * 64, "0" * 64)
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    put(small_office, out.getvalue(), "白.png", media="png")
    read_all(small_office)
    with small_office.database.reading() as session:
        assert session.scalars(select(Likeness)).all() == []


@pytest.mark.parametrize(
    ("person", "number", "alike"), [("member", "", True), ("outsider", "", False), ("member", "7", False)]
)
def test_a_ticket_without_seller_counts_within_one_persons_papers_and_only_without_a_number(
    small_office: Office, person: str, number: str, alike: bool
) -> None:
    said = Reading(issue_date=date(2026, 3, 2), total_fen=4550)
    base = put(small_office, b"a", "一.jpg", media="jpeg", read=FileRead(replace(said, invoice_number="8")))
    second = replace(said, invoice_number=number or None)
    other = put(small_office, b"b", "二.jpg", media="jpeg", person=person, read=FileRead(second))
    assert (matches(small_office, base, other) == (Match.DAY_AMOUNT,)) is alike


def test_a_word_is_kept_with_its_speaker_and_left_in_the_trail(office: Office) -> None:
    first, second = put(office, b"a", "一.jpg", media="jpeg"), put(office, b"a", "二.jpg", media="jpeg")
    for reason in ("同一天两次打车", "同一天两次打车，金额相同"):
        with office.database.writing() as session:
            explain(session, second.id, first.id, reason, settles=False, by=office.actor("member"), at=NOON)
    with office.database.reading() as session:
        words = words_about(session, [(first.id, second.id)])[first.id, second.id]
        assert [(word.speaker.name, word.reason, word.settles) for word in words] == [
            ("陈立", "同一天两次打车，金额相同", False)
        ]
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.explain")).all()
        assert [entry.note for entry in trail] == ["同一天两次打车", "同一天两次打车，金额相同"]


def test_nothing_is_explained_without_a_reason(small_office: Office) -> None:
    first, second = put(small_office, b"a"), put(small_office, b"a")
    with pytest.raises(Refused, match="请写明"), small_office.database.writing() as session:
        explain(session, first.id, second.id, " 　", settles=False, by=small_office.actor("member"), at=NOON)
    with small_office.database.reading() as session:
        assert session.scalars(select(LikenessWord)).all() == []


def test_a_file_thrown_away_takes_its_words_along(office: Office) -> None:
    first, second = put(office, b"a", "一.jpg", media="jpeg"), put(office, b"a", "二.jpg", media="jpeg")
    with office.database.writing() as session:
        explain(session, first.id, second.id, "两次打车", settles=False, by=office.actor("member"), at=NOON)
    with office.database.writing() as session:
        throw_away(session, first.handle, by=office.actor("member"), at=NOON)
    with office.database.reading() as session:
        assert session.scalars(select(LikenessWord)).all() == []
        assert session.get(Evidence, second.id) is not None


def test_a_red_letter_names_its_blue_by_number_or_by_code_and_number(small_office: Office) -> None:
    red = Reading(invoice_number="26322000000000000009", red_letter=True, red_of="26322000000000000008", total_fen=-100)
    put(small_office, b"a", read=FileRead(red))
    older = Reading(invoice_number="99", red_letter=True, red_of="03200190021112345678", total_fen=-100)
    put(small_office, b"b", read=FileRead(older))
    with small_office.database.reading() as session:
        back = taken_back(session, [("", "26322000000000000008"), ("032001900211", "12345678"), ("", "7")])
    assert back == {
        ("", "26322000000000000008"): TakenBack(("26322000000000000009",), 100),
        ("032001900211", "12345678"): TakenBack(("99",), 100),
    }


def test_several_red_letters_of_one_blue_add_up_and_each_counts_once(small_office: Office) -> None:
    def red(number: str, fen: int | None) -> FileRead:
        return FileRead(Reading(invoice_number=number, red_letter=True, red_of="26322000000000000008", total_fen=fen))

    for place, read in enumerate((red("26322000000000000091", -300), red("26322000000000000092", -200))):
        put(small_office, bytes([place]), read=read)
    put(small_office, b"photo", read=red("26322000000000000091", None))
    put(small_office, b"xml", read=red("26322000000000000091", -300))
    with small_office.database.reading() as session:
        back = taken_back(session, [("", "26322000000000000008")])["", "26322000000000000008"]
    assert back.amount_fen == 500
    assert (back.left_of(800), back.left_of(500), back.left_of(None)) == (300, 0, 0)
    put(small_office, b"unread", read=red("26322000000000000093", None))
    with small_office.database.reading() as session:
        back = taken_back(session, [("", "26322000000000000008")])["", "26322000000000000008"]
    assert back.left_of(800) == 0
