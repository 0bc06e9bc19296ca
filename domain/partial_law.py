"""The law as it would be with only some keys of another rulebook (rule G6), and which of its keys a case has asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, cast

from msgspec import Struct

from domain.counterfactual_law import REPLAYED, CounterfactualLaw
from domain.law import Law, PublishedYear
from domain.rulebook import AppealRules, Rulebook, RulebookInvalid, RulebookRef, parse_rulebook, to_document
from domain.rulebook_differences import KeyDifference, differences, put
from domain.working_days import CalendarYear

_PLACES = ("calendar", "time_zone")


class InvalidCombination(Exception):
    """These keys of the other rulebook make no valid rulebook together with what was in force."""


class KeysRead:
    """Which keys were read since the last choice, as a set of bits; and of which rulebooks in force, by their digests."""

    __slots__ = ("asked", "keys")

    def __init__(self) -> None:
        self.keys, self.asked = 0, dict[str, None]()


class PartialLaw(CounterfactualLaw):
    """Of the rulebook in force, the keys that are chosen give way to the other's; all the rest stays. Begins with none chosen.

    A key is a bit: that of its place in `keys`. What was read since the last choice is in `reading`; whoever reads the same values
    does the same. Copies for a case (`as_recorded`) share what was mixed; not to be shared between threads.
    """

    def __init__(
        self,
        other: Rulebook,
        rulebooks: Sequence[Rulebook] = (),
        calendars: Sequence[PublishedYear] = (),
        zones: Mapping[str, tzinfo] | None = None,
        spare: Sequence[CalendarYear] = (),
    ) -> None:
        super().__init__(other, rulebooks, calendars, zones, spare)
        self._differ = {one.digest: {key.key: key for key in replayed_differences(one, other)} for one in self._rulebooks}
        self.keys = tuple(dict.fromkeys(key for differ in self._differ.values() for key in differ))
        self._bits = {key: 1 << place for place, key in enumerate(self.keys)}
        self._own = {digest: sum(self._bits[key] for key in differ) for digest, differ in self._differ.items()}
        self.chosen, self.reading = 0, KeysRead()
        self._parts: dict[tuple[str, int], Rulebook | None] = {}
        self._by_part: dict[str, Rulebook] = {}

    def choose(self, chosen: int) -> None:
        """Let these keys, and no others, be the other rulebook's; nothing is read yet."""
        self.chosen = chosen
        self.reading.keys, self.reading.asked = 0, {}

    def named(self, chosen: int) -> tuple[str, ...]:
        """The names of keys, in their order."""
        return tuple(key for key in self.keys if chosen & self._bits[key])

    def beside(self, chosen: int) -> int:
        """The keys of the sections of these: where they contradict each other, one of those is missing."""
        sections = {_section(key) for key in self.named(chosen)}
        return sum(bit for key, bit in self._bits.items() if _section(key) in sections)

    def difference(self, key: str, asked: Sequence[str]) -> KeyDifference:
        """The key's two values: in the first of these rulebooks that has another than the other rulebook. Raises StopIteration."""
        return next(self._differ[digest][key] for digest in asked if key in self._differ[digest])

    def valid(self, chosen: int, asked: Sequence[str]) -> bool:
        """Whether these keys make valid rulebooks of those."""
        return all(self._part(self._by_digest[digest], chosen) is not None for digest in asked)

    def in_force(self, at: datetime) -> Rulebook:
        """The rulebook in force at the instant, with the chosen keys in it. Raises InvalidCombination."""
        actual = Law.in_force(self, at)
        self.reading.asked[actual.digest] = None
        part = self._part(actual, self.chosen)
        if part is None:
            raise InvalidCombination
        return part

    def rulebook(self, ref: RulebookRef) -> Rulebook:
        """The rulebook that a case was pinned to in this telling. Raises KeyError."""
        return self._by_part[ref.digest]

    def _part(self, actual: Rulebook, chosen: int) -> Rulebook | None:
        """None where that is no valid rulebook."""
        place = (actual.digest, chosen & self._own[actual.digest])
        try:
            return self._parts[place]
        except KeyError:
            part = self._parts[place] = self._mix(actual, place)
        if part is not None:
            self._by_part[part.ref.digest] = part
        return part

    def _mix(self, actual: Rulebook, place: tuple[str, int]) -> Rulebook | None:
        document, differ = to_document(actual), self._differ[actual.digest]
        for key in self.named(place[1]):
            put(document, key, differ[key].b)
        try:
            mixed = parse_rulebook(document)
        except RulebookInvalid:
            return None
        bits = {key: self._bits[key] for key in differ}
        return cast(Rulebook, _WatchedRulebook(mixed, bits, self.reading, RulebookRef(mixed.name, mixed.version, f"{place}")))


def replayed_differences(a: Rulebook, b: Rulebook) -> Iterator[KeyDifference]:
    """The keys in which two rulebooks differ and which a counterfactual asks (rule G3)."""
    return (one for one in differences(a, b) if one.key in _PLACES or _section(one.key) in REPLAYED)


def _section(key: str) -> str:
    return key.partition(".")[0]


class _Watched:
    """Part of a rulebook that notes which of its keys are read. Durations are read as a whole."""

    __slots__ = ("_bits", "_of", "_path", "_reading", "_values")

    def __init__(self, of: Struct, path: str, bits: Mapping[str, int], reading: KeysRead) -> None:
        self._of, self._path, self._bits, self._reading = of, path, bits, reading
        self._values: dict[str, tuple[Any, int]] = {}

    def __getattr__(self, name: str) -> Any:
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = getattr(self._of, name), self._under(f"{self._path}{name}")
        self._reading.keys |= found[1]
        return found[0]

    def _under(self, path: str) -> int:
        """The bits of a key, or of all that is in it."""
        return sum(bit for key, bit in self._bits.items() if key == path or key.startswith((f"{path}.", f"{path}[")))


class _WatchedRulebook(_Watched):
    """A rulebook whose replayed sections are watched."""

    __slots__ = ()

    def __init__(self, of: Rulebook, bits: Mapping[str, int], reading: KeysRead, ref: RulebookRef) -> None:
        super().__init__(of, "", bits, reading)
        self._values["ref"] = ref, 0
        for section in REPLAYED:
            kind = _WatchedAppeal if section == "appeal" else _Watched
            self._values[section] = kind(getattr(of, section), f"{section}.", bits, reading), 0


class _WatchedAppeal(_Watched):
    """Of the lists of rounds, only the items that are asked for are read."""

    __slots__ = ()
    _of: AppealRules

    def window(self, round: int) -> Any:
        """As the section's."""
        self._note("windows", min(round, len(self._of.windows)))
        return self._of.window(round)

    def decide(self, round: int) -> Any:
        """As the section's."""
        self._note("decide_within", min(round, len(self._of.decide_within)))
        return self._of.decide(round)

    def _note(self, name: str, number: int) -> None:
        item = f"{name}[{number - 1}]"
        found = self._values.get(item)
        if found is None:  # a list of another length is one key
            found = self._values[item] = None, self._under(f"appeal.{item}") | self._bits.get(f"appeal.{name}", 0)
        self._reading.keys |= found[1]
