"""Which figures there are, and which of them an event adds to."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from domain.case import events as of_case
from domain.case.state import Case, Status
from domain.events import Fact
from domain.events import filing as of_filing
from domain.events import listing as of_listing
from domain.events import member as of_member
from domain.recorded import AnyEvent

Figures = dict[str, dict[str, int | float | None]]

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "complaints": (
        "requests",
        "lodged",
        "taken_up",
        "taken_up_by_lapse",
        "declined",
        "declined_by_lapse",
        "withdrawn",
        "overdue_at_the_end",
        "median_hours_to_take_up",
        "median_hours_to_penalty",
    ),
    "appeals": ("opened", "upheld", "rejected", "not_accepted", "moot", "lapsed", "overdue_at_the_end", "median_hours_to_decide"),
    "penalties": ("imposed", "imposed_by_lapse", "revoked", "standing_at_the_end"),
    "endings": ("no_appeal", "appeals_exhausted", "lifted_by_appeal", "lifted_by_desk", "lifted_by_lapse", "lifted_by_body", "voided"),
    "bodies": ("recorded", "upheld", "rejected", "median_hours_to_outcome"),
    "reviews": ("requested", "upheld", "rejected", "requested_by_complainants", "upheld_for_complainants", "rejected_to_complainants"),
    "misuse": ("warnings", "suspensions_of_complaints", "suspensions_of_appeals", "suspensions_lifted", "services_terminated"),
    "filings": ("filed", "refused_pictures", "disputes_opened", "disputes_upheld", "disputes_rejected"),
    "sightings": ("made", "complained_of", "sellers_warned"),
    "refusals": ("attempts",),
    "disclosures": ("made",),
}
"""Every figure there is, by section. Those of nothing are 0, a median of nothing is None."""

STANDING: Final[dict[str, str]] = {
    "complaints.overdue_at_the_end": "complaints.lodged",
    "appeals.overdue_at_the_end": "appeals.opened",
    "penalties.standing_at_the_end": "penalties.imposed",
}
"""What is counted of the cases as they stand at a period's end, and the figure of the event with which it began, whenever that was."""

_OF_COMPLAINANTS: Final = {"upheld": "upheld_for_complainants", "rejected": "rejected_to_complainants"}

_DECIDED: Final = ("appeals.upheld", "appeals.rejected", "appeals.not_accepted")
WEEKLY: Final = ("complaints.lodged", "complaints.taken_up", "complaints.declined", "appeals.opened", *_DECIDED)
"""What comes to the desk and what leaves it: counted by week too."""


def is_known(name: str) -> bool:
    """Whether there is such a figure, as `section.name`."""
    section, _, figure = name.partition(".")
    return figure in NAMES.get(section, ())


def stands(name: str, case: Case, ends: datetime) -> bool:
    """Whether a case adds to a figure of what stands at the end."""
    match name:
        case "complaints.overdue_at_the_end":
            return case.status is Status.LODGED and case.accept_by.closes_at <= ends
        case "appeals.overdue_at_the_end":
            waits = case.open_round
            return waits is not None and not waits.special and waits.decide_by.closes_at <= ends
        case _:
            return case.penalty_stands


def names_of_case(before: Case, after: Case, fact: Fact) -> list[str]:
    """What one event of a case adds to. An appeal that lapsed undecided is counted by its outcome and as lapsed."""
    names = _names_of_ending(fact)
    match fact.event:
        case of_case.Accepted(because=because):
            names += _by_whom("complaints.taken_up", because)
        case of_case.Declined(because=because):
            names += _by_whom("complaints.declined", because)
        case of_case.RoundOpened():
            names.append("appeals.opened")
        case of_case.RoundDecided(outcome=outcome, because=because):
            names += [f"appeals.{outcome}"] + (["appeals.lapsed"] if because == "lapse" else [])
        case of_case.TakenToBody():
            names.append("bodies.recorded")
        case of_case.BodyDecided(outcome=outcome):
            names.append(f"bodies.{outcome}")
        case of_case.ReviewRequested(party=party):
            names += ["reviews.requested"] + (["reviews.requested_by_complainants"] if party == "complainant" else [])
        case of_case.ReviewDecided(outcome=outcome, party=party):
            names += [f"reviews.{outcome}"] + ([f"reviews.{_OF_COMPLAINANTS[outcome]}"] if party == "complainant" else [])
        case _:
            pass
    if before.open_round is not None and after.ended and not isinstance(fact.event, of_case.RoundDecided):
        names.append("appeals.moot")
    if after.penalty_stands != before.penalty_stands:
        names += _of_penalty(after)
    return names


def _by_whom(name: str, because: str) -> list[str]:
    return [name, f"{name}_by_lapse"] if because == "lapse" else [name]


def _of_penalty(after: Case) -> list[str]:
    if not after.penalty_stands:
        return ["penalties.revoked"]
    return _by_whom("penalties.imposed", "lapse" if after.accepted_by is None else "desk")


def _names_of_ending(fact: Fact) -> list[str]:
    match fact.event:
        case of_case.Withdrawn():
            return ["complaints.withdrawn"]
        case of_case.Finalized(because=because):
            return [f"endings.{because}"]
        case of_case.Lifted(because=because):
            return [f"endings.lifted_by_{because}"]
        case of_case.Voided():
            return ["endings.voided"]
        case _:
            return []


def names_beside_cases(event: AnyEvent) -> list[str]:
    """What one event of any other stream adds to. Of what a cascade writes down later, the deciding event is counted."""
    match event:
        case of_filing.Filed():
            return ["filings.filed"]
        case of_filing.PictureRefused():
            return ["filings.refused_pictures"]
        case of_filing.DisputeOpened():
            return ["filings.disputes_opened"]
        case of_filing.DisputeDecided(outcome=outcome):
            return [f"filings.disputes_{outcome}"]
        case of_listing.SightingMade():
            return ["sightings.made"]
        case of_listing.SightingComplained():
            return ["sightings.complained_of"]
        case of_listing.SellerWarned():
            return ["sightings.sellers_warned"]
        case _:
            return _names_of_members(event)


def _names_of_members(event: AnyEvent) -> list[str]:
    match event:
        case of_member.MisuseWarned():
            return ["misuse.warnings"]
        case of_member.MemberSuspended(side=side):
            return [f"misuse.suspensions_of_{side}"]
        case of_member.SuspensionLifted():
            return ["misuse.suspensions_lifted"]
        case of_member.MerchantTerminated():
            return ["misuse.services_terminated"]
        case of_member.AttemptRefused():
            return ["refusals.attempts"]
        case of_member.IdentityDisclosed():
            return ["disclosures.made"]
        case _:
            return []
