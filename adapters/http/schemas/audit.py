"""What auditors read, and what they ask to be replayed."""

from __future__ import annotations

from marshmallow import fields

from adapters.http.schemas.common import CASE_STATUSES
from adapters.http.schemas.fields import (
    OneOrOther,
    Received,
    Shown,
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
    lifted_because = choice("appeal", "desk", "lapse", "body", allow_none=True, required=False)


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
    instants = many(instant(), meaning="When anything of it was recorded by then: where one can look.", required=False)


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
    signed_at = instant(required=False)
    witnesses = many(word("witness.example"), meaning="Who else signed it.", required=False)
    since = one(Earlier, required=False)
    consistency = many(word("77aa…", "A node of the tree, in hexadecimal."), required=False)


class InclusionProof(Shown):
    """That an event is in the log (RFC 9162), and the event; `originals audit verify` reads it as it is."""

    index = whole(example=17)
    size = whole(example=4398)
    root = word("bxw=", "In base64, as in the note.")
    leaf = word("3a7b…", "The hash of the event's leaf, in hexadecimal.")
    path = many(word("77aa…", "A node of the tree, in hexadecimal."))
    event = word("eyJvcmln…", "The event's bytes as they are stored, in base64.")
    reads = free({})
    checkpoint = word("originals\n4398\nbxw=\n", "The signed note.")
    key = word("originals+5d2c8b3a+AXVS…", "The log's public key.")


class ReplayBody(Received):
    """Under which rulebook: a published version, or a document that is not published by this."""

    rulebook = OneOrOther(text(1, 200), free({}), required=True, metadata={"examples": ["2026-01"]})
    until = instant("2027-01-01T00:00:00Z", load_default=None, allow_none=True)
    seal = flag(False, "Whether what it finds goes on record, and its report is kept (G8).", load_default=False)


class SealedReplay(Shown):
    """What a sealed replay stood on, and the digest of what it found: whoever runs it again finds the same (G8)."""

    digest = word("9f86d081884c7d65…", "SHA-256 of the report's RFC 8785 form, with all cases that end otherwise.")
    log_position = whole(example=4402)
    size = whole(example=4398, meaning="Events in the log up to there.")
    root = word("6e34…", "The root of the log's tree at that size, in hexadecimal.")
    until = instant()
    calendars = many(free({"name": "CN", "digest": "ab12…"}))
    code = word("0.1.0", "The version that found it.")
    rulebook = free({"name": "draft", "version": "1", "digest": "5f0c…"}, required=False, allow_none=True)
    document = free({"name": "draft", "version": "1"}, "The rulebook, whole.", required=False, allow_none=True)
    by = word("aud")
    at = instant()
    readings = many(free({"by": "root", "at": "2026-03-02T12:30:00Z"}, "Which admin has read it, and when."))


class ReplayStarted(Shown):
    """Where the report will be."""

    id = identifier()
    status = choice("running", "done", "failed", required=False)


class Reported(Shown):
    """What a replay found."""

    rulebook = fields.Raw(required=False, metadata={"examples": ["2026-01"]})
    until = instant(required=False, allow_none=True)
    report = free({"cases": 1000, "pending": 0, "endings": {"final": {"lifted": 3}}, "changed": []}, allow_none=True, required=False)
    cases = whole(required=False)
    events = whole(required=False)
    pending = whole(required=False)
    differences = whole(required=False)
    endings = free({"final": {"lifted": 3}}, required=False)
    undetermined = fields.Raw(required=False, metadata={"examples": [0]})
    changed = many(
        free(
            {
                "case": "c9yXb2Qm4ZtLr8Ka",
                "from": "final",
                "to": "lifted",
                "because": [{"key": "appeal.windows[0].days", "from": 3, "to": 30}],
            },
            "A case that ends otherwise, with the keys that made it so.",
        ),
        required=False,
    )
    because = many(
        free({"key": "appeal.windows[0].days", "from": 3, "to": 30, "cases": 12}, "A key that made a difference, and to how many."),
        required=False,
    )
    by_month = many(free({"month": "2026-03", "cases": 40, "changed": 3, "because": {"appeal.windows[0].days": 3}}), required=False)
    by_member = many(free({"member": "5f0c", "complainant": 3, "respondent": 0, "because": {"appeal.windows[0].days": 3}}), required=False)


class Replay(Reported):
    """A replay and, once it is done, its report."""

    id = identifier()
    status = choice("running", "done", "failed", example="done")
    progress = number(1.0, "From 0 to 1.", required=False)
    changed_next = whole(
        example=50, meaning="Where the next page begins, for `?changed=`; null at the end.", required=False, allow_none=True
    )
    error = choice("stopped", "interrupted", "failed", "cancelled", meaning="Why there is no report.", required=False, allow_none=True)
    sealed = one(SealedReplay, required=False, allow_none=True)
    formats = many(choice("csv", "parquet", meaning="A form in which `…/changed` can be had here."), required=False)


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
