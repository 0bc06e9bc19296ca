"""What auditors read and administrators publish."""

from __future__ import annotations

from marshmallow import INCLUDE, fields, validate

from adapters.http.schemas.common import CASE_STATUSES, ProofDay, calendar
from adapters.http.schemas.fields import (
    OneOrOther,
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
    number,
    one,
    text,
    whole,
    word,
)


class AuditCase(Shown):
    """A case in the auditor's list."""

    id = identifier()
    status = choice(*CASE_STATUSES)
    listing_id = identifier("L1")
    link = word("https://shop.example/item/1.html", required=False)
    filing_id = identifier()
    complainant = identifier("alice", required=False)
    respondent = identifier("mallory", required=False)
    lodged_at = instant()
    final_because = choice("no_appeal", "appeals_exhausted", allow_none=True, required=False)
    lifted_because = choice("appeal", "desk", "lapse", allow_none=True, required=False)


class Attempt(Shown):
    """A refused attempt (D5)."""

    id = identifier(required=False)
    what = word("appeal")
    by = word("m_5Jd8")
    at = instant()
    code = word("window_closed")
    facts = free({}, required=False)
    count = whole(1, required=False, meaning="More than one where attempts beyond 20 a day were only counted.")
    kept = flag(True, required=False)


class Event(Shown):
    """An event of a case's history, in the order of the log."""

    id = identifier()
    type = word("ComplaintLodged", "The bare event name.")
    subject = identifier(meaning="The aggregate's id.")
    at = instant()
    recorded_at = instant()
    by = word("m_5Jd8", "An opaque member id, a staff id, or `clock`.")
    command = identifier()
    rulebook = fields.Raw(allow_none=True, required=False, metadata={"examples": [None]})
    calendar = fields.Raw(allow_none=True, required=False, metadata={"examples": [None]})
    data = free({"link": "https://shop.example/item/1.html"}, required=False)
    stream = word("complaint", required=False)
    position = whole(1, required=False)


class CaseHistory(Shown):
    """The full history of a case as of an instant (G1, T8)."""

    id = identifier(meaning="The complaint's id.")
    as_of = instant()
    complaint = free({"status": "final"})
    notice = free({"status": "final"}, allow_none=True)
    filing = free({"status": "protected"}, required=False, allow_none=True)
    appeals = many(free({"round": 1}))
    penalties = many(free({"action": "take_down"}), required=False)
    messages = many(free({"kind": "notice_served"}), required=False)
    attempts = each(Attempt)
    events = each(Event)


class DisclosureBody(Received):
    """To whom, on whose order, why (G4b)."""

    to = text(1, 2000, example="The intermediate court")
    order = text(1, 2000, example="2026-17")
    reason = text(1, 5000, example="A lawsuit about the picture.")


class Disclosure(Shown):
    """Who the parties are, told once and for the record."""

    id = identifier()
    case_id = identifier(required=False)
    to = word("The intermediate court")
    order = word("2026-17")
    reason = word("A lawsuit about the picture.")
    at = instant()
    complainant = free({"subject": "alice"}, required=False, allow_none=True)
    respondent = free({"subject": "mallory"}, required=False, allow_none=True)


class Earlier(Shown):
    """What an earlier checkpoint has to say, if the log is to continue it."""

    size = whole(example=4000)
    root = word("bxw=", "In base64, as in the note.")


class Checkpoint(Shown):
    """A signed statement of the log's size and root (G4); with `?since` the proof that the log begins with an earlier one (RFC 9162)."""

    size = whole(example=4398)
    root = word("bxw=", "In base64, as in the note.")
    text = word("originals\n4398\nbxw=\n", "The signed note.")
    key = word("originals+c81f2a9e+AXw=", "The log's public key.")
    since = one(Earlier, required=False)
    consistency = many(word("77aa…", "A node of the tree, in hexadecimal."), required=False)


class InclusionProof(Shown):
    """That an event is in the log (RFC 9162)."""

    index = whole(example=17)
    size = whole(example=4398)
    root = word("bxw=", "In base64, as in the note.")
    path = many(word("77aa…", "A node of the tree, in hexadecimal."))
    checkpoint = word("originals\n4398\nbxw=\n", "The signed note.")


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
    days = whole(1, 87_840, example=3, meaning="How many of what is counted.")
    count = choice("working", "calendar", "months", load_default="working")
    calendar = Text(load_default="CN", validate=validate.Regexp(r"^[A-Z]{2}$"), metadata={"examples": ["CN"]})
    zone = Text(load_default=None, allow_none=True, validate=validate.Length(1, 80), metadata={"examples": ["Asia/Shanghai"]})
    roll = flag(load_default=False, meaning="Whether an end on a rest day moves to the next working day.")


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


class ReplayBody(Received):
    """Under which rulebook: a published version, or a document that is not published by this."""

    rulebook = OneOrOther(text(1, 200), free({}), required=True, metadata={"examples": ["2026-01"]})
    until = instant("2027-01-01T00:00:00Z", load_default=None, allow_none=True)


class ReplayStarted(Shown):
    """Where the report will be."""

    id = identifier()
    status = choice("running", "done", "failed", required=False)


class Replay(Shown):
    """A replay and, once it is done, its report."""

    id = identifier()
    status = choice("running", "done", "failed", example="done")
    progress = number(1.0, "From 0 to 1.", required=False)
    rulebook = fields.Raw(required=False, metadata={"examples": ["2026-01"]})
    until = instant(required=False, allow_none=True)
    report = free({"cases": 1000, "pending": 0, "endings": {"final": {"lifted": 3}}, "changed": []}, allow_none=True, required=False)
    cases = whole(required=False)
    events = whole(required=False)
    pending = whole(required=False)
    differences = whole(required=False)
    endings = free({"final": {"lifted": 3}}, required=False)
    undetermined = fields.Raw(required=False, metadata={"examples": [0]})
    changed = many(free({"case": "c9yXb2Qm4ZtLr8Ka", "from": "final", "to": "lifted"}), required=False)
    error = choice("stopped", "interrupted", "failed", "cancelled", meaning="Why there is no report.", required=False, allow_none=True)


class TestClock(Shown):
    """The simulated clock's reading."""

    now = instant()


class TestClockBody(Received):
    """Where to move the clock; never backwards."""

    now = instant()
    run_deadlines = flag(True, load_default=False)


class Health(Shown):
    """How the server is."""

    status = choice("ok", "ready")
    checks = free({"store": "ok"}, required=False)


class Certificate(Shown):
    """A certificate of a filing: claims, each of which is in the event that the receipt proves."""

    about = word("This certifies that …")
    originator_id = identifier(meaning="The filing's id.")
    at = instant()
    owner = identifier("5f0c…", "The opaque member id.")
    digest = word("9f86d081884c7d65…", "SHA-256 of the bytes as uploaded.")
    size = whole(example=245760)
    format = choice("JPEG", "PNG")
    width = whole(1, example=1600)
    height = whole(1, example=1200)
    matcher = word("sscd-sift/2")
    declaration = word("1")
    receipt = free({"index": 17, "size": 4398}, "The event and the proof that it is in the signed log.")
