"""Time whole requests through the application: CPU of the pages people wait for and of every command's POST.

One process, no network: what the application itself spends from request to answer, with sign-in, rights, rules,
the money door and the page. Beside it stands what no choice of ours can save: the time inside the database driver for
the same statements (the floor), how many they are, and what of the whole the template takes.

python -m benchmarks.requests [--claims 20] [--profile NAME]
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest
from flask import before_render_template, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.claims.form_pages import FormReader
from tests.claims.gate_pages import form_for
from tests.office import Office, a_draft, a_filing, an_office, command
from tests.pages import AFTERNOON, Clock, office_settings
from tracker import schema
from tracker.application import create_app
from tracker.claims import operations
from tracker.identity.operations import start_sign_in
from tracker.kernel import clock
from tracker.storage import current, open_database, use
from tracker.storage.files import FileStore, use_files

LINES = 5
WARM_UP = 3
"""Claims taken through before the measuring starts."""

TARGETS = {
    "claim form of 5 lines": 10,
    "POST submit": 15,
    "POST approve (reviewer)": 15,
    "POST approve (head, voucher)": 15,
    "POST verify": 15,
    "POST pay": 15,
    "inbox of 50": 10,
}


class Bench:
    """The application on an office of its own, people signed in, and what each request took."""

    def __init__(self, folder: Path, profile: str) -> None:
        (folder / "keys").mkdir()
        self.database = use(open_database(f"sqlite:///{folder / 'tracker.db'}"))
        schema.upgrade(self.database)
        use_files(FileStore(folder / "files"))
        self.office: Office = an_office(self.database, quota_fen=140_000_000, head_from_fen=0)
        self.app = create_app(office_settings(self.office, folder))
        self.app.config["RATELIMIT_ENABLED"] = False
        self.app.testing = True
        self.clients = {name: self._client(name) for name in ("member", "reviewer", "head", "officer", "cashier")}
        self.milliseconds: dict[str, list[float]] = defaultdict(list)
        self.driver: dict[str, list[float]] = defaultdict(list)
        self.drawing: dict[str, list[float]] = defaultdict(list)
        self.statements: dict[str, int] = {}
        self.profiled = profile
        self.profiler = cProfile.Profile()
        self._count, self._in_driver, self._in_template, self._since = 0, 0.0, 0.0, 0.0
        event.listen(current().engine, "before_cursor_execute", self._one_more)
        event.listen(current().engine, "after_cursor_execute", self._one_done)
        before_render_template.connect(self._draws, self.app)
        template_rendered.connect(self._drawn, self.app)

    def _one_more(self, *_: object) -> None:
        self._count += 1
        self._asked = time.process_time()

    def _one_done(self, *_: object) -> None:
        self._in_driver += time.process_time() - self._asked

    def _draws(self, *_: object, **_more: object) -> None:
        self._since = time.process_time()

    def _drawn(self, *_: object, **_more: object) -> None:
        self._in_template += time.process_time() - self._since

    def _client(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        with self.database.writing() as session:
            token = start_sign_in(
                session, self.office.people[name], at=AFTERNOON, address="127.0.0.1", browser="benchmark"
            )
        with client.session_transaction() as kept:
            kept["sign_in"] = token
        return client

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note the CPU milliseconds of what happens inside."""
        self._count, self._in_driver, self._in_template = 0, 0.0, 0.0
        if name == self.profiled:
            self.profiler.enable()
        started = time.process_time()
        yield
        self.milliseconds[name].append((time.process_time() - started) * 1000)
        self.profiler.disable()
        self.driver[name].append(self._in_driver * 1000)
        self.drawing[name].append(self._in_template * 1000)
        self.statements[name] = self._count

    def get(self, name: str, who: str, address: str) -> TestResponse:
        """Open a page as a person."""
        with self.timed(name):
            answer = self.clients[who].get(address)
            answer.get_data()
        assert answer.status_code == 200, (name, answer.status_code)
        return answer

    def post(self, name: str, who: str, address: str, data: object) -> TestResponse:
        """Send a form as a person; it must be accepted."""
        with self.timed(name):
            answer = self.clients[who].post(address, data=data)
        assert answer.status_code == 303, (name, answer.status_code, answer.get_data(as_text=True)[:2000])
        return answer


def main() -> None:
    """Print one table: each request's median CPU milliseconds, its statements and its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20)
    parser.add_argument("--profile", default="", help="print where one of the requests spends its time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        pytest.MonkeyPatch().setattr(clock, "datetime", Clock())
        bench = Bench(Path(folder), chosen.profile)
        for number in range(chosen.claims + WARM_UP):
            if number == WARM_UP:
                for noted in (bench.milliseconds, bench.driver, bench.drawing):
                    noted.clear()
                bench.profiler = cProfile.Profile()
            _one_life(bench)
        _waiting_list(bench, chosen.claims)
        bench.database.close()
    print("| request | CPU, median | of which the template | driver alone (floor) | × floor | statements | target |")
    print("|---|---|---|---|---|---|---|")
    for name, times in bench.milliseconds.items():
        target = f"≤ {TARGETS[name]} ms" if name in TARGETS else ""
        whole, floor = median(times), median(bench.driver[name])
        cells = (f"{whole:.1f} ms", f"{median(bench.drawing[name]):.1f} ms", f"{floor:.1f} ms", f"{whole / floor:.0f}")
        print(f"| {name} | {' | '.join(cells)} | {bench.statements[name]} | {target} |")
    if chosen.profile:
        pstats.Stats(bench.profiler).sort_stats("cumtime").print_stats(90)


def _one_life(bench: Bench) -> None:
    claim_id = _filed_draft(bench)
    form = bench.get("claim form of 5 lines", "member", f"/claims/{claim_id}/edit")
    reader = FormReader("filing")
    reader.feed(form.get_data(as_text=True))
    with bench.timed("live check of the form"):
        checked = bench.clients["member"].post(
            f"/claims/{claim_id}/check", data=MultiDict(reader.pairs), headers={"X-Part": "1"}
        )
    assert checked.status_code == 200
    with bench.timed("autosave"):
        saved = bench.clients["member"].post(
            f"/claims/{claim_id}/draft", data=MultiDict(reader.pairs), headers={"X-Part": "1"}
        )
    assert saved.status_code == 200, saved.get_data(as_text=True)
    again = FormReader("filing")
    again.feed(bench.clients["member"].get(f"/claims/{claim_id}/edit").get_data(as_text=True))
    bench.post("POST submit", "member", f"/claims/{claim_id}/edit", MultiDict([*again.pairs, ("op", "submit")]))
    for who, name, act in (
        ("reviewer", "approve (reviewer)", "approve"),
        ("head", "approve (head, voucher)", "approve"),
        ("officer", "verify", "verify"),
    ):
        page = bench.get(f"review page ({who})", who, f"/claims/{claim_id}")
        address, values = form_for(page, f"/claims/{claim_id}/{act}")
        bench.post(f"POST {name}", who, address, values)
    page = bench.get("payment page", "cashier", f"/claims/{claim_id}/payments")
    address, values = form_for(page, f"/claims/{claim_id}/payments")
    bench.post("POST pay", "cashier", address, {**values, "paid_on": "2026-03-09", "reference": "2026030900001"})


def _filed_draft(bench: Bench) -> int:
    """Make a draft whose five lines are filled in: submitted once and taken back."""
    filing = a_filing(bench.office, *([10_000] * LINES))
    claim_id = a_draft(bench.office, filing)
    with bench.database.writing() as session:
        operations.submit(session, claim_id, filing, command(bench.office.actor("member")))
    with bench.database.writing() as session:
        operations.withdraw(session, claim_id, command(bench.office.actor("member")))
    return claim_id


def _waiting_list(bench: Bench, turns: int) -> None:
    for _ in range(50):
        filing = a_filing(bench.office, 10_000)
        claim_id = a_draft(bench.office, filing)
        with bench.database.writing() as session:
            operations.submit(session, claim_id, filing, command(bench.office.actor("member")))
    for _ in range(turns):
        bench.get("inbox of 50", "reviewer", "/inbox")


if __name__ == "__main__":
    main()
