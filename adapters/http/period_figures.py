"""The figures of a period (EU 2022/2065, art. 15 and 24), and what they say of the desk: its load and its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.http.context import ApiContext
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas import figures as shapes
from adapters.transparency.kept import PeriodReports
from adapters.wording.instants import instant
from application.refusals import Invalid
from application.tally import Period
from application.transparency import WaitClass


@dataclass(frozen=True, slots=True)
class FiguresContext:
    """What figures stand on."""

    api: ApiContext
    reports: PeriodReports


PERIOD_FIGURES: Router[FiguresContext] = Router("figures", roles=("auditor", "admin"))


@PERIOD_FIGURES.get("/audit/figures", shapes.PeriodFigures, query=shapes.PeriodQuery)
def read_figures(context: FiguresContext, request: ApiRequest) -> Answered:
    """Read a period's figures: what is counted, the desk's load by week, and how long it took against the time it had. They name nobody."""
    period = Period(request.query["begins"], request.query["ends"])
    if period.begins >= period.ends:
        raise Invalid({"to": ["Must be after `from`."]})
    told = context.reports.of(period)
    return {
        "from": instant(period.begins),
        "to": instant(period.ends),
        "at_rest": context.reports.at_rest(period),
        "figures": told.figures,
        "weeks": [{**one._asdict(), "week": str(one.week)} for one in told.weeks],
        "to_take_up": _waits(told.to_take_up),
        "to_decide": _waits(told.to_decide),
    }


def _waits(classes: tuple[WaitClass, ...]) -> list[dict[str, Any]]:
    return [one._asdict() for one in classes]
