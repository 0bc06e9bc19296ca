"""A case in one file that is verified offline: without its complainant for an outside body (rule H9), and for the audit (rule G4)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.case_file import body_file, bundle
from adapters.http.audit import AuditContext, record_read, signed
from adapters.http.endpoint import Router
from adapters.http.request import Answered, ApiRequest, Content
from application.audit import case_history
from application.outside_bodies import history_for_body

BODY_FILES: Router[AuditContext] = Router("body files", roles=("reviewer",))
CASE_FILES: Router[AuditContext] = Router("audit", roles=("auditor", "admin"))
ZIP = "application/zip"


@BODY_FILES.get("/desk/complaints/{id}/body-file", None, produces=(ZIP,))
def body_case_file(context: AuditContext, request: ApiRequest) -> Answered:
    """The case file for an outside body: without the complainant, with a receipt for each event; that it was made is on record."""
    api, case_id = context.api, request.path["id"]
    api.settling.everything_due()
    history = history_for_body(api.platform, context.log, case_id, request.caller.staff_id)
    record_read(context, request, "body file", case_id)
    with TemporaryDirectory(prefix="originals-body-file-") as directory:
        made = Path(directory) / "case.zip"
        body_file.write(api.platform, context.evidence(), history, made)
        return Content(made.read_bytes(), ZIP, f"case-{case_id}.zip")


@CASE_FILES.get("/audit/cases/{id}/bundle", None, produces=(ZIP,), codes=("history_altered",))
def case_bundle(context: AuditContext, request: ApiRequest) -> Answered:
    """The case with pictures, evidence and a receipt for each event, its parties withheld; that it was made is on record."""
    api, case_id = context.api, request.path["id"]
    api.settling.everything_due()
    history = case_history(api.platform, context.log, case_id)
    record_read(context, request, "bundle", case_id)
    with signed(), TemporaryDirectory(prefix="originals-bundle-") as directory:
        made = Path(directory) / "case.zip"
        bundle.write(api.platform, context.evidence(), history, made, identities=False)
        return Content(made.read_bytes(), ZIP, f"case-{case_id}.zip")
