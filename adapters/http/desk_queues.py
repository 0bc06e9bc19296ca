"""The desk's queues by what is due first: how many wait in each, and the vouchers that were asked for."""

from __future__ import annotations

from datetime import datetime, time, timedelta
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

DESK_QUEUES: Router[ApiContext] = Router("desk", roles=("reviewer",))


@DESK_QUEUES.get("/desk/counts", DeskCounts)
def desk_counts(context: ApiContext, request: ApiRequest) -> Answered:
    """How many wait in each queue, are overdue, are due today, are claimed by me."""
    now, me = context.now(), request.caller.staff_id
    midnight = _end_of_today(context, now)
    with context.reading() as reading:

        def cases(**wanted: Any) -> int:
            return complaints.count(reading, ComplaintFilter(**wanted))

        def queue(statuses: list[Status]) -> dict[str, int]:
            late = cases(statuses=statuses, overdue=(True, now))
            return {
                "waiting": cases(statuses=statuses),
                "overdue": late,
                "due_today": cases(statuses=statuses, due_before=midnight) - late,
                "claimed_by_me": cases(statuses=statuses, claimed=(me, now)),
            }

        late = voucher_requests.count(reading, late_at=now)
        vouchers = {
            "waiting": voucher_requests.count(reading),
            "overdue": late,
            "due_today": voucher_requests.count(reading, due_before=midnight) - late,
            "claimed_by_me": 0,
        }
        return {
            "complaints": queue([Status.LODGED]),
            "appeals": queue([Status.APPEALED]),
            "voucher_requests": vouchers,
            "disputes": {"waiting": disputes.count(reading), "overdue": 0, "due_today": 0, "claimed_by_me": 0},
        }


def _end_of_today(context: ApiContext, now: datetime) -> datetime:
    """The first instant that is no longer today where the rulebook in force counts its days, and one more: a window ends exclusively."""
    law = context.platform.library.law(context.platform.store)
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
