"""The respondent's appeal: grounds and files in one form."""

from __future__ import annotations

from typing import Final

from flask import request

from adapters.console.pages.notices import shown
from adapters.console.visit import Answer, Pages, Visit, done, form

PAGES: Final = Pages("merchant")


@PAGES.post("/notices/<id>/appeals")
def appeal(visit: Visit, id: str) -> Answer:
    """Hand in the files, then appeal with them; files that were handed in before a refusal need not be chosen again."""
    evidence = request.form.getlist("evidence")
    for file in (one for one in request.files.getlist("file") if one.filename):
        handed_in = visit.send_apart("upload_evidence", files=[file])
        if not handed_in.well:
            return shown(visit, id, handed_in.status, handed_in.body)
        evidence.append(handed_in.body["id"])
    outcome = visit.send("open_appeal", {"id": id}, {"grounds": form("grounds"), "evidence": evidence})
    if not outcome.well:
        return shown(visit, id, outcome.status, {**outcome.body, "evidence": evidence})
    return done(f"/console/notices/{id}", "appealed")
