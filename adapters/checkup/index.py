"""The index against the log: what rules look up must be what the events say."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.checkup.result import CheckResult
from adapters.wiring.deployment import Deployment
from application.cases import STANDING, voiding_of
from application.file_pictures import status_of
from application.index import CaseById, FilingById
from domain import filing
from domain.case.events import ComplaintLodged
from domain.case.folding import fold
from domain.case.settling import next_due
from domain.events.filing import Filed

BATCH = 5000
NAMED_HERE = 5


def index(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether each case and each filing stands in the index as its events tell."""
    store = deployment.stores.store
    stands, ends = store.indexed(), store.id_at(store.log_head())
    if stands is not None and ends != stands:
        yield CheckResult("bad", f"the index stands at event {stands}, and the log ends with {ends}: they are of different histories")
    wrong: list[str] = []
    looked = position = 0
    while entries := deployment.stores.store.read_log(position, BATCH):
        position = entries[-1][0]
        for _, fact in entries:
            if isinstance(fact.event, ComplaintLodged):
                looked += 1
                wrong += _case(deployment, fact.originator_id)
            elif isinstance(fact.event, Filed):
                looked += 1
                wrong += _filing(deployment, fact.originator_id)
    yield from (CheckResult("bad", line) for line in wrong[:NAMED_HERE])
    if len(wrong) > NAMED_HERE:
        yield CheckResult("bad", f"{len(wrong) - NAMED_HERE} more rows do not say what the events say")
    if not wrong:
        yield CheckResult("ok", f"{looked} cases and filings stand in the index as their events tell")


def _case(deployment: Deployment, case_id: str) -> Iterator[str]:
    store = deployment.stores.store
    case, row = fold(case_id, store.load(case_id)), store.ask(CaseById(case_id))
    if case is None or row is None:
        yield f"case {case_id} is missing in the index"
        return
    said = (row.standing, row.filing_id, row.listing_id, row.complainant, row.respondent, row.notice_id)
    expected = (STANDING.get(case.status, "open"), case.filing_id, case.listing_id, case.complainant, case.respondent, case.notice_id)
    if said != expected:
        yield f"case {case_id} stands in the index as {row.standing}, its events tell {expected[0]}, or its parties differ"
    due = next_due(case, deployment.platform.library.law(store), voiding_of(row))
    if not case.ended and row.due_at != due:
        yield f"case {case_id} is due at {row.due_at} in the index, by its events at {due}"


def _filing(deployment: Deployment, filing_id: str) -> Iterator[str]:
    store = deployment.stores.store
    state, row = filing.fold(filing_id, store.load(filing_id)), store.ask(FilingById(filing_id))
    if state is None or row is None:
        yield f"filing {filing_id} is missing in the index"
    elif (row.owner, row.digest) != (state.owner, state.digest):
        yield f"filing {filing_id} has another owner or picture in the index than its events tell"
    elif status_of(row) != state.status and deployment.settling.next_due() is None:
        yield f"filing {filing_id} stands in the index as {row.standing}, its events tell {state.status}"
