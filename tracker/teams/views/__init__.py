"""The pages of people, seats, units and teams, and one's own page."""

from tracker.teams.views import me, people, places, seats
from tracker.teams.views.blueprint import blueprint

__all__ = ["blueprint", "me", "people", "places", "seats"]
