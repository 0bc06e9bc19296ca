"""One command for many cases: each carried out by itself, with an outcome of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from adapters.http import desk, etags
from adapters.http.desk import DeskContext
from adapters.http.endpoint import Router
from adapters.http.problems import code_of, problem_of
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.desk import BulkBody, BulkOutcomes
from application.acting import Answer, IdempotencyKey
from application.refusals import Invalid

DESK_BULK: Router[DeskContext] = Router("desk", roles=("reviewer",))
COMMANDS: Final[Mapping[str, Callable[[DeskContext, ApiRequest], Answered]]] = {
    "acceptance": desk.accept_complaint,
    "refusal": desk.refuse_complaint,
    "claim": desk.claim_complaint,
    "release": desk.release_complaint,
    "lift": desk.lift_complaint,
}
ALONE: Final = {"release": 204}
"""With which status a command alone succeeds, where that is not 200."""
WITHOUT_REASONS: Final = ("claim", "release")


@DESK_BULK.post("/desk/complaints/bulk", BulkOutcomes, body=BulkBody)
def decide_many(context: DeskContext, request: ApiRequest) -> Answered:
    """Give one command to many cases, in the order asked; each succeeds or fails by itself.

    Each runs under a key of its own, derived from the request's and the case's id: a repeat carries out only what is missing.
    """
    ids, command, body = request.body["ids"], request.body["command"], request.body
    if len(set(ids)) != len(ids):
        raise Invalid({"ids": ["A case is named twice."]})
    if command not in WITHOUT_REASONS and not body["reasons"]:
        raise Invalid({"reasons": ["Missing data for required field."]})
    return {"outcomes": [_outcome(context, request, one) for one in ids]}


def _outcome(context: DeskContext, request: ApiRequest, case_id: str) -> dict[str, Any]:
    alone = _alone(context, request, case_id)
    try:
        answer = COMMANDS[request.body["command"]](context, alone)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        return {"id": case_id, "status": problem.status, "code": problem.code}
    assert isinstance(answer, Answer)
    if answer.status >= 400:
        return {"id": case_id, "status": answer.status, "code": code_of(answer.body)}
    return {"id": case_id, "status": answer.status, "etag": _etag(context, alone)}


def _alone(context: DeskContext, request: ApiRequest, case_id: str) -> ApiRequest:
    """The request that would have asked this for one case alone."""
    tag = request.body["if_match"].get(case_id)
    body = {"reasons": request.body["reasons"], "show_original": False}
    alone = replace(request, path={"id": case_id}, body=body, key=_key(request, case_id), success=ALONE.get(request.body["command"], 200))
    return replace(alone, precondition=lambda: etags.demand(tag, lambda: desk.complaint_now(context, alone)))


def _key(request: ApiRequest, case_id: str) -> IdempotencyKey | None:
    if request.key is None:
        return None
    scope, key, _ = request.key
    asked = "\0".join([request.body["command"], *request.body["reasons"]])
    return IdempotencyKey(scope, _digest(f"{key}\0{case_id}"), _digest(asked))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _etag(context: DeskContext, request: ApiRequest) -> str:
    return etags.tag_of(etags.encode(desk.complaint_now(context, request)))
