"""The desk and outside bodies: what one decided is filed (rule H9)."""

from __future__ import annotations

from adapters.http.desk import DeskContext, complaint_now, on_case
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.desk import DeskComplaint
from adapters.http.schemas.outside_bodies import BodyOutcomeBody
from application.outside_bodies import file_outcome

DESK_BODIES: Router[DeskContext] = Router("desk bodies", roles=("reviewer",))


@DESK_BODIES.post(
    "/desk/complaints/{id}/body-outcome", DeskComplaint, body=BodyOutcomeBody, current=complaint_now, codes=("already_decided",)
)
def file_body_outcome(context: DeskContext, request: ApiRequest) -> Answered:
    """File what an outside body decided of a party's case before it; upheld for the respondent of a final case, it lifts."""
    asked = request.body
    return on_case(
        context,
        request,
        "body_outcome",
        lambda act, case_id: file_outcome(
            act, case_id, asked["body"], asked["reference"], asked["outcome"], asked["reasons"], asked["party"]
        ),
    )
