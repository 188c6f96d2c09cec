"""Who of a unit, and which of its teams, may already have the things a sheet brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from tracker.identity.models import Person
from tracker.kernel.text import tell
from tracker.teams.models import Team

_BRACKETS = str.maketrans("（）", "()")


class Receivers:
    """The people by sign-in name, by name, or by name and unit; the led teams by name."""

    def __init__(
        self,
        people: Iterable[Person],
        teams: Iterable[Team],
        *,
        seated: Mapping[int, Collection[int]],
        given: Mapping[int, int],
        keeper_id: int,
    ) -> None:
        """Take the people, the teams, who is seated in which teams, and which rooms are provided to which team.

        The keeper who imports hands nothing to himself.
        """
        self._keeper_id, self._seated, self._given = keeper_id, seated, given
        self._by_word: dict[str, set[int]] = defaultdict(set)
        for person in people:
            unit = person.home_unit
            units = [unit.name, unit.short_name] if unit else []
            for word in (person.sign_in_name, person.name, *(f"{person.name}({one})" for one in units)):
                self._by_word[word].add(person.id)
        self._teams = {word: team for team in teams for word in (team.name, team.short_name)}

    def person(self, typed: str) -> tuple[int | None, str]:
        """Return the person meant, or what is wrong; neither for an empty cell."""
        if not typed:
            return None, ""
        found = self._by_word.get(typed.translate(_BRACKETS).replace(" ", ""), set())
        if not found:
            return None, tell(
                "没有找到「%(typed)s」，只能填本单位或所牵头组团现在任职的人：姓名（单位）或登录名", typed=typed
            )
        if len(found) > 1:
            return None, tell("有 %(count)s 位「%(typed)s」，请写姓名（单位）或登录名", count=len(found), typed=typed)
        [person_id] = found
        if person_id == self._keeper_id:
            return None, "不能给自己办领用，请由另一位经办导入"
        return person_id, ""

    def team(self, typed: str, *, person_id: int | None, room_id: int | None) -> tuple[int | None, str]:
        """Return the team meant, if who holds the thing is seated in it and the room is no other team's."""
        if not typed:
            return None, ""
        team = self._teams.get(typed)
        if team is None:
            sentence = "没有找到「%(typed)s」，只能填产权单位牵头的组团；跨单位使用请导入后办借用"
            return None, tell(sentence, typed=typed)
        if person_id is not None and team.id not in self._seated.get(person_id, ()):
            return None, tell("持有人今天不在%(team)s任职，请核对持有人或组团", team=team.name)
        if room_id is not None and self._given.get(room_id, team.id) != team.id:
            return None, tell("存放地点现在提供给别的组团，不能再由%(team)s使用，请核对", team=team.name)
        return team.id, ""
