"""All views there are."""

from __future__ import annotations

from projections import (
    appeals,
    attempts,
    authorizations,
    complaints,
    disputes,
    evidence,
    filings,
    folders,
    listings,
    merchants,
    messages,
    notices,
    penalties,
    publications,
    refused_pictures,
    sightings,
    unseen_pictures,
    voucher_requests,
    vouchers,
)
from projections.shape import View

ALL: tuple[View, ...] = (
    complaints.VIEW,
    notices.VIEW,
    appeals.VIEW,
    filings.VIEW,
    folders.VIEW,
    refused_pictures.VIEW,
    vouchers.VIEW,
    voucher_requests.VIEW,
    disputes.VIEW,
    authorizations.VIEW,
    sightings.VIEW,
    listings.VIEW,
    unseen_pictures.VIEW,
    penalties.VIEW,
    messages.VIEW,
    attempts.VIEW,
    evidence.VIEW,
    merchants.VIEW,
    publications.VIEW,
)
