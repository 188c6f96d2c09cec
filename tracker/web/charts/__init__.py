"""Charts as server-made SVG: figures in fen go in, a picture that states its finding in words comes out.

Colours and sizes are SVG attributes, never classes or styles: they hold under the strict content policy and in
PDF output. Amounts become floats only to place a pixel. Every text from data is escaped.
"""

from collections.abc import Callable

from markupsafe import Markup

from tracker.web.charts.bars import bar
from tracker.web.charts.flows import sankey
from tracker.web.charts.gauges import gauge
from tracker.web.charts.months import monthly
from tracker.web.charts.sparks import spark

CHARTS: dict[str, Callable[..., Markup]] = {
    "bar": bar,
    "gauge": gauge,
    "monthly": monthly,
    "sankey": sankey,
    "spark": spark,
}

__all__ = ["CHARTS", "bar", "gauge", "monthly", "sankey", "spark"]
