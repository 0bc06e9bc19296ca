"""What the content credentials of pictures say, where prior right is in question: of a filing, of a dispute's and of a case's two."""

from __future__ import annotations

from typing import Final, NamedTuple

from flask import request

from adapters.console.interface import Outcome
from adapters.console.visit import Answer, Pages, Refused, Visit, page

PAGES: Final = Pages("reviewer")


class CredentialsSide(NamedTuple):
    """Which picture it is, where it is shown, and what the interface says of its credentials."""

    which: str
    picture: str
    found: Outcome


@PAGES.get("/desk/filings/<id>/credentials")
def of_filing(visit: Visit, id: str) -> Answer:
    """Those of a filed picture."""
    return _page(f"/console/desk/filings/{id}", _filed(visit, id, "filed"))


@PAGES.get("/desk/disputes/<id>/credentials")
def of_dispute(visit: Visit, id: str) -> Answer:
    """Those of the picture that was refused, and of the one that was filed first, which the address names."""
    refused = CredentialsSide("refused", f"dispute/{id}", visit.attempt("dispute_credentials", {"id": id}))
    return _page("/console/desk/disputes", refused, *_named(visit, "first"))


@PAGES.get("/desk/complaints/<id>/credentials")
def of_case(visit: Visit, id: str) -> Answer:
    """Those of the filed picture, which the address names, and of the listing's."""
    listing = CredentialsSide("listing", f"case/{id}", visit.attempt("complaint_credentials", {"id": id}))
    return _page(f"/console/desk/complaints/{id}", *_named(visit, "filed"), listing)


def _named(visit: Visit, which: str) -> list[CredentialsSide]:
    """Those of the filing that the address names, where it names one."""
    return [_filed(visit, request.args["filing_id"], which)] if "filing_id" in request.args else []


def _filed(visit: Visit, id: str, which: str) -> CredentialsSide:
    return CredentialsSide(which, f"desk-filing/{id}", visit.attempt("filing_credentials", {"id": id}))


def _page(back: str, *sides: CredentialsSide) -> Answer:
    if all(side.found.code == "not_found" for side in sides):
        raise Refused(sides[0].found)
    return page("desk_credentials", back=back, sides=sides)
