"""The desk hears those who were warned of misuse or suspended for it (rule H5)."""

from __future__ import annotations

from typing import Any

from adapters.http.ask import Answered, Ask
from adapters.http.endpoint import Audience
from adapters.http.front import Front
from adapters.http.schemas.common import ReasonsBody
from adapters.http.schemas.desk import ConductState
from adapters.wording.instants import instant
from application.misuse import lift_suspension
from application.refusals import NotFound
from domain.misuse import Conduct

DESK_MISUSE: Audience[Front] = Audience("desk misuse", roles=("reviewer",))


def conduct_words(front: Front, conduct: Conduct) -> dict[str, Any]:
    """A member's standing."""
    now = front.now()
    return {
        "id": front.subject_of(conduct.member),
        "warned": sorted(conduct.warned),
        "complaints_suspended_until": instant(conduct.suspended_until("complaints", now)),
        "appeals_suspended_until": instant(conduct.suspended_until("appeals", now)),
    }


@DESK_MISUSE.post("/desk/merchants/{id}/suspension-lift", ConductState, body=ReasonsBody, codes=("not_suspended",))
def lift_merchants_suspension(front: Front, ask: Ask) -> Answered:
    """Take a member's warnings and suspensions for misuse back; counting begins anew."""
    identity = front.platform.identities.by_subject(ask.path["id"])
    if identity is None:
        raise NotFound
    return ask.command(
        front.platform,
        "suspension_lift",
        ask.caller.subject,
        lambda act: lift_suspension(act, identity.member_id, ask.body["reasons"]),
        lambda _, conduct: conduct_words(front, conduct),
    )
