"""How the full history of a case is written for an auditor: as data, with members by their opaque ids (rule G1)."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from adapters.case_file.bodies import appeal_body, complaint, records_of_both, reviews_of_both
from adapters.webhooks.payload import message_words
from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application.audit import CaseHistory, Line
from application.ports import Sealer
from domain.case.events import NoticeServed
from domain.events.base import Event, Sealed
from domain.events.member import AttemptRefused
from domain.recorded import Recorded
from projections.messages import of_history


def history_body(history: CaseHistory, sealer: Sealer) -> dict[str, Any]:
    """The answer of the audit: the case as of the instant, its notice, appeals, attempts, and every event."""
    case = history.case
    recorded = [line.fact for line in history.lines if isinstance(line.fact, Recorded)]
    return {
        "id": case.id,
        "as_of": instant(history.as_of),
        "complaint": {
            **complaint(case, history.as_of, sealer),
            "complainant": case.complainant,
            "respondent": case.respondent,
            "notice_id": case.notice_id,
            "bodies": records_of_both(case, sealer),
            "reviews": reviews_of_both(case, sealer),
        },
        "notice": _notice(history),
        "appeals": [appeal_body(one, history.as_of, sealer) for one in history.appeals],
        "attempts": [_attempt(line) for line in history.of("attempts")],
        "messages": [{**message_words(one, "en"), "to": one.member} for one in of_history(recorded)],
        "events": [event(line, sealer) for line in history.lines],
        "instants": [instant(one) for one in history.instants],
    }


def _notice(history: CaseHistory) -> dict[str, Any] | None:
    for line in history.of("complaint"):
        served = line.fact.event
        if isinstance(served, NoticeServed):
            case = history.case
            return {
                "id": served.notice_id,
                "status": case.status.value,
                "respondent": served.respondent,
                "link": served.link,
                "notified_at": instant(line.fact.at),
                "appeal_by": None if case.window is None else instant(case.window.closes.closes_at),
                "appeals_left": case.appeals_left,
                "reasons": list(served.reasons),
                "rule": served.rule,
            }
    return None


def _attempt(line: Line) -> dict[str, Any]:
    fact = line.fact
    facts = fact.event if isinstance(fact.event, AttemptRefused) else None
    return {
        "what": "" if facts is None else facts.command,
        "by": fact.by,
        "at": instant(fact.at),
        "code": "" if facts is None else facts.code,
        "facts": {} if facts is None else msgspec.to_builtins(facts.facts),
    }


@cache
def sealed_members(event: type[Event]) -> frozenset[str]:
    """Which members of an event are sealed: by their type, whatever a text begins with."""
    return frozenset(name for name, kind in get_type_hints(event).items() if Sealed in (kind, *get_args(kind)))


def event(line: Line, sealer: Sealer) -> dict[str, Any]:
    """An event of the history, what is sealed being opened as far as the keys are kept."""
    fact = line.fact
    data = msgspec.to_builtins(fact.event)
    kind = data.pop("type")
    for name in sealed_members(type(fact.event)):
        if data.get(name) is not None:
            data[name] = readable(sealer, data[name])
    recorded = fact if isinstance(fact, Recorded) else None
    return {
        "id": recorded.id if recorded else "pending",
        "type": kind,
        "subject": recorded.originator_id if recorded else line.subject,
        "stream": line.kind,
        "position": line.position,
        "pending": line.pending,
        "at": instant(fact.at),
        "recorded_at": None if recorded is None else instant(recorded.recorded_at),
        "by": fact.by,
        "command": None if recorded is None else recorded.command,
        "rulebook": None if fact.rules is None else msgspec.to_builtins(fact.rules),
        "calendar": None if fact.calendar is None else msgspec.to_builtins(fact.calendar),
        "data": data,
    }
