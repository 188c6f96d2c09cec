"""Time the voucher PDF against its targets: CPU seconds and memory, warm, beside the same texts as a bare table.

python -m benchmarks.voucher_pdf [--turns 5]
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from functools import partial
from html import escape

from tests.vouchers.papers import a_reception, a_voucher, deducted
from tracker.vouchers import engine
from tracker.vouchers.content import VoucherContent
from tracker.vouchers.drawing import draw
from tracker.vouchers.pool import draw_set, pool
from tracker.vouchers.sheets import paper

SET = 100


def main() -> None:
    """Print one table: what, CPU seconds, the floor in the same run, the ratio, the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    draw(a_voucher(3))
    print("| what | CPU s | bare table, CPU s | ratio | target |")
    print("|---|---|---|---|---|")
    for name, content, target in (
        ("3 lines", a_voucher(3), "0.4"),
        ("8 lines", a_voucher(8), "0.4"),
        ("8 lines, deducted", deducted(a_voucher(8)), "0.4"),
        ("reception", a_reception(), "0.4"),
        ("60 lines", a_voucher(60), ""),
        ("300 lines", a_voucher(300), "5"),
    ):
        most = turns if len(content.lines) < SET else min(turns, 2)
        ours, floor = _least(partial(draw, content), most), _least(partial(_bare, content), most)
        pages = len(paper(content).sheets)
        print(f"| {name}, {pages} pages | {ours:.2f} | {floor:.2f} | {ours / floor:.1f} × | {target} |")
    _set()


def _least(work: Callable[[], object], turns: int) -> float:
    """Return the least CPU time of some turns: the others were disturbed."""
    times = []
    for _ in range(turns):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def _bare(content: VoucherContent) -> bytes:
    """Draw the lines' texts as the plainest table WeasyPrint takes."""
    rows = "".join(
        f"<tr><td>{line.position}<td>{line.date}<td>{escape(line.category)}<td>{line.economic_code}"
        f"<td>{escape(line.summary)}<td>{' '.join(line.bill_numbers)}<td>{line.bill_count}<td>{line.approved_fen}"
        for line in content.lines
    )
    html = engine.weasyprint().HTML(string=f"<table>{rows}</table>", url_fetcher=engine.fetcher())
    plain = engine.weasyprint().CSS(
        string='table{table-layout:fixed;width:100%;font:8pt "Noto Serif SC"}', font_config=engine.font_configuration()
    )
    return engine.written(html.render(stylesheets=[plain], font_config=engine.font_configuration()))


def _set() -> None:
    contents = [a_voucher(8, number=f"ZSBX-2026-{number:06d}") for number in range(1, SET + 1)]
    started = time.perf_counter()
    draw_set(contents)
    took = time.perf_counter() - started
    pool().close()
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"| a set of {SET} | {spent.ru_utime + spent.ru_stime:.1f} | | {took:.1f} s by the clock | 40 s |")
    print(f"| largest drawing child | {spent.ru_maxrss / 1024:.0f} MB | | | 500 MB |")


if __name__ == "__main__":
    main()
