"""What the administrator and the lead units type about people, seats, units and teams."""

from tracker.teams.forms.people import ActForm, PersonForm
from tracker.teams.forms.places import TeamForm, UnitForm
from tracker.teams.forms.seats import SeatForm, TermForm

__all__ = ["ActForm", "PersonForm", "SeatForm", "TeamForm", "TermForm", "UnitForm"]
