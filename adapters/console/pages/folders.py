"""A merchant's pictures: folders, uploads with the reason of each refusal, filings with certificate and vouchers, disputes."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import msgspec
from flask import Response, request

from adapters.console.visit import Answer, Pages, Visit, asked, done, form, page, tagged
from adapters.console.wording import problem, reason

PAGES: Final = Pages("merchant")


@PAGES.get("/folders")
def overview(visit: Visit) -> Answer:
    """The folders."""
    return _overview(visit)


def _overview(visit: Visit, status: int = 200, problem: Any = None) -> Response:
    read = visit.reads(
        folders=asked("list_folders", limit=200, after=request.args.get("after")),
        refused=asked("list_refused_pictures", limit=5),
        entrance=asked("read_entrance"),
        declaration=asked("read_declaration"),
    )
    return page("folders", status, **{**read, "refused": read["refused"]["items"]}, problem=problem)


@PAGES.post("/folders")
def make(visit: Visit) -> Answer:
    """Make a folder."""
    name = form("name")
    outcome = visit.send("create_folder", body={"name": name})
    if not outcome.well:
        return _overview(visit, outcome.status, outcome.body)
    return done(f"/console/folders/{_quoted(name)}", "folder")


@PAGES.post("/folder-names")
def rename(visit: Visit) -> Answer:
    """Call a folder otherwise; what is filed in it follows."""
    name, wanted = form("folder"), form("name")
    outcome = visit.send("rename_folder", {"name": name}, {"name": wanted})
    if not outcome.well:
        return _folder(visit, name, outcome.status, problem=outcome.body)
    return done(f"/console/folders/{_quoted(outcome.body['name'])}", "renamed")


@PAGES.get("/folders/<path:name>")
def folder(visit: Visit, name: str) -> Answer:
    """A folder with its filings."""
    return _folder(visit, name)


def _folder(visit: Visit, name: str, status: int = 200, **shown: Any) -> Response:
    filings = visit.read("list_filings", folder=name, status=request.args.get("status"), limit=48, after=request.args.get("after"))
    return page("folder", status, name=name, filings=filings, status_wanted=request.args.get("status") or "", **shown)


@PAGES.post("/folders/<path:name>")
def file_pictures(visit: Visit, name: str) -> Answer:
    """File pictures into the folder; what is refused is shown with its reasons, and stops no other."""
    files = [one for one in request.files.getlist("file") if one.filename]
    outcome = visit.send("file_into_folder", {"name": name}, files=files)
    wants_json = request.headers.get("X-Requested-With") == "console"
    if wants_json:
        return Response(msgspec.json.encode(_told(outcome.body)), outcome.status, content_type="application/json")
    if outcome.well and not outcome.body["refused"]:
        return done(f"/console/folders/{_quoted(name)}", "filed")
    return _folder(visit, name, 200 if outcome.well else outcome.status, problem=None if outcome.well else outcome.body, filed=outcome.body)


@PAGES.get("/filings/<id>")
def filing(visit: Visit, id: str) -> Answer:
    """One filing: certificate, vouchers, who may use it, where it was seen."""
    return _filing(visit, id)


def _filing(visit: Visit, id: str, status: int = 200, problem: Any = None) -> Response:
    filing, *beside = visit.outcomes(
        asked("read_filing", {"id": id}),
        asked("list_vouchers", {"id": id}),
        asked("list_voucher_requests", limit=200),
        asked("list_authorizations", side="given", limit=200),
        asked("list_sightings", limit=200),
    )
    found, etag = tagged(filing)
    vouchers, requests, grants, sightings = [tagged(outcome)[0]["items"] for outcome in beside]
    return page(
        "filing",
        status,
        filing=found,
        etag=etag,
        vouchers=vouchers,
        requests=[one for one in requests if one["filing_id"] == id],
        grants=[one for one in grants if one["filings"] == "all" or id in one["filings"]],
        sightings=[one for one in sightings if one["filing_id"] == id],
        problem=problem,
    )


@PAGES.post("/filings/<id>/withdrawal")
def withdraw(visit: Visit, id: str) -> Answer:
    """Take a filing back."""
    outcome = visit.send("withdraw_filing", {"id": id})
    return done(f"/console/filings/{id}", "withdrawn") if outcome.well else _filing(visit, id, outcome.status, outcome.body)


@PAGES.post("/filings/<id>/vouchers")
def hand_in(visit: Visit, id: str) -> Answer:
    """Hand in vouchers of a filing."""
    files = [one for one in request.files.getlist("file") if one.filename]
    outcome = visit.send("give_filing_vouchers", {"id": id}, {"kind": form("kind", "other")}, files)
    return done(f"/console/filings/{id}", "vouchers") if outcome.well else _filing(visit, id, outcome.status, outcome.body)


@PAGES.get("/refused-pictures")
def refused(visit: Visit) -> Answer:
    """What was refused, why, and what can be done about it."""
    return _refused(visit)


def _refused(visit: Visit, status: int = 200, problem: Any = None) -> Response:
    read = visit.reads(
        refused=asked("list_refused_pictures", limit=50, after=request.args.get("after")), disputes=asked("list_disputes", limit=200)
    )
    names = {one["id"]: one["file"] for one in read["refused"]["items"]}
    return page("refused", status, refused=read["refused"], disputes=read["disputes"]["items"], names=names, problem=problem)


@PAGES.post("/refused-pictures/<id>/dispute")
def dispute(visit: Visit, id: str) -> Answer:
    """Dispute a refusal: who filed first is not always who made the picture."""
    outcome = visit.send("open_dispute", body={"refused_picture_id": id, "statement": form("statement")})
    if not outcome.well:
        return _refused(visit, outcome.status, outcome.body)
    return done("/console/refused-pictures", "disputed")


@PAGES.post("/disputes/<id>/vouchers")
def hand_in_to_dispute(visit: Visit, id: str) -> Answer:
    """Hand in vouchers of a dispute."""
    files = [one for one in request.files.getlist("file") if one.filename]
    outcome = visit.send("give_dispute_vouchers", {"id": id}, {"kind": form("kind", "other")}, files)
    if not outcome.well:
        return _refused(visit, outcome.status, outcome.body)
    return done("/console/refused-pictures", "vouchers")


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _told(body: dict[str, Any]) -> dict[str, Any]:
    """The answer with each reason in the reader's words too."""
    refused = [{**one, "reasons": [{**why, "words": reason(why["code"])} for why in one["reasons"]]} for one in body.get("refused", [])]
    return {**body, "refused": refused, "title": problem(body.get("code")) if body.get("code") else ""}
