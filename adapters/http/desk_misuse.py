"""The desk hears those who were warned of misuse or suspended for it (rule H5)."""

from __future__ import annotations

from adapters.http.context import ApiContext
from adapters.http.endpoint import Router
from adapters.http.merchant_words import conduct_words, merchant_now
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import ReasonsBody
from adapters.http.schemas.desk_members import ConductState
from application.misuse import lift_suspension
from application.refusals import NotFound

DESK_MISUSE: Router[ApiContext] = Router("desk misuse", roles=("reviewer",))


@DESK_MISUSE.post("/desk/merchants/{id}/suspension-lift", ConductState, body=ReasonsBody, current=merchant_now, codes=("not_suspended",))
def lift_merchants_suspension(context: ApiContext, request: ApiRequest) -> Answered:
    """Take a member's warnings and suspensions for misuse back; counting begins anew."""
    identity = context.platform.identities.by_subject(request.path["id"])
    if identity is None:
        raise NotFound
    return request.command(
        context.platform,
        "suspension_lift",
        request.caller.staff_id,
        lambda act: lift_suspension(act, identity.member_id, request.body["reasons"]),
        lambda _, conduct: conduct_words(context, conduct),
    )
