"""Pages are shown as our own pictures: nothing of the original but its pixels comes through."""

from __future__ import annotations

import io
import random
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.evidence import hostile, specimens
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import Media
from tracker.evidence.rendering.ofd_svg import ofd_svgs
from tracker.evidence.rendering.pages import likeness, page_pictures

FAMILIES = (
    "数电票 XML",
    "OFD 2019 数据",
    "OFD 标签（平铺）",
    "PDF 数电票（标签旁值）",
    "PDF 行程单（文字+二维码）",
    "照片（二维码）",
)


def opened(png: bytes) -> Image.Image:
    """Give the picture behind PNG bytes."""
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_kind_of_file_has_a_page_picture_with_ink_on_it(family: str) -> None:
    pictures = page_pictures(specimens.specimen(family, 2).data)

    first = opened(pictures[0].png)
    assert first.format == "PNG"
    assert first.size == (pictures[0].width, pictures[0].height)
    grey = first.convert("L").tobytes()
    assert max(grey) - min(grey) > 100


def test_a_long_pdf_shows_as_many_pages_as_asked_and_never_more_than_twenty() -> None:
    data = hostile.pdf_pages(30)

    assert len(page_pictures(data, Media.PDF, most=3, longest=100)) == 3
    assert len(page_pictures(data, Media.PDF, most=99, longest=100)) == 20


def test_the_longest_side_is_as_asked() -> None:
    picture = page_pictures(hostile.good_ofd(), longest=900)[0]

    assert max(picture.width, picture.height) == 900


def test_a_photo_is_turned_upright_and_loses_its_metadata() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010E] = "机密说明"
    exif.get_ifd(0x8825)[2] = (33.5, 0.0, 0.0)
    Image.new("RGB", (400, 300), "white").save(out, "JPEG", exif=exif, comment=b"secret")

    picture = page_pictures(out.getvalue())[0]

    assert (picture.width, picture.height) == (300, 400)
    assert not opened(picture.png).info
    assert b"secret" not in picture.png
    assert b"eXIf" not in picture.png


def test_a_pdf_rotated_for_showing_is_shown_rotated_and_its_marks_fit() -> None:
    one = specimens.air(1)
    upright = page_pictures(specimens.pdf([specimens.air_face(one, random.Random(1))]))[0]
    turned = page_pictures(specimens.pdf([specimens.air_face(one, random.Random(1))], rotate=90))[0]

    assert abs(upright.width - turned.width) <= 2
    assert abs(upright.height - turned.height) <= 2


def test_an_ofd_svg_carries_its_text_and_no_script_link_or_style() -> None:
    one = specimens.invoice(2)
    face = specimens.digital_face(one, random.Random(1))
    face.put(10, 120, '</text><script>alert(1)</script><a href="javascript:1">')

    svg = ofd_svgs(specimens.ofd(face))[0]

    root = ET.fromstring(svg)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "path", "text", "image"}
    assert one.number in "".join(root.itertext())
    assert all(not name.lower().startswith("on") for element in root.iter() for name in element.attrib)
    links = [value for element in root.iter() for name, value in element.attrib.items() if name.endswith("href")]
    assert links
    assert all(link.startswith("data:image/png;base64,") for link in links)


def test_transparent_paper_is_white() -> None:
    picture = page_pictures(hostile.picture("PNG", mode="RGBA"))[0]

    assert opened(picture.png).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_a_parcel_and_an_empty_document_have_no_page() -> None:
    for data in (specimens.zipped({"a.pdf": b"%PDF-"}), hostile.FILES["OFD 正文指向自己"]()):
        with pytest.raises(Unreadable):
            page_pictures(data)


def test_a_photo_saved_again_is_alike_and_another_paper_is_not() -> None:
    def distance(one: str, other: str) -> int:
        return (int(one, 16) ^ int(other, 16)).bit_count()

    face = specimens.digital_face(specimens.invoice(3), random.Random(1))
    other = specimens.rail_face(specimens.rail(3), random.Random(1))
    first = likeness(specimens.photo(face, random.Random(1)))
    again = Image.open(io.BytesIO(specimens.photo(face, random.Random(1)))).resize((700, 500))
    out = io.BytesIO()
    again.save(out, "JPEG", quality=40)

    assert distance(first, likeness(out.getvalue())) <= 8
    assert distance(first, likeness(specimens.photo(other, random.Random(1)))) > 8
