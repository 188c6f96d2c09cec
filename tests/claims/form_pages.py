"""Fill in a claim's form the way a browser does: read every control of the page, change some, press a button."""

from __future__ import annotations

import io
from html.parser import HTMLParser

from PIL import Image, ImageDraw
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.office import Office
from tests.web.checked_client import CheckedClient, hidden, token


class FormReader(HTMLParser):
    """Collects what a browser would send of the form with an id: pairs in the order of the page."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.pairs: list[tuple[str, str]] = []
        self._select = self._area = ""
        self._chosen: str | None = None
        self._text = ""
        self.buttons: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = facts.get("id") == self.form_id
        if not self.inside:
            return
        name, kind = facts.get("name", ""), facts.get("type", "text")
        if tag == "input" and name and kind not in {"file", "submit"}:
            if kind not in {"radio", "checkbox"} or "checked" in facts:
                self.pairs.append((name, facts.get("value", "")))
        elif tag == "button" and name:
            self.buttons.append((name, facts.get("value", "")))
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and self._select and (self._chosen is None or "selected" in facts):
            self._chosen = facts.get("value", "")
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.pairs.append((self._select, self._chosen or ""))
            self._select = ""
        elif tag == "textarea" and self._area:
            self.pairs.append((self._area, self._text.removeprefix("\n")))
            self._area = ""
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data


class FormPage:
    """The form of one claim in one browser window."""

    def __init__(self, client: CheckedClient, claim_id: int) -> None:
        self.client, self.claim_id = client, claim_id
        self.url = f"/claims/{claim_id}/edit"
        self.read(client.get(self.url))

    def read(self, answer: TestResponse) -> TestResponse:
        reader = FormReader("filing")
        reader.feed(answer.text)
        self.text, self.pairs, self.buttons = answer.text, reader.pairs, reader.buttons
        return answer

    @property
    def keys(self) -> list[str]:
        return [value for name, value in self.pairs if name == "line"]

    def value(self, name: str) -> str:
        return dict(self.pairs).get(name, "")

    def fill(self, **texts: str) -> FormPage:
        """Type into controls by name; ``__`` stands for ``-``: ``about__places``."""
        for name, text in texts.items():
            self.put(name.replace("__", "-"), text)
        return self

    def put(self, name: str, text: str) -> None:
        assert name in dict(self.pairs), f"{name} is not on the page"
        self.pairs = [(one, text if one == name else value) for one, value in self.pairs]

    def line(self, number: int, **texts: str) -> FormPage:
        """Type into the controls of a line, counted from 1."""
        for name, text in texts.items():
            self.put(f"line-{self.keys[number - 1]}-{name}", text)
        return self

    def sent(self, op: str = "", **files: object) -> MultiDict[str, object]:
        body: MultiDict[str, object] = MultiDict(self.pairs)
        if op:
            body.add("op", op)
        for name, value in files.items():
            body.add(name, value)
        return body

    def press(self, op: str, *, url: str = "", **files: object) -> TestResponse:
        """Press a button without scripts, follow where it leads, and read the page again."""
        answer = self.client.post(url or self.url, data=self.sent(op, **files))
        if answer.status_code == 303 and answer.location.split("#")[0] == self.url:
            self.read(self.client.get(answer.location.split("#")[0]))
        elif answer.status_code in {409, 422}:
            self.read(answer)
        return answer

    def ask(self, what: str) -> TestResponse:
        """Send the form as the script does: ``check`` or ``draft``."""
        return self.client.post(f"/claims/{self.claim_id}/{what}", data=self.sent(), headers={"X-Part": "1"})


def open_claim(client: CheckedClient, office: Office, kind: str = "general", person: str = "member") -> FormPage:
    """Open a draft through the first page."""
    first = client.get("/claims/new").text
    sent = client.post(
        "/claims/new",
        data={
            "csrf_token": token(first),
            "command_id": hidden(first, "command_id"),
            "kind": kind,
            "whom": f"{office.team_id}:{office.people[person]}",
            "fund_id": office.fund_id,
        },
    )
    assert sent.status_code == 303, sent.text
    return FormPage(client, int(sent.location.split("/")[2]))


def a_picture(text: str = "发票") -> bytes:
    """Draw a small photo, different for different texts."""
    image = Image.new("RGB", (200, 140), "white")
    ImageDraw.Draw(image).text((10, 10), text.encode().hex(), fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def upload(page: FormPage, *files: tuple[bytes, str], line: str = "") -> TestResponse:
    """Send files as the script does, to a line or to new lines."""
    body = page.sent()
    for data, name in files:
        body.add("files", (io.BytesIO(data), name))
    query = f"?line={line}" if line else ""
    return page.client.post(f"/claims/{page.claim_id}/files{query}", data=body, headers={"X-Part": "1"})


def a_ready_form(client: CheckedClient, office: Office, payee_id: int, *, person: str = "member") -> FormPage:
    """Fill in a general claim with one line and its file, lacking nothing."""
    page = open_claim(client, office, person=person)
    page.fill(purpose="购置招商资料用纸", pay_method="person")
    page.press("add")
    page.line(1, category=f"{office.categories['办公与邮电']}:plain")
    page.line(1, spent_on="2026-03-03", summary="打印纸", amount="1,200.00", face_fen="1200")
    page.line(1, bill_kind="发票", bill_number="26322000001234567890", bill_count="1")
    page.press("save")
    page.put("payee_id", str(payee_id))
    answer = upload(page, (a_picture(str(page.claim_id)), "发票.png"), line=page.keys[0])
    assert answer.status_code == 200, answer.text
    return page
