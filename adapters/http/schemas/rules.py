"""What administrators publish and rule makers try: rulebooks, calendars, deadlines, the entrance."""

from __future__ import annotations

from marshmallow import INCLUDE, fields, validate

from adapters.http.schemas.common import ProofDay, calendar
from adapters.http.schemas.fields import (
    Received,
    Shown,
    Text,
    choice,
    each,
    flag,
    free,
    instant,
    many,
    text,
    whole,
    word,
)


class RulebookBody(Received):
    """A rulebook; what its keys mean and which are right is the rulebook's own reading (`rulebook_invalid`)."""

    class Meta:
        """Everything goes on to the domain."""

        unknown = INCLUDE

    name = fields.Raw(metadata={"examples": ["original-protection"], "type": "string"})
    version = fields.Raw(metadata={"examples": ["2026-02"], "type": "string"})
    effective_from = fields.Raw(metadata={"examples": ["2026-03-01T00:00:00Z"], "type": "string", "format": "date-time"})


class Rulebook(Shown):
    """A published rulebook."""

    name = word("original-protection")
    version = word("2026-01")
    effective_from = instant(allow_none=True)
    published_at = instant(allow_none=True, required=False)
    digest = word("sha256:1b2c…")
    in_force = flag(True, required=False)
    rules = free({"appeal": {"rounds": 2}}, required=False)


class RulebookFault(Shown):
    """A key that is not valid, and why."""

    path = word("appeal.windows[0].days", "Empty where the whole document is meant.")
    why = word("Expected `int` >= 1")


class RulebookValidation(Shown):
    """Whether a draft is a rulebook."""

    valid = flag(True)
    errors = each(RulebookFault)


class RulebookDifference(Shown):
    """A key that has another value in each; a list of another length is one key."""

    key = word("appeal.rounds")
    a = fields.Raw(allow_none=True, required=True, metadata={"examples": [2]})
    b = fields.Raw(allow_none=True, required=True, metadata={"examples": [3]})
    words = word("appeal.rounds is 2 in the first and 3 in the second")


class RulebookDiff(Shown):
    """What differs between two rulebooks once defaults are filled in."""

    a = word("original-protection/2026-01")
    b = word("original-protection/2026-02")
    differences = each(RulebookDifference)


class DeadlineBody(Received):
    """When a window begins, how long it is, and whose days are counted; without a zone that of the country."""

    load_from = instant("2026-02-13T08:00:00Z", data_key="from")
    days = whole(1, 87_840, example=3, meaning="How many of what is counted: at most 3,660 days, 122 months or 87,840 hours.")
    count = choice("working", "calendar", "months", "hours", load_default="working")
    calendar = Text(load_default="CN", validate=validate.Regexp(r"^[A-Z]{2}$"), metadata={"examples": ["CN"]})
    zone = Text(load_default=None, allow_none=True, validate=validate.Length(1, 80), metadata={"examples": ["Asia/Shanghai"]})
    roll = flag(load_default=False, meaning="Whether an end on a rest day moves to the next working day; hours do not.")


class Deadline(Shown):
    """When the window closes (exclusive), with the proof of it day by day."""

    closes_at = instant("2026-02-24T16:00:00Z")
    calendar = calendar()
    provisional = flag(meaning="Whether it reaches into a year without an official calendar.")
    proof = each(ProofDay)


class CalendarBody(Received):
    """The official days of a country's year: rest days and adjusted working days, as ISO dates."""

    country = Text(required=True, validate=validate.Regexp(r"^[A-Z]{2}$"), metadata={"examples": ["CN"]})
    year = whole(1970, 2100, example=2027)
    days_off = many(word("2027-01-01"), 0, 366)
    work_days = many(word("2027-02-06"), 0, 366)


class Calendar(Shown):
    """A published calendar of a country's year."""

    country = word("CN")
    year = whole(example=2026)
    digest = word("sha256:5f0c…")
    published_at = instant(allow_none=True, required=False)
    source = word("holidays 0.109", required=False)
    provisional = flag(required=False)
    in_force = flag(True, required=False)
    days_off = many(word("2026-01-01"), required=False)
    work_days = many(word("2026-02-14"), required=False)


class EntrancePolicyBody(Received):
    """To whom the entrance is open (A1)."""

    open_to_all = flag()
    categories = many(text(1, 200, example="apparel"), 0, 10_000)
    members = many(text(1, 200, example="alice"), 0, 10_000)
    match = choice("any", "all")


class EntrancePolicy(Shown):
    """To whom the entrance is open."""

    open_to_all = flag()
    categories = many(word("apparel"))
    members = many(word("alice"))
    match = choice("any", "all")
    changed_at = instant(required=False, allow_none=True)
