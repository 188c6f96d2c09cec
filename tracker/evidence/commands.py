"""The command line for evidence files that needs no database: read files and print what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import MAX_FILE_BYTES, clean_display_name

if TYPE_CHECKING:
    from tracker.evidence.reading.facts import Reading

# Output name -> field of the reading, in the order they are printed.
_TEXTS = (
    "kind",
    "invoice_code",
    "invoice_number",
    "issue_date",
    "buyer_name",
    "buyer_tax_id",
    "seller_name",
    "seller_tax_id",
)
_AMOUNTS = {
    "amount_ex_tax": "amount_ex_tax_fen",
    "tax_amount": "tax_amount_fen",
    "other_charges": "other_charges_fen",
    "total": "total_fen",
}


@click.group("evidence")
def evidence_commands() -> None:
    """Invoice files: what is read from them."""


@evidence_commands.command("read")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line for each file.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def read_files(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Read invoice files and print the fields and where each came from."""
    for path in files:
        answer = describe(path)
        if as_json:
            click.echo(json.dumps(answer, ensure_ascii=False))
        else:
            click.echo(clean_display_name(path.name))
            for name, value in answer.items():
                if name != "file" and value not in (None, {}, []):
                    click.echo(f"  {name}: {value}")


def describe(path: Path) -> dict[str, object]:
    """Read one file within time and memory bounds and return what ``--json`` prints, or its error sentence."""
    try:
        reading = bounded.run("read", _content(path), name=path.name)
    except Unreadable as refusal:
        return {"file": str(path), "error": refusal.sentence}
    except OSError as error:
        return {"file": str(path), "error": f"文件打不开（{error.strerror}），请检查路径和权限"}
    return {"file": str(path), **as_plain(reading)}


def _content(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Unreadable("文件超过 10 MB，请压缩或分开后上传")
    return path.read_bytes()


def as_plain(reading: Reading) -> dict[str, object]:
    """Turn a reading into JSON values: days as ISO text, amounts as text in yuan with two decimals."""
    names = {**{name: name for name in _TEXTS}, **_AMOUNTS}
    plain: dict[str, object] = {}
    for shown, field in names.items():
        value = getattr(reading, field)
        plain[shown] = _yuan(value) if shown in _AMOUNTS else value if value is None else str(value)
    plain["red_letter"] = reading.red_letter
    plain["red_of"] = reading.red_of
    plain["remarks"] = reading.remarks
    plain["passenger"] = reading.passenger
    plain["items"] = [
        {"name": item.name, "amount": _yuan(item.amount_fen), "tax_rate": item.tax_rate, "tax": _yuan(item.tax_fen)}
        for item in reading.items
    ]
    plain["legs"] = [
        {
            "from": leg.from_place,
            "to": leg.to_place,
            "number": leg.number,
            "day": leg.day.isoformat() if leg.day else None,
        }
        for leg in reading.legs
    ]
    plain["sources"] = {
        shown: str(reading.sources[field]) for shown, field in names.items() if field in reading.sources
    }
    plain["sureness"] = {
        shown: str(reading.sureness[field]) for shown, field in names.items() if field in reading.sureness
    }
    plain["conflicts"] = [
        {"field": one.field, "reason": one.reason, "readings": [list(pair) for pair in one.readings]}
        for one in reading.conflicts
    ]
    plain["notes"] = list(reading.notes)
    return plain


def _yuan(fen: int | None) -> str | None:
    if fen is None:
        return None
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
