"""How the engines carry out what lists ask: along an index, in its order, no further than the page, however much there is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from domain.case.state import Status
from projections import (
    appeals,
    authorizations,
    complaints,
    disputes,
    evidence,
    folders,
    messages,
    notices,
    refused_pictures,
    sightings,
    voucher_requests,
    vouchers,
)
from projections.complaints import ComplaintFilter
from projections.conditions import c
from projections.dialect import snapshot
from projections.reading import Reading
from projections.runner import Views
from projections.session import DriverSession
from tests.listening import Sent, listened_to

THEN = datetime(2026, 3, 2, tzinfo=UTC)
LODGED = {"lodged_from": THEN, "lodged_until": THEN}
ONE = [Status.LODGED]

FILTERS: dict[str, ComplaintFilter] = {
    "all": ComplaintFilter(),
    "of a complainant": ComplaintFilter(complainant="m"),
    "of a complainant, by status": ComplaintFilter(complainant="m", statuses=ONE),
    "of a respondent": ComplaintFilter(respondent="m"),
    "of either": ComplaintFilter(member="m"),
    "of either, by status and lodging": ComplaintFilter(member="m", statuses=ONE, **LODGED),  # type: ignore[arg-type]
    "of a filing": ComplaintFilter(filing_id="f"),
    "of a listing": ComplaintFilter(listing_id="l"),
    "by status": ComplaintFilter(statuses=ONE),
    "by lodging": ComplaintFilter(**LODGED),  # type: ignore[arg-type]
    "since": ComplaintFilter(lodged_from=THEN),
    "by status and lodging": ComplaintFilter(statuses=ONE, **LODGED),  # type: ignore[arg-type]
}

LATE = ComplaintFilter(statuses=ONE, overdue=(True, THEN))

Ask = Callable[[Reading, str | None], object]


def _complaints(wanted: ComplaintFilter) -> Ask:
    return lambda r, after: complaints.newest(r, wanted, 9, after and "7.7")


LISTS: dict[str, Ask] = {
    **{f"complaints {name}": _complaints(wanted) for name, wanted in FILTERS.items()},
    "the desk's queue": lambda r, after: complaints.by_due(r, ComplaintFilter(statuses=ONE), 9, after and "7.7"),
    "the desk's queue of everything": lambda r, after: complaints.by_due(r, ComplaintFilter(), 9, after and "7.7"),
    "the desk's queue, late": lambda r, after: complaints.by_due(
        r, ComplaintFilter(statuses=ONE, overdue=(True, THEN)), 9, after and "7.7"
    ),
    "the desk's queue, mine": lambda r, after: complaints.by_due(r, ComplaintFilter(claimed=("desk", THEN)), 9, after and "7.7"),
    "appeals by due": lambda r, after: appeals.by_due(r, 9, after and "7.7"),
    "appeals open": lambda r, after: appeals.by_due(r, 9, after and "7.7", statuses=[appeals.AppealStatus.OPEN]),
    "notices": lambda r, after: notices.of_respondent(r, "m", 9, after),
    "notices by status": lambda r, after: notices.of_respondent(r, "m", 9, after, ["final"]),
    "voucher requests": lambda r, after: voucher_requests.newest(r, 9, after, owner="m"),
    "voucher requests of a filing": lambda r, after: voucher_requests.newest(r, 9, after, filing_id="f"),
    "voucher requests by due": lambda r, after: voucher_requests.by_due(r, 9, after and "7.7"),
    "voucher requests open": lambda r, after: voucher_requests.by_due(
        r, 9, after and "7.7", statuses=[voucher_requests.RequestStatus.OPEN]
    ),
    "disputes": lambda r, after: disputes.newest(r, 9, after),
    "disputes of a member": lambda r, after: disputes.newest(r, 9, after, disputant="m"),
    "evidence": lambda r, after: evidence.of_owner(r, "m", 9, after),
    "folders": lambda r, after: folders.of_owner(r, "m", 9, after),
    "refused pictures": lambda r, after: refused_pictures.of_owner(r, "m", 9, after),
    "sightings": lambda r, after: sightings.of_owner(r, "m", 9, after),
    "grants of either": lambda r, after: authorizations.newest(r, 9, after, member="m"),
    "vouchers": lambda r, after: vouchers.of_owner(r, "m", 9, after),
    "messages": lambda r, after: messages.of_member(r, "m", 9, after),
    "the feed": lambda r, after: messages.of_everybody(r, 9, after),
}


def bad_of(session: DriverSession, statement: str, parameters: Any) -> list[str]:
    """What in the plan of a statement grows with the table: a sort; a look at every row where there is a condition."""
    whole = not _columns_asked(statement) - {"made"}
    if not session.on_postgres:
        plan = [row[3] for row in session.rows(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        plan = [step for step in plan if not re.fullmatch(r"SCAN list_\d", step)]  # the pages of two lists, put together
        return [step for step in plan if "TEMP B-TREE" in step or (not whole and (step.startswith("SCAN") or "PRIMARY KEY" in step))]
    for other in ("seqscan", "sort", "bitmapscan"):  # what is chosen for an empty table says nothing
        session.run(f"SET LOCAL enable_{other} = off", ())
    ((told,),) = session.rows(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    steps = list(_steps((told if isinstance(told, list) else json.loads(told))[0]["Plan"]))
    return [step for step in steps if "Sort" in step or (step not in ("Limit", "Append", "Subquery Scan") and not whole)]


def _columns_asked(statement: str) -> set[str]:
    where = statement.partition("WHERE")[2].partition("ORDER BY")[0]
    return set(re.findall(r"[a-z_]+", where))  # all else in it is in capitals


def _steps(plan: dict[str, Any]) -> Iterator[str]:
    """Each but those that go along an index from where a condition on other than the order of making says."""
    along = {name for names in re.findall(r"(\w+) [<=>]|ROW\((\w+)", str(plan.get("Index Cond", ""))) for name in names if name}
    if not along - {"made"}:
        yield plan["Node Type"]
    for below in plan.get("Plans", ()):
        yield from _steps(below)


def bad_among(views: Views, sent: Sequence[Sent]) -> list[str]:
    """What is bad of those that look into a view."""
    with snapshot(views.engine) as session:
        looks = [one for one in sent if "__g" in one.statement]
        return [step for one in looks for step in bad_of(session, one.statement, one.values)]


def test_no_list_sorts_or_looks_at_more_than_its_page(views: Views) -> None:
    found = {}
    with views.current() as reading:
        for name, ask in LISTS.items():
            for after in (None, "7"):
                with listened_to() as sent:
                    ask(reading, after)
                assert any("__g" in one.statement for one in sent)
                if bad := bad_among(views, sent):
                    found[name, after] = bad
    assert found == {}


def test_a_complainants_cases_are_counted_by_status_along_an_index(views: Views) -> None:
    with views.current() as reading, listened_to() as sent:
        complaints.by_status(reading, ComplaintFilter(complainant="m"))
    assert set(bad_among(views, sent)) <= {"Aggregate"}


def test_one_that_did_would_be_seen(views: Views) -> None:
    with views.current() as reading:
        with listened_to() as sent:
            reading.first(complaints.TABLE, c.claimed_until == 1)
            reading.newest_of(complaints.TABLE, [[]], 9, by="claimed_until")
        for one in sent:
            assert bad_among(views, [one]) != []
