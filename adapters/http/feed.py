"""The marketplace's feed: many words in one request, in order, each a command of its own; a bad line stops no other."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adapters.http.commands import Worded
from adapters.http.context import ApiContext
from adapters.http.endpoint import Router
from adapters.http.marketplace import listing_body, member_body
from adapters.http.problems import Problem, code_of, problem_of
from adapters.http.reading import NDJSON, json_object, refuse_unwelcome
from adapters.http.request import Answered, ApiRequest, Content
from adapters.http.schemas import marketplace as shapes
from adapters.http.serving import load
from application import feed_listings
from application.acting import Act, Answer, Command, perform
from application.refusals import Invalid
from domain.refusal import Refusal

FEED: Router[ApiContext] = Router("feed", roles=("marketplace",))
MOST_LINES: Final = 1000
FEED_BYTES: Final = 8 * 1024 * 1024
_BODIES: Final = {"member": shapes.MemberLine(), "listing": shapes.ListingLine()}


@FEED.post("/marketplace/feed", None, consumes=(NDJSON,), produces=(NDJSON,), max_bytes=FEED_BYTES, codes=("too_many_lines",))
def feed(context: ApiContext, request: ApiRequest) -> Answered:
    """Tell of many members and listings, a JSON object a line, in order.

    A line is `{type: "member" | "listing", id, ...}` with the fields of the PUT. The answer has a line for each: `{line, id, status}`
    with 201 for what is new, 200 for what is known, 422 or 409 with its `code` for what is refused. More than 1,000 lines: nothing is done.
    """
    content = b"".join(part.content for part in request.uploads)
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise Problem("too_many_lines", f"At most {MOST_LINES} lines are read: send the rest in another request.", limit=MOST_LINES)
    answers = (_taken(context, request, number, line) for number, line in lines)
    return Content(b"".join(msgspec.json.encode(answer) + b"\n" for answer in answers), NDJSON)


def _taken(context: ApiContext, request: ApiRequest, number: int, line: bytes) -> dict[str, Any]:
    named: str | None = None
    try:
        word = json_object(line)
        refuse_unwelcome(word)
        named = word["id"] if isinstance(word.get("id"), str) else None
        answer = _carried_out(context, request, number, word)
    except (Problem, Refusal, Invalid) as error:
        problem = problem_of(error)
        assert problem is not None
        return {"line": number, "id": named, "status": 409 if problem.status == 409 else 422, "code": problem.code}
    refused = {"code": code_of(answer.body)} if answer.status >= 400 else {}
    return {"line": number, "id": named, "status": answer.status, **refused}


def _carried_out(context: ApiContext, request: ApiRequest, number: int, word: dict[str, Any]) -> Answer:
    """One word's command, under a key derived from the request's and the line. Raises Problem, Refusal, Invalid."""
    kind = word.get("type")
    if not isinstance(kind, str) or kind not in _BODIES:
        raise Invalid({"type": ["Must be member or listing."]})
    told = load(_BODIES[kind], word)
    key = None if request.key is None else request.key._replace(key=f"{request.key.key} {number}")
    command = Command(kind, request.caller.staff_id, key)
    if kind == "member":
        member = Worded(lambda _, fed: member_body(fed), _member_status, request.request_id)
        return perform(context.platform, command, lambda act: _member(act, told), member)
    listing = Worded(lambda _, fed: listing_body(context, fed.listing), _listing_status, request.request_id)
    return perform(context.platform, command, lambda act: _listing(act, told), listing)


def _member(act: Act, told: Any) -> feed_listings.FedMember:
    fed = feed_listings.put_member(act.platform, told["id"], told["nickname"], told["categories"], told["as_of"])
    act.concern(fed.identity.member_id)
    return fed


def _member_status(fed: feed_listings.FedMember) -> int:
    return 201 if fed.new else 200


def _listing(act: Act, told: Any) -> feed_listings.FedListing:
    return feed_listings.put_listing(act, told["id"], told["link"], told["seller"], told["title"], told["as_of"])


def _listing_status(fed: feed_listings.FedListing) -> int:
    return 201 if fed.new else 200
