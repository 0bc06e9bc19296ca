"""What a threshold of misuse would have done in the past (rule H10), for whoever is about to switch one on."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from adapters.http.audit import AuditContext
from adapters.http.endpoint import Router
from adapters.http.reading import JSON
from adapters.http.request import Answered, ApiRequest, Reply
from adapters.http.schemas.queries import MisusePreviewQuery
from application import audit
from application.acting import Act, Command, run
from application.misuse_preview import misdeeds_in
from domain.misuse import SIDE
from domain.misuse_preview import effects
from domain.rulebook import MisuseRules

MISUSE_PREVIEW: Router[AuditContext] = Router("misuse preview", roles=("auditor", "admin"))


@MISUSE_PREVIEW.get("/audit/misuse-preview", None, query=MisusePreviewQuery, produces=(JSON,))
def preview_misuse(context: AuditContext, request: ApiRequest) -> Answered:
    """How many members would have been warned and suspended at which threshold, counted on what happened: a list of `{kind, threshold,
    warned, suspended}`. What is not given of the window is that of the rulebook in force."""

    def read(act: Act) -> MisuseRules:
        audit.record_read(act, "misuse preview", request.query["kind"] or "")
        return act.law.in_force(act.now).misuse

    rules = run(context.api.platform, Command("audit", request.caller.staff_id), read)
    days = request.query["window_days"]
    rules = rules if days is None else replace(rules, window_days=days)
    record = list(misdeeds_in(context.log))
    lines: list[dict[str, Any]] = []
    for kind in SIDE:
        if request.query["kind"] in (None, kind):
            lines += [one._asdict() for one in effects(record, kind, rules)]
    return Reply(200, lines)
