"""The vocabulary of forms: what can be typed, handed over as domain values, with sentences that say what to do."""

from tracker.web.forms.choices import ChoiceField, ChoicesField, TickField
from tracker.web.forms.fields import CountField, DayField, FigureField, MoneyField, TextBlock, TextLine, parse_day
from tracker.web.forms.site import LineForm, Required, SiteForm, VersionedForm, Wrong, mint_command_id

__all__ = [
    "ChoiceField",
    "ChoicesField",
    "CountField",
    "DayField",
    "FigureField",
    "LineForm",
    "MoneyField",
    "Required",
    "SiteForm",
    "TextBlock",
    "TextLine",
    "TickField",
    "VersionedForm",
    "Wrong",
    "mint_command_id",
    "parse_day",
]
