"""Print a voucher from its frozen content."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.commands.opening import Sentence, opened
from tracker.kernel.actors import SYSTEM
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.storage import unit_of_work
from tracker.vouchers import operations, queries
from tracker.vouchers.content import from_json
from tracker.vouchers.drawing import VoidMark, draw
from tracker.vouchers.models import Voucher


@click.command()
@click.argument("number")
@click.option(
    "-o", "--output", metavar="FILE", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF."
)
def voucher(number: str, output: Path) -> None:
    """Print the voucher NUMBER (such as ZSBX-2026-000042) to a PDF; the print is counted and left in the trail."""
    opened()
    try:
        with unit_of_work() as session:
            found = queries.by_number(session, number)
            print_number = operations.count_print(session, found.id, by=SYSTEM, at=now())
        output.write_bytes(pdf_of(found, print_number=print_number))
    except Refused as refusal:
        raise Sentence(refusal) from refusal
    except OSError as error:
        raise Sentence(f"写不进 {output}（{error.strerror}），请换一个位置") from error
    click.echo(f"voucher: {output}")


def pdf_of(voucher: Voucher, *, print_number: int) -> bytes:
    """Draw a voucher as it was frozen; a void one carries its mark, a reprint says which print it is."""
    void = VoidMark(day_of(voucher.voided_at), voucher.void_reason or "") if voucher.voided_at else None
    return draw(from_json(voucher.content), void=void, copy_number=print_number)
