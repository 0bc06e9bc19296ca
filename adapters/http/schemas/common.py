"""Shapes that several audiences share."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate

from adapters.http.schemas.fields import (
    QueryWhole,
    Received,
    Shown,
    Text,
    choice,
    each,
    flag,
    free,
    identifier,
    instant,
    many,
    one,
    whole,
    word,
)
from adapters.http.schemas.fields import text as written
from domain.appeal import AppealStatus
from domain.case.state import WITHOUT_NOTICE, Status

CASE_STATUSES = tuple(status.value for status in Status)
NOTICE_STATUSES = tuple(status.value for status in Status if status not in WITHOUT_NOTICE)
APPEAL_STATUSES = tuple(status.value for status in AppealStatus)


class Nothing(Received):
    """A command without members: an empty object, or no body at all."""


class FieldError(Shown):
    """What is wrong with one field."""

    field = word("links.0", "The dotted path of the field, or the name of a header, part or parameter.")
    messages = many(word("Must not be blank."))


class Problem(Shown):
    """A problem document of RFC 9457. Members of the case at hand come beside these."""

    type = word("/docs#window_closed", "Where the code is explained.")
    title = word("The window has closed")
    status = whole(400, 599, example=409)
    code = word("window_closed", "Stable; meant for programs.")
    detail = word("The window has closed.")
    instance = word("urn:uuid:7c2f7f0e-6a52-4a5a-9c0e-0d7a3b9ad0a1", "This very answer; also in the header X-Request-Id and in the logs.")
    errors = each(FieldError, "Given with code `invalid`: at most 20.", required=False)
    more = whole(1, example=3, meaning="How many fields more are wrong than `errors` tells.", required=False)


class CalendarRef(Shown):
    """Which calendar a deadline was computed with."""

    name = word("CN")
    digest = word("sha256:5f0c…")


class Reason(Shown):
    """One rule that was broken, with what was measured and the limit."""

    code = word("too_small")
    limit = fields.Raw(allow_none=True, metadata={"examples": [700]})
    measured = fields.Raw(allow_none=True, metadata={"examples": [699]})
    filing_id = identifier(meaning="One's own first filing of a duplicate.", required=False)


class Refused(Shown):
    """A file or a link that was refused; the others were not stopped by it."""

    id = identifier(meaning="That of the refused picture, or of the recorded attempt; of nothing else beyond the attempts kept a day.")
    file = word("coat.jpg", required=False)
    link = word("https://shop.example/item/1.html", required=False)
    reasons = each(Reason)
    refused_at = instant(meaning="Given with a file.", required=False)


class AllRefused(Problem):
    """The problem `all_refused`: nothing was made."""

    refused = each(Refused)


class ProofDay(Shown):
    """One day of the proof of a deadline."""

    date = word("2026-02-14")
    day = choice("event", "working", "rest")
    why = word("adjusted working day")
    counted = flag(True)


class ReasonsBody(Received):
    """Why."""

    reasons = many(written(1, 2000, example="The same picture, mirrored."), 1, 100, "Why, in words that the parties see.")


class Paging(Received):
    """The part of a list that is asked for."""

    limit = QueryWhole(
        load_default=50, validate=validate.Range(1, 200), metadata={"examples": [50], "description": "How many items at most."}
    )
    after = Text(load_default=None, validate=validate.Length(1, 1000), metadata={"description": "`next` of the page before."})


@cache
def page_of(item: type[Schema], feed: bool = False, counts: bool = False) -> type[Schema]:
    """The schema of `{items, next}`, with `counts` by status where asked. The `next` of a feed is never null."""
    after = word("q0m4RkEw…", "The cursor for `?after=`." if feed else "The cursor for `?after=`, null at the end.", allow_none=not feed)
    name = f"{item.__name__}{'Feed' if feed else 'Page'}"
    more = {"counts": free({"protected": 3}, "How many there are in all, by status.")} if counts else {}
    made = Shown.from_dict({"items": each(item), "next": after, **more}, name=name)
    made.__doc__ = "A part of a feed, oldest first." if feed else "A part of a list."
    return made


def described(example: dict[str, Any], meaning: str) -> fields.Dict:
    """An object that only its example and its meaning describe."""
    return free(example, meaning)


def calendar() -> fields.Nested:
    """`calendar` of a case."""
    return one(CalendarRef, allow_none=True)
