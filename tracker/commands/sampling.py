"""Load the sample district, take one claim from its draft to the printed voucher, and say how to sign in."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import func, select

from tracker import schema
from tracker.claims.operations.recount import counting_again
from tracker.commands.opening import Sentence, opened
from tracker.commands.printing import pdf_of
from tracker.commands.progress import parts
from tracker.evidence import bounded
from tracker.evidence.models import EvidenceReading, ReadState
from tracker.evidence.worker import read_next
from tracker.identity.models import Person
from tracker.kernel.actors import SEAT_NAMES, SYSTEM
from tracker.kernel.clock import now
from tracker.kernel.money import format_yuan
from tracker.sample import main_job
from tracker.sample.people import PASSWORD, PEOPLE, SHOWN, District, find_people
from tracker.sample.year import CLAIMS, load
from tracker.settings import Settings
from tracker.storage import Database, open_database, unit_of_work, use
from tracker.storage.cipher import Cipher
from tracker.storage.files import current_files
from tracker.vouchers import operations, queries

_PARTS_OF_A_YEAR = 1000


@click.command()
@click.option("--claims", default=CLAIMS, show_default=True, type=click.IntRange(1, 2000), help="How many claims.")
def sample(claims: int) -> None:
    """Load the invented district 云湖区 into an empty database and run the main job once.

    What is already there is kept: a sample stays as it is, and a database with other people in it is refused.
    """
    chosen, database = opened(at_newest=False)
    cipher = Cipher.from_file(chosen.cipher_key)
    if not schema.is_current(database):
        database = _made(chosen, database, cipher, claims)
    with database.reading() as session:
        district, is_empty = find_people(session), session.scalar(select(Person.id).limit(1)) is None
    if district is None and is_empty:
        district = _load(cipher, claims)
    if district is None:
        raise Sentence("数据库里已有别的数据，不放入样例；要看样例请另设文件夹：TRACKER_VAR=/tmp/sample make run")
    _main_job(chosen, database, district, cipher)
    _read_all(database)
    _say_sign_ins(chosen)


def _made(chosen: Settings, database: Database, cipher: Cipher, claims: int) -> Database:
    """Make a new SQLite database aside and move it into place when it is whole; others are migrated where they are."""
    place = database.path
    if place is None or place.exists():
        schema.upgrade(database)
        return database
    aside = place.with_name(".sample-in-the-making.db")
    for rest in aside.parent.glob(f"{aside.name}*"):
        rest.unlink()
    making = use(open_database(f"sqlite:///{aside}"))
    schema.upgrade(making)
    _load(cipher, claims)
    with making.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    making.close()
    aside.rename(place)
    for rest in aside.parent.glob(f"{aside.name}*"):
        rest.unlink()
    return use(open_database(chosen.database_url))


def _load(cipher: Cipher, claims: int) -> District:
    with parts("样例：云湖区的一年", 1) as bar:
        bar.begin("")
        return load(
            cipher,
            at=now(),
            claims=claims,
            progress=lambda share: bar.within(round(share * _PARTS_OF_A_YEAR), _PARTS_OF_A_YEAR),
        )


def _read_all(database: Database) -> None:
    """Read every file now: whoever looks at the sample first finds nothing still waiting."""
    with database.reading() as session:
        waiting = session.scalar(select(func.count()).where(EvidenceReading.state == ReadState.WAITING)) or 0
    if not waiting:
        return
    with parts("识别样例票据", 1) as bar:
        bar.begin("")
        done = 0
        while read_next(database, current_files(), learn=counting_again):
            done += 1
            bar.within(done, max(waiting, done))
    bounded.shut_down()


def _main_job(chosen: Settings, database: Database, district: District, cipher: Cipher) -> None:
    for act in main_job.run(district, cipher):
        click.echo(f"  {act.by}：{act.told}")
    with database.reading() as session:
        claim = main_job.claim_of(session)
        voucher = queries.standing(session, claim.id) if claim else None
    if claim is None or voucher is None:
        raise Sentence("样例单据还没有凭证；请在页面上办完审批后再试")
    place = chosen.var / "vouchers" / f"{voucher.number}.pdf"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with unit_of_work() as session:
            prints = operations.count_print(session, voucher.id, by=SYSTEM, at=now())
        place.write_bytes(pdf_of(voucher, print_number=prints))
    click.echo(f"claim: {claim.number}")
    click.echo(f"amount: ¥{format_yuan(claim.approved_fen)} {main_job.amount_in_capitals(claim)}")
    click.echo(f"voucher: {_short(place)}")


def _short(place: Path) -> Path:
    here = Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place


def _say_sign_ins(chosen: Settings) -> None:
    click.echo(f"\n样例登录 {chosen.base_url}　密码都是 {PASSWORD}")
    for person in PEOPLE:
        if person.sign_in_name in SHOWN:
            click.echo(f"  {person.sign_in_name:<14}{person.name}　{person.place}{SEAT_NAMES[person.seat]}")
