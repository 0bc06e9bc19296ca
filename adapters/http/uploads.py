"""Filing pictures apart from the request that sent them: the answer is an id, under which what became of them can be read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from adapters.http.context import ApiContext
from adapters.http.endpoint import Router
from adapters.http.problems import Problem
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.merchant import UploadStanding
from adapters.http.upload_standing import Uploads
from adapters.http.upload_table import TooManyUploads
from application import file_pictures
from application.acting import Act
from application.ports import Identity, Upload
from application.refusals import NotFound

UPLOADS: Router[ApiContext] = Router("uploads", roles=("merchant",))


def file_apart(jobs: Uploads, context: ApiContext, request: ApiRequest, member: Identity, files: Sequence[Upload]) -> Answered:
    """Take the upload on once its answer is kept: whoever sends it again under the same key begins nothing twice."""
    folder = request.path["name"]

    def admitted(act: Act) -> str:
        file_pictures.author_of(act, member, folder, len(files))
        return act.new_id()

    answer = request.command(context.platform, "upload", member.member_id, admitted, lambda _, upload_id: {"id": upload_id}, lambda _: 202)
    if answer.status == 202:
        try:
            jobs.begin(msgspec.json.decode(answer.body)["id"], member, folder, files)
        except TooManyUploads:
            raise Problem("busy", headers={"Retry-After": "30"}) from None
    return answer


@UPLOADS.get("/uploads/{id}", UploadStanding)
def read_upload(context: ApiContext, request: ApiRequest) -> Answered:
    """How an upload stands that is worked on after it was answered, and what became of its files so far."""
    member = context.member(request.caller)
    found = None if context.uploads is None else context.uploads().get(request.path["id"], member)
    if found is None:
        raise NotFound
    words = {"id": request.path["id"], **found._asdict()}
    return {name: value for name, value in words.items() if value is not None}
