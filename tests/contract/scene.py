"""Who may ask what, as a table over the operations of the OpenAPI document; and a scene with one of everything to ask it of."""

from __future__ import annotations

import io
import json
import time
from typing import Any, NamedTuple

from werkzeug.test import TestResponse

from tests.contract.shop import Shop
from tests.fakes import picture

WHY = {"reasons": ["seen"]}
STATEMENT = {"statement": "it is mine"}
STAFF = {"reviewer": "desk", "admin": "root", "auditor": "aud", "marketplace": "market"}
FILES = [("a.jpg", b"bytes")]


class Row(NamedTuple):
    """How an operation is tabled: `owner` may, with these statuses; whoever else has the role gets `others` (None: there are none
    who differ). `path` names parameters by what the scene knows them as."""

    owner: str
    statuses: tuple[int, ...]
    others: int | None = None
    body: Any = None
    files: bool = False
    query: str = ""
    path: str = ""


def own(owner: str, *statuses: int, **more: Any) -> Row:
    """An operation on an object: it is not there for anybody else."""
    return Row(owner, statuses or (200,), 404, **more)


def for_all(owner: str, *statuses: int, **more: Any) -> Row:
    """An operation for everyone with the role, each on what is its own."""
    return Row(owner, statuses or (200,), None, **more)


TABLE: dict[str, Row] = {
    # merchant: owner of pictures
    "read_entrance": for_all("alice"),
    "read_declaration": for_all("alice"),
    "sign": for_all("alice", body={"version": "1"}),
    "create_folder": for_all("alice", 200, 201, body={"name": "spring"}),
    "list_folders": for_all("alice"),
    "rename_folder": own("alice", body={"name": "spring"}, path="folder"),
    "file_into_folder": own("alice", 201, 422, files=True, path="folder"),
    "read_upload": for_all("alice", 404, path="filing"),
    "list_filings": for_all("alice"),
    "read_filing": own("alice", path="filing"),
    "filing_picture": own("alice", path="filing"),
    "filing_certificate": own("alice", path="filing"),
    "filing_proof": own("alice", path="filing"),
    "withdraw_filing": own("alice", 409, path="filing"),
    "list_refused_pictures": for_all("alice"),
    "list_voucher_requests": for_all("alice"),
    "list_vouchers": own("alice", path="filing"),
    "read_own_voucher": own("alice", path="filing"),
    "read_own_dispute_voucher": own("carol", path="dispute"),
    "give_filing_vouchers": own("alice", 201, path="filing", files=True),
    "open_dispute": own("carol", 409, body={"refused_picture_id": "=refused", **STATEMENT}),
    "list_disputes": for_all("carol"),
    "list_dispute_vouchers": own("carol", path="dispute"),
    "give_dispute_vouchers": own("carol", 201, path="dispute", files=True),
    # merchant: complainant
    "grant_authorization": own("alice", 201, body={"nickname": "eve-nick", "filings": ["=filing"]}),
    "list_authorizations": for_all("alice"),
    "revoke_authorization": own("alice", 204, path="authorization"),
    "list_sightings": for_all("alice"),
    "sighting_picture": own("alice", path="sighting"),
    "complain_from_sighting": own("alice", 201, 409, 422, path="sighting", body=STATEMENT),
    "lodge_complaint": own("alice", 201, 422, body={"filing_id": "=filing", "links": ["https://shop.example/item/L9.html"], **STATEMENT}),
    "list_complaints": for_all("alice"),
    "read_complaint": own("alice", path="complaint"),
    "withdraw_complaint": own("alice", 200, path="waiting", body={}),
    "take_complaint_to_body": own("alice", 409, path="complaint", body={"body": "User Rights", "reference": "117"}),
    "ask_review_of_complaint": own("alice", 409, path="complaint", body={"reason": "look"}),
    # merchant: respondent
    "list_notices": for_all("mallory"),
    "read_notice": own("mallory", path="notice"),
    "notice_picture": own("mallory", path="notice"),
    "open_appeal": own("mallory", 409, path="notice", body={"grounds": "mine"}),
    "take_notice_to_body": own("mallory", 409, path="notice", body={"body": "User Rights", "reference": "117"}),
    "ask_review_of_notice": own("mallory", 409, path="notice", body={"reason": "look"}),
    "read_own_appeal": own("mallory", path="notice"),
    "read_own_evidence": own("mallory", path="evidence"),
    "upload_evidence": for_all("mallory", 201, files=True),
    # merchant: account
    "export_account": for_all("alice"),
    "follow_messages": for_all("alice"),
    "count_unread": for_all("alice"),
    "mark_read": for_all("alice", body={"until": "2026-03-02T01:00:00Z"}),
    "put_webhook": for_all("alice", 200, 201, 422, body={"url": "https://hooks.example/x"}),
    "read_webhook": for_all("alice", 200, 404),
    "delete_webhook": for_all("alice", 204, 404),
    "redeliver": for_all("alice", 200, 409, 422, body={"from": "2026-01-01T00:00:00Z"}),
    # desk
    "list_desk_complaints": for_all("desk"),
    "read_desk_complaint": for_all("desk", path="complaint"),
    "accept_complaint": for_all("desk", 409, path="complaint", body=WHY),
    "refuse_complaint": for_all("desk", 409, path="complaint", body=WHY),
    "claim_complaint": for_all("desk", path="complaint"),
    "release_complaint": for_all("desk", 204, path="complaint"),
    "lift_complaint": for_all("desk", 200, path="complaint", body=WHY),
    "reopen_complaint": for_all("desk", 409, path="complaint", body=WHY),
    "file_body_outcome": for_all("desk", 200, path="bodied", body={"body": "User Rights", "reference": "1", "outcome": "rejected", **WHY}),
    "body_case_file": for_all("desk", path="complaint"),
    "complaint_picture": for_all("desk", path="complaint"),
    "list_desk_reviews": for_all("desk"),
    "decide_review": for_all("desk", 404, path="complaint", body={"outcome": "rejected", **WHY}),
    "list_desk_appeals": for_all("desk"),
    "read_desk_appeal": for_all("desk", path="appeal"),
    "appeal_evidence": for_all("desk", path="appeal"),
    "decide_appeal": for_all("desk", 200, path="appeal", body={"outcome": "rejected", **WHY}),
    "mark_appeal_special": for_all("desk", 409, path="appeal", body={"reason": "a court decides"}),
    "read_desk_filing": for_all("desk", path="filing"),
    "desk_filing_picture": for_all("desk", path="filing"),
    "filing_credentials": for_all("desk", path="filing"),
    "complaint_credentials": for_all("desk", path="complaint"),
    "dispute_credentials": for_all("desk", path="dispute"),
    "read_voucher": for_all("desk", path="filing"),
    "request_vouchers": for_all("desk", 201, path="filing", body={"what": ["the set"]}),
    "decide_voucher_request": for_all("desk", path="request", body={"outcome": "satisfied", **WHY}),
    "preview_finding": for_all("desk", path="merchant", body={"filing_id": "=carols"}),
    "find_non_original": for_all("desk", 412, path="merchant", body={"filing_id": "=carols", "digest": "another", **WHY}),
    "reinstate_merchant": for_all("desk", 409, path="merchant", body=WHY),
    "lift_merchants_suspension": for_all("desk", 409, path="merchant", body=WHY),
    "list_notes": for_all("desk", path="complaint"),
    "add_note": for_all("desk", 201, path="complaint", body={"text": "seen before"}),
    "desk_counts": for_all("desk"),
    "list_unseen_pictures": for_all("desk"),
    "list_desk_voucher_requests": for_all("desk"),
    "list_desk_merchants": for_all("desk"),
    "read_desk_merchant": for_all("desk", path="merchant"),
    "read_reasons": for_all("desk"),
    "put_reasons": for_all("desk", body={"items": []}),
    "decide_many": for_all("desk", body={"command": "claim", "ids": ["=waiting"]}),
    "list_desk_disputes": for_all("desk"),
    "disputed_picture": for_all("desk", path="dispute"),
    "list_desk_dispute_vouchers": for_all("desk", path="dispute"),
    "read_dispute_voucher": for_all("desk", path="dispute"),
    "decide_dispute": for_all("desk", path="dispute", body={"outcome": "rejected", **WHY}),
    # marketplace
    "put_member": for_all("market", 200, path="seller", body={"nickname": "mallory-nick", "categories": ["apparel"]}),
    "put_listing": for_all(
        "market", path="listing", body={"link": "https://shop.example/item/L1.html", "seller": "mallory", "title": "A coat"}
    ),
    "read_listing": for_all("market", path="listing"),
    "delete_listing": for_all("market", 204, path="spare"),
    "read_member": for_all("market", path="seller"),
    "feed": for_all("market"),
    "put_listing_pictures": for_all("market", path="listing", files=True),
    "follow_penalties": for_all("market"),
    # audit and rules
    "list_rulebooks": for_all("aud"),
    "publish_rulebook": for_all("root", 409, body={"name": "t", "version": "1", "effective_from": "2020-01-01T00:00:00Z"}),
    "list_calendars": for_all("aud"),
    "publish_calendar": for_all("root", 200, 201, body={"country": "CN", "year": 2027, "days_off": [], "work_days": []}),
    "read_entrance_policy": for_all("root"),
    "change_entrance_policy": for_all("root", body={"open_to_all": False, "categories": ["apparel"], "members": [], "match": "any"}),
    "search_cases": for_all("aud", query="?member=alice"),
    "read_case_history": for_all("aud", path="complaint"),
    "case_bundle": for_all("aud", path="complaint"),
    "disclose_parties": for_all("root", 201, path="complaint", body={"to": "a court", "order": "17", "reason": "a lawsuit"}),
    "follow_events": for_all("aud"),
    "read_checkpoint": for_all("aud"),
    "prove_event": for_all("aud", path="event"),
    "prove_event_as_text": for_all("aud", path="event"),
    "prove_event_as_cose": for_all("aud", path="event"),
    "read_tiled_checkpoint": for_all("aud"),
    "read_tile": for_all("aud"),
    "start_replay": for_all("aud", 202, 422, body={"rulebook": "none"}),
    "read_replay": for_all("aud", path="replay"),
    "list_replays": for_all("aud"),
    "changed_cases": for_all("aud", path="replay"),
    "begin_shadow": for_all("root", 200, 201, body={"rulebook": "2026-01"}),
    "read_shadow": for_all("aud", 200, 404),
    "read_shadow_report": for_all("aud", 200, 404),
    "end_shadow": for_all("root", 204, 404),
    "record_reading": for_all("root", 409, path="replay"),
    "preview_misuse": for_all("aud", query="?kind=declined_complaints&window_days=30"),
    "read_figures": for_all("aud", query="?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z"),
    "cancel_replay": for_all("aud", 409, path="replay"),
    "validate_rulebook": for_all("aud", body={"name": "t"}),
    "read_rulebook_schema": for_all("aud"),
    "compare_rulebooks": for_all("aud", query="?a=original-protection/2026-01&b=original-protection/2026-01"),
    "read_rulebook": for_all("aud", 404, path="complaint"),
    "compute_deadline": for_all("alice", body={"from": "2026-02-13T08:00:00Z", "days": 3}),
    "read_test_clock": for_all("root"),
    "move_test_clock": for_all("root", 409, body={"now": "2020-01-01T00:00:00Z"}),
    # no token
    **{name: Row("nobody", (200,)) for name in ("openapi_document", "readable_page", "health", "readiness", "figures")},
}


class Scene:
    """One of everything, and who is who."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        alice, desk, market = shop["alice"], shop["desk"], shop["market"]
        filing = shop.filing("alice", "coat")
        carols = shop.filing("carol", "hat")
        link = shop.listing("mallory", "L1", picture("coat", "stolen"))
        waits = shop.listing("mallory", "L2")
        ended = shop.listing("mallory", "L3")
        shop.listing("mallory", "L9", picture("coat", "stolen again"))
        complaint = shop.lodge("alice", filing, link)[0]
        waiting = shop.lodge("alice", filing, waits)[0]
        bodied = shop.lodge("alice", filing, ended)[0]
        desk.ok("POST", f"/desk/complaints/{bodied}/refusal", WHY)
        alice.ok("POST", f"/complaints/{bodied}/body", {"body": "User Rights", "reference": "1"})
        desk.ok("POST", f"/desk/complaints/{complaint}/acceptance", WHY)
        notice = shop.notice("mallory", link)
        evidence = shop["mallory"].ok("POST", "/evidence", files=[("contract.pdf", b"a contract")])["id"]
        appeal = shop["mallory"].ok("POST", f"/notices/{notice}/appeals", {"grounds": "mine", "evidence": [evidence]})["id"]
        shop["carol"]("POST", "/folders/spring/pictures", files=[("c.jpg", picture("coat", "carol's"))])
        refused = shop["carol"].all("/refused-pictures")[0]["id"]
        dispute = shop["carol"].ok("POST", "/filings/disputes", {"refused_picture_id": refused, **STATEMENT})["id"]
        shop.member("dave", "dave-nick").ok("GET", "/entrance")
        shop.member("eve", "eve-nick").ok("GET", "/entrance")
        authorization = alice.ok("POST", "/authorizations", {"nickname": "dave-nick", "filings": [filing]})["id"]
        request = desk.ok("POST", f"/desk/filings/{filing}/voucher-request", {"what": ["the set"]})["id"]
        alice.ok("POST", f"/filings/{filing}/vouchers", {"kind": "original"}, files=[("raw.dng", b"raw")])
        shop["carol"].ok("POST", f"/filings/disputes/{dispute}/vouchers", {"kind": "original"}, files=[("raw.dng", b"raw")])
        sighting = next(one["id"] for one in alice.all("/sightings?status=new"))
        market.ok("GET", "/marketplace/listings/L1")
        replay = shop["aud"].ok("POST", "/audit/replays", {"rulebook": "2026-01"})["id"]
        while shop["aud"].ok("GET", f"/audit/replays/{replay}")["status"] == "running":
            time.sleep(0.05)
        shop["root"].ok("PUT", "/shadow", {"rulebook": "2026-01"})
        shop.deployment.evidence.tick(int(time.time()))  # a certificate rests on a checkpoint, which comes by the clock
        shop.listing("mallory", "L9")
        self.ids = {
            "filing": filing, "carols": carols, "complaint": complaint, "waiting": waiting, "notice": notice, "appeal": appeal,
            "refused": refused, "dispute": dispute, "authorization": authorization, "request": request, "sighting": sighting,
            "evidence": evidence, "folder": "spring", "seller": "mallory", "listing": "L1", "spare": "L9", "merchant": "carol",
            "event": "0", "bodied": bodied,
            "replay": replay,
        }  # fmt: skip
        self.alices = [filing, complaint, waiting, bodied, authorization, request, sighting]

    def ask(
        self,
        token: str | None,
        operation: dict[str, Any],
        row: Row,
        ids: dict[str, str] | None = None,
        key: str | None = None,
        **conditions: str,
    ) -> TestResponse:
        ids = self.ids if ids is None else ids
        path = operation["path"]
        for name in ("id", "name"):
            path = path.replace(f"{{{name}}}", ids.get(row.path, ""))
        path = (
            path.replace("{version}", "2026-01")
            .replace("{evidence}", ids["evidence"])
            .replace("{round}", "1")
            .replace("{tile}", "0/000.p/1")
        )
        path = path.replace("{n}", ids["event"] if row.path == "event" else "1") + row.query
        headers = ({} if token is None else {"Authorization": f"Bearer {token}"}) | ({} if key is None else {"Idempotency-Key": key})
        sent: dict[str, Any] = {"headers": headers | conditions}
        if row.files:
            sent |= {"data": {"file": [(io.BytesIO(content), name) for name, content in FILES]}, "content_type": "multipart/form-data"}
        elif row.body is not None:
            sent["json"] = json.loads(json.dumps(row.body), object_hook=lambda body: {k: self._named(v, ids) for k, v in body.items()})
        return self.shop.app.test_client().open(path, method=operation["method"], **sent)

    def _named(self, value: Any, ids: dict[str, str]) -> Any:
        if isinstance(value, list):
            return [self._named(one, ids) for one in value]
        return ids[value[1:]] if isinstance(value, str) and value.startswith("=") else value

    def token(self, name: str) -> str:
        role = {subject: role for role, subject in STAFF.items()}.get(name, "merchant")
        return self.shop.token(role, name)


def operations(shop: Shop) -> dict[str, dict[str, Any]]:
    """The document's operations by their id, reads first."""
    found = {
        described["operationId"]: {"path": path, "method": method.upper(), "roles": described.get("x-roles", []), **described}
        for path, methods in shop.document["paths"].items()
        for method, described in methods.items()
    }
    return dict(sorted(found.items(), key=lambda one: one[1]["method"] != "GET"))
