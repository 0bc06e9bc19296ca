"""The desk's queues by what is due first: how many wait in each, and the vouchers that were asked for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.filing_words import voucher_request
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import page_of
from adapters.http.schemas.desk import DeskCounts, DeskVoucherRequest
from adapters.http.schemas.queries import DeskVoucherRequestsQuery
from domain.case.state import Status
from domain.voucher import RequestStatus
from projections import complaints, disputes, voucher_requests
from projections.complaints import ComplaintFilter
from projections.reading import Counting

LATEST = datetime.max.replace(tzinfo=UTC)
"""Whatever waits is due before it."""

DESK_QUEUES: Router[ApiContext] = Router("desk", roles=("reviewer",))


@DESK_QUEUES.get("/desk/counts", DeskCounts)
def desk_counts(context: ApiContext, request: ApiRequest) -> Answered:
    """How many wait in each queue, are overdue, are due today, are claimed by me; cases that I am a party to are in none."""
    now, me, own = context.now(), request.caller.staff_id, context.as_member(request.caller)
    midnight = _end_of_today(context, now)
    wanted = {
        "complaints": _of_cases(Status.LODGED, now, midnight, me, own),
        "appeals": _of_cases(Status.APPEALED, now, midnight, me, own),
        "voucher_requests": {
            "waiting": voucher_requests.counting(),
            "overdue": voucher_requests.counting(late_at=now),
            "due_today": voucher_requests.counting(due_before=midnight),
        },
        "disputes": {"waiting": disputes.counting(not_by=own)},
        "reviews": {
            "waiting": _reviews(LATEST, own),
            "overdue": _reviews(now + timedelta.resolution, own),
            "due_today": _reviews(midnight, own),
            "claimed_by_me": _reviews(LATEST, own, claimed=(me, now)),
        },
    }
    with context.reading() as reading:
        numbers = iter(reading.counts([one for queue in wanted.values() for one in queue.values()]))
    return {name: _queue({one: next(numbers) for one in queue}) for name, queue in wanted.items()}


def _of_cases(status: Status, now: datetime, midnight: datetime, me: str, own: str | None) -> dict[str, Counting]:
    def cases(**wanted: Any) -> Counting:
        return complaints.counting(ComplaintFilter(statuses=[status], not_of=own, **wanted))

    return {
        "waiting": cases(),
        "overdue": cases(overdue=(True, now)),
        "due_today": cases(due_before=midnight),
        "claimed_by_me": cases(claimed=(me, now)),
    }


def _reviews(due_before: datetime, own: str | None, **wanted: Any) -> Counting:
    return complaints.counting(ComplaintFilter(review_due_before=due_before, not_of=own, **wanted))


def _queue(counted: dict[str, int]) -> dict[str, int]:
    """Due today is what is not overdue already; a queue that knows no dates or claims has none."""
    queue = {"waiting": 0, "overdue": 0, "due_today": 0, "claimed_by_me": 0} | counted
    return queue | {"due_today": queue["due_today"] - queue["overdue"]}


def _end_of_today(context: ApiContext, now: datetime) -> datetime:
    """The first instant that is no longer today where the rulebook in force counts its days, and one more: a window ends exclusively."""
    law = context.law()
    zone = law.zone(law.in_force(now).time_zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone) + timedelta.resolution


@DESK_QUEUES.get("/desk/voucher-requests", page_of(DeskVoucherRequest), query=DeskVoucherRequestsQuery, lists=True)
def list_desk_voucher_requests(context: ApiContext, request: ApiRequest) -> Answered:
    """List the requests for vouchers, the longest due first."""
    status = request.query["status"]
    with context.reading() as reading:
        statuses = None if status is None else [RequestStatus(status)]
        page = voucher_requests.by_due(reading, request.page.limit, after(request), statuses=statuses)
    return paged(request, page, lambda one: {**voucher_request(one, context.now()), "owner": context.subject_of(one.owner)})
