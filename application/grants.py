"""Who may use whose pictures now (rule F1)."""

from __future__ import annotations

from application.acting import Act
from application.index import GrantsOf
from domain.authorization import covers


def is_authorised(act: Act, owner: str, seller: str, filing_id: str, without: str | None = None) -> bool:
    """Whether the seller holds a standing grant for the filing; `without` leaves out an authorisation that ends in this act."""
    return any(
        covers(grant.filing_id, grant.until, filing_id, act.now)
        for grant in act.ask(GrantsOf(owner, seller))
        if grant.authorization_id != without
    )
