"""The interface's reference in the console: its document drawn by Stoplight Elements, with the journeys, and tokens to try it with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from flask import Response, g, request
from flask_babel import lazy_gettext

from adapters.console import guard
from adapters.console.signing_in import DemoMember
from adapters.console.visit import page
from adapters.http.problems import Problem
from adapters.identity.tokens import Caller

_STYLES: Final = "'sha256-MBVp6JYxbC/wICelYC6eULCRpgi9kGezXXSaq/TS2+I=' 'sha256-40iiqMCd92gEkTDo77tABEiJ83Vil54BR3JPvnldhrA='"
"""The digests of the styles that the vendored Elements 9.0.25 writes into every page itself. A third, for the margin of its editor,
bears a number of the element and has no digest to allow: the browser says that it was blocked, and our sheet has a rule instead.
"""
POLICY: Final = guard.POLICY.replace("style-src 'self'", f"style-src 'self' {_STYLES}")

JOURNEYS: Final = (
    (lazy_gettext("A marketplace feeds"), ("put_member", "put_listing", "put_listing_pictures", "follow_penalties")),
    (lazy_gettext("An owner files and complains"), ("read_entrance", "sign", "create_folder", "file_into_folder", "lodge_complaint")),
    (lazy_gettext("The desk decides"), ("list_desk_complaints", "claim_complaint", "accept_complaint", "decide_appeal")),
    (lazy_gettext("A seller answers a notice"), ("list_notices", "read_notice", "upload_evidence", "open_appeal")),
    (lazy_gettext("An auditor looks back"), ("search_cases", "read_case_history", "prove_event", "start_replay", "read_replay")),
)
"""What is done one after the other, by the names of operations in the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The page. `members` are those of the demonstration, none where it was not switched on; `token` makes one of theirs."""

    token: Callable[[Caller], str]
    members: Callable[[], list[DemoMember]] = field(default=list)

    def shown(self) -> Response:
        """The reference; nobody need be signed in, as for the document itself."""
        return self._page(None)

    def with_token(self) -> Response:
        """The same with a token of somebody of the demonstration."""
        wanted = request.form.get("member", "")
        chosen = next((one for one in self.members() if one.caller.subject == wanted), None)
        if chosen is None or guard.from_elsewhere(request):
            raise Problem("not_found")
        return self._page(chosen.caller)

    def _page(self, caller: Caller | None) -> Response:
        token = None if caller is None else self.token(caller)
        response = page("reference", members=self.members(), chosen=caller, token=token, journeys=JOURNEYS, signed_in=g.console_session)
        response.headers["Content-Security-Policy"] = POLICY
        return response
