"""Publishing what rules: rulebooks, calendars, and to whom the entrance is open (rules T5, E2, A1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from application import rules_notice
from application.acting import Act, Command, Platform, run, stream_of
from application.index import PublicationCount, PutPublication
from application.refusals import Invalid
from application.sealed_replays import was_read
from domain.entrance import EntrancePolicy
from domain.events import CLOCK, Happened
from domain.events.member import CalendarPublished, RulebookPublished
from domain.refusal import Refusal
from domain.rulebook import BUILT_IN, DEFAULT, Rulebook, RulebookInvalid, parse_rulebook, to_document
from domain.working_days import CalendarYear

OFFICIAL = Command("publish official calendars", CLOCK)


class Known(NamedTuple):
    """The time zones and the countries that a rulebook can name."""

    zones: Collection[str]
    countries: Collection[str]


class Gate(NamedTuple):
    """What has to come before a rulebook is published: a sealed replay that an admin has read; so many days' notice (0: none)."""

    replay: bool = False
    notice_days: int = 0


OPEN = Gate()


class PublishedRulebook(NamedTuple):
    """A published rulebook, since when, and whether by this act; the built-in one was never published."""

    rulebook: Rulebook
    published_at: datetime | None
    new: bool


class PublishedCalendar(NamedTuple):
    """A published year, from when it is in force, by which source, and whether by this act."""

    year: CalendarYear
    published_at: datetime
    source: str
    new: bool


def publish_rulebook(act: Act, document: Mapping[str, object], known: Known, gate: Gate = OPEN) -> PublishedRulebook:
    """Publish a rulebook that comes into force later (rule T5); where notice has to be given, whom it governs is told from now on.

    The same name and version again is the one published, where it is identical. Raises Refusal: rulebook_invalid (with `path`
    and `why`), version_taken, not_in_the_future, too_soon, replay_missing.
    """
    try:
        rulebook = parse_rulebook(document, known.zones, known.countries)
    except RulebookInvalid as invalid:
        raise Refusal("rulebook_invalid", path=invalid.path, why=invalid.why) from None
    title = f"{rulebook.name}\n{rulebook.version}"  # neither holds a line's end
    stream = stream_of("rulebook", title)
    published = next(iter(act.load(stream)), None)
    if published is not None and isinstance(published.event, RulebookPublished):
        return PublishedRulebook(_identical(rulebook, published.event.digest), published.at, False)
    if (rulebook.name, rulebook.version) == (BUILT_IN.name, BUILT_IN.version):
        return PublishedRulebook(_identical(rulebook, DEFAULT.digest), None, False)
    taken = act.law.in_force(rulebook.effective_from).effective_from == rulebook.effective_from
    if rulebook.effective_from <= act.now or taken:
        raise Refusal("not_in_the_future")
    _pass(act, rulebook, gate)
    event = RulebookPublished(
        name=rulebook.name,
        version=rulebook.version,
        effective_from=rulebook.effective_from,
        digest=rulebook.digest,
        document=to_document(rulebook),
    )
    act.stand_alone()
    act.append(stream, [Happened(act.now, event, act.by)])
    act.note(PutPublication("rulebook", stream, title, rulebook.effective_from))
    if gate.notice_days:
        rules_notice.begin(act, stream)
    return PublishedRulebook(rulebook, act.now, True)


def _pass(act: Act, rulebook: Rulebook, gate: Gate) -> None:
    earliest = act.now + timedelta(days=gate.notice_days)
    if rulebook.effective_from < earliest:
        raise Refusal("too_soon", earliest=earliest, notice_days=gate.notice_days)
    if gate.replay and not was_read(act, rulebook.digest):
        raise Refusal("replay_missing", digest=rulebook.digest)


def _identical(rulebook: Rulebook, digest: str) -> Rulebook:
    if rulebook.digest != digest:
        raise Refusal("version_taken")
    return rulebook


def calendar_year(country: str, year: int, days_off: Sequence[date], work_days: Sequence[date], known: Known) -> CalendarYear:
    """A country's year as an administrator gives it, its weekend Saturday and Sunday (rule E2). Raises Invalid."""
    if country not in known.countries:
        raise Invalid({"country": ["is not a country whose calendar is known"]})
    try:
        return CalendarYear(country, year, tuple(days_off), tuple(work_days))
    except ValueError as error:
        raise Invalid({"": [str(error)]}) from None


def publish_calendar(act: Act, year: CalendarYear, source: str) -> PublishedCalendar:
    """Publish a country's year, in force from this instant on (rules E2, T6). The same digest as in force again is that publication."""
    stream = stream_of("calendar", f"{year.country}/{year.year}")
    published = act.load(stream)
    last = published[-1] if published else None
    if last is not None and isinstance(last.event, CalendarPublished) and last.event.digest == year.digest:
        return PublishedCalendar(year, last.at, last.event.source, False)
    event = CalendarPublished(
        country=year.country,
        year=year.year,
        days_off=year.days_off,
        work_days=year.work_days,
        weekend=year.weekend,
        digest=year.digest,
        source=source,
    )
    act.stand_alone()
    act.append(stream, [Happened(act.now, event, act.by)])
    act.note(PutPublication("calendar", stream, f"{year.country}/{year.year}/{len(published) + 1}"))
    return PublishedCalendar(year, act.now, source, True)


def publish_official(platform: Platform, years: Sequence[CalendarYear], source: str) -> int:
    """Publish the official years in a fresh store, as one act, whichever process comes first; nothing in any other (rule E2).

    Returns how many years were published.
    """

    def _publish(act: Act) -> int:
        if act.ask(PublicationCount()):
            return 0
        return sum(publish_calendar(act, year, source).new for year in years)

    return run(platform, OFFICIAL, _publish)


def entrance_policy(
    platform: Platform, open_to_all: bool, categories: Sequence[str], members: Sequence[str], match: Literal["any", "all"]
) -> EntrancePolicy:
    """The policy that an administrator wants, its members given as the marketplace's subjects (rule A1)."""
    ids = (platform.identities.enrol(subject).member_id for subject in _once(members))
    return EntrancePolicy(open_to_all, _once(categories), tuple(ids), match)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
