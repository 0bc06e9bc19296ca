"""A replay's report as JSON, written as it is read: the list of changed cases is never held in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TextIO

import msgspec

from adapters.replay import as_causes
from adapters.replay.running import Replayed
from adapters.wording.instants import instant
from application.replaying import FirstDifference
from domain.case.companions import derivable
from domain.case.comparison import Comparison, Sums
from domain.case.counterfactual import AffectedAct
from domain.events import Happened
from domain.recorded import Recorded


def write_json(out: TextIO, replayed: Replayed, number: int | None = None) -> None:
    """The report of the verification, or of the counterfactual of that number; one object, its changed cases one a line."""
    document = summary(replayed, number)
    body = msgspec.json.encode(document).decode()
    out.write(body[:-1] + ',"changed":[')
    for position, one in enumerate(changed(replayed, number)):
        out.write(("," if position else "") + "\n" + msgspec.json.encode(one).decode())
    out.write("]}\n")


def report(replayed: Replayed, number: int | None = None, most: int | None = None) -> dict[str, Any]:
    """The same as one value, with at most so many changed cases; `changed_left_off` says how many more there are."""
    sums = sums_of(replayed, number)
    kept = list(islice(changed(replayed, number), most))
    return {**summary(replayed, number), "changed": kept, "changed_left_off": max(0, sums.changed - len(kept))}


def sums_of(replayed: Replayed, number: int | None) -> Sums:
    """The sums of a counterfactual, or of the verification."""
    return replayed.tally.verified if number is None else replayed.tally.alternatives[number]


def summary(replayed: Replayed, number: int | None) -> dict[str, Any]:
    """All of the report but the changed cases."""
    sums = sums_of(replayed, number)
    document: dict[str, Any] = {
        "cases": sums.cases,
        "events": sums.events,
        "pending": sums.pending,
        "differences": sums.differences,
        "endings": {ending: dict(sorted(counts.items())) for ending, counts in sorted(sums.endings.items())},
        "undetermined": sums.undetermined,
        "until": instant(replayed.until),
        "log_position": replayed.head,
    }
    if number is None:
        return document | {"first_difference": first_difference(replayed.tally.first)}
    return document | {
        "rulebook": replayed.names[number],
        "calendars": calendars(replayed.used[number]),
        "changed_cases": sums.changed,
        "diverged": sums.diverged,
        "windows_moved": sums.windows_moved,
        "appeals_refused": sums.appeals_refused,
        "appeals_heard": sums.appeals_heard,
        "acceptances_late": {"actual": sums.acceptances_late, "replayed": sums.acceptances_would_be_late},
        "penalty_days": {
            "actual": round(sums.penalty_days, 3),
            "replayed": round(sums.would_penalty_days, 3),
            "more": round(sums.penalty_days_more, 3),
            "less": round(sums.penalty_days_less, 3),
        },
        "unreached": counted(sums.unreached),
        "refused": counted(sums.refused),
        "heard": counted(sums.heard),
        "desk_load": {week: {"actual": load.actual, "replayed": load.would} for week, load in sorted(sums.weeks.items())},
        **as_causes.summary(sums.causes),
    }


def calendars(used: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Where the calendar of each country came from."""
    sources: dict[str, list[str]] = {}
    for country, source in sorted(used):
        sources.setdefault(country, []).append(source)
    return sources


def changed(replayed: Replayed, number: int | None) -> Iterator[dict[str, Any]]:
    """The cases that end otherwise."""
    if number is not None:
        yield from (case(one) for one in replayed.changed_cases(number) if one.changed)


def case(one: Comparison) -> dict[str, Any]:
    """One case in a report."""
    diverges = one.first_divergence
    return {
        "case": one.case,
        "from": one.ending,
        "to": one.would_end,
        "first_divergence": None if diverges is None else {"event": diverges.event, "at": instant(diverges.at)},
        "undetermined_since": instant(one.undetermined_since),
        "windows_moved": [
            {"round": moved.round, "from": instant(moved.closes_at), "to": instant(moved.would_close_at)} for moved in one.windows_moved
        ],
        "penalty_days": {"actual": round(one.penalty_days, 3), "replayed": round(one.would_penalty_days, 3)},
        "acceptance_late": one.acceptance_would_be_late,
        "unreached": acts(one.unreached),
        "refused": acts(one.refused),
        "heard": acts(one.heard),
        **as_causes.case(one.causes),
    }


def acts(some: tuple[AffectedAct, ...]) -> list[dict[str, Any]]:
    """Acts in a report."""
    return [{"command": act.command, "at": instant(act.at), "code": act.code} for act in some]


def first_difference(first: FirstDifference | None) -> dict[str, Any] | None:
    """The first difference: what was recorded and what the rules give."""
    if first is None:
        return None
    written, derived = first.difference
    return {"case": first.case, "stream": first.stream, "why": first.why, "recorded": _event(written), "derived": _event(derived)}


def difference_line(first: FirstDifference) -> str:
    """The first difference as a line."""
    if first.case is None and first.stream is None:
        return f"the log: {first.why}"
    where = f"case {first.case}" if first.stream is None else f"stream {first.stream}" + (f" of case {first.case}" if first.case else "")
    if first.why is not None:
        return f"{where}: {first.why}"
    written, derived = first.difference
    return f"{where}: recorded {_short(written)}, derived {_short(derived)}{_apart(written, derived)}"


def counted(counts: Counter[str]) -> dict[str, int]:
    """Counts, most first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _event(one: Recorded | Happened | None) -> Any:
    return None if one is None else msgspec.to_builtins(one if isinstance(one, Recorded) else one._asdict())


def _apart(written: Recorded | None, derived: Happened | None) -> str:
    """In what two events of one type are not the same."""
    if written is None or derived is None or type(written.event) is not type(derived.event):
        return ""
    event, other = derivable(written.event), derivable(derived.event)
    names = [name for name in event.__struct_fields__ if getattr(event, name) != getattr(other, name)]
    names += [name for name in ("at", "by", "rules", "calendar") if getattr(written, name) != getattr(derived, name)]
    return f", not the same in {', '.join(names)}" if names else ""


def _short(one: Recorded | Happened | None) -> str:
    if one is None:
        return "nothing"
    place = f" (event {one.originator_version})" if isinstance(one, Recorded) else ""
    try:
        at = instant(one.at)
    except OverflowError:  # an instant that UTC has no year for
        at = one.at.isoformat()
    return f"{type(one.event).__name__} at {at}{place}"
