"""What reviewers send and see of members: findings, reinstatements, misuse."""

from __future__ import annotations

from adapters.http.schemas.fields import Received, Shown, flag, free, identifier, instant, many, reasons, text, word


class DeskMerchant(Shown):
    """A merchant as the desk sees it."""

    id = identifier("bob")
    nickname = word("bob-nick", required=False, allow_none=True)
    terminated = flag()
    figures = free({"filings": 3}, required=False)
    filings = many(free({"id": "c9yXb2Qm4ZtLr8Ka"}), required=False)
    cases = many(free({"id": "c9yXb2Qm4ZtLr8Ka"}), required=False)
    standing = free({"warned": []}, required=False)
    findings = many(free({"filing_id": "c9yXb2Qm4ZtLr8Ka", "reasons": ["stock photo"], "reinstated_at": None}), required=False)


class FilingIdBody(Received):
    """The filing that was found non-original."""

    filing_id = identifier()


class FindingPreview(Shown):
    """Exactly what the finding will touch."""

    filings = many(identifier())
    complaints = many(identifier())
    final_complaints = many(identifier(), meaning="Listed for the desk; each may be reopened.")
    penalties = many(identifier("L1"), meaning="Ids of the listings whose penalties are revoked.")
    digest = word("sha256:77aa…", "To be named in the finding.")


class FindingBody(Received):
    """The finding (B7). The digest is its preview's."""

    filing_id = identifier()
    reasons = reasons()
    digest = text(1, 200, example="sha256:77aa…")


class MerchantState(Shown):
    """A member as the desk sees it after a finding or a reinstatement."""

    id = identifier("bob")
    terminated = flag(True)
    at = instant(required=False, allow_none=True)
    filing_id = identifier(required=False, allow_none=True)
    reasons = many(word("A stock photo."), required=False)
    filings = many(identifier(), required=False)
    complaints = many(identifier(), required=False)
    final_complaints = many(identifier(), required=False)
    penalties = many(identifier("L1"), required=False)
    digest = word("sha256:77aa…", required=False)


class ConductState(Shown):
    """How a member stands as to misuse (H5)."""

    id = identifier("bob")
    warned = many(word("declined_complaints"), meaning="What it was warned of.")
    complaints_suspended_until = instant(allow_none=True, meaning="Exclusive; null where new complaints are not refused.")
    appeals_suspended_until = instant(allow_none=True, meaning="Exclusive; null where new appeals are not refused.")
