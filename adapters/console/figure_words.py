"""What the figures of a period are called, section by section."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext, lazy_gettext

SECTIONS: Final = {
    "complaints": lazy_gettext("Complaints"),
    "appeals": lazy_gettext("Appeals"),
    "penalties": lazy_gettext("Penalties"),
    "endings": lazy_gettext("How cases ended"),
    "bodies": lazy_gettext("Outside bodies"),
    "reviews": lazy_gettext("Reviews of lapses"),
    "misuse": lazy_gettext("Misuse"),
    "filings": lazy_gettext("Filings"),
    "sightings": lazy_gettext("Sightings"),
    "refusals": lazy_gettext("Refusals"),
    "disclosures": lazy_gettext("Disclosures"),
}

FIGURES: Final = {
    "complaints.requests": lazy_gettext("requests (notices)"),
    "complaints.lodged": lazy_gettext("links complained of"),
    "complaints.taken_up": lazy_gettext("taken up"),
    "complaints.taken_up_by_lapse": lazy_gettext("taken up by lapse"),
    "complaints.declined": lazy_gettext("declined"),
    "complaints.declined_by_lapse": lazy_gettext("declined by lapse"),
    "complaints.withdrawn": lazy_gettext("withdrawn"),
    "complaints.overdue_at_the_end": lazy_gettext("overdue at the end"),
    "complaints.median_hours_to_take_up": lazy_gettext("median hours to take up"),
    "complaints.median_hours_to_penalty": lazy_gettext("median hours to the penalty"),
    "appeals.opened": lazy_gettext("opened"),
    "appeals.upheld": lazy_gettext("upheld"),
    "appeals.rejected": lazy_gettext("rejected"),
    "appeals.not_accepted": lazy_gettext("not accepted"),
    "appeals.moot": lazy_gettext("moot"),
    "appeals.lapsed": lazy_gettext("lapsed undecided"),
    "appeals.overdue_at_the_end": lazy_gettext("overdue at the end"),
    "appeals.median_hours_to_decide": lazy_gettext("median hours to decide"),
    "penalties.imposed": lazy_gettext("imposed"),
    "penalties.imposed_by_lapse": lazy_gettext("imposed by lapse"),
    "penalties.revoked": lazy_gettext("revoked"),
    "penalties.standing_at_the_end": lazy_gettext("standing at the end"),
    "endings.no_appeal": lazy_gettext("nobody appealed"),
    "endings.appeals_exhausted": lazy_gettext("all appeals used"),
    "endings.lifted_by_appeal": lazy_gettext("lifted by an appeal"),
    "endings.lifted_by_desk": lazy_gettext("lifted by the desk"),
    "endings.lifted_by_lapse": lazy_gettext("lifted by lapse"),
    "endings.lifted_by_body": lazy_gettext("lifted by a body"),
    "endings.voided": lazy_gettext("voided"),
    "bodies.recorded": lazy_gettext("recorded"),
    "bodies.upheld": lazy_gettext("upheld"),
    "bodies.rejected": lazy_gettext("rejected"),
    "bodies.median_hours_to_outcome": lazy_gettext("median hours to the outcome"),
    "reviews.requested": lazy_gettext("asked for"),
    "reviews.upheld": lazy_gettext("upheld"),
    "reviews.rejected": lazy_gettext("rejected"),
    "reviews.requested_by_complainants": lazy_gettext("asked for by complainants"),
    "reviews.upheld_for_complainants": lazy_gettext("upheld for complainants"),
    "reviews.rejected_to_complainants": lazy_gettext("rejected to complainants"),
    "misuse.warnings": lazy_gettext("warnings"),
    "misuse.suspensions_of_complaints": lazy_gettext("suspended from complaining"),
    "misuse.suspensions_of_appeals": lazy_gettext("suspended from appealing"),
    "misuse.suspensions_lifted": lazy_gettext("suspensions lifted"),
    "misuse.services_terminated": lazy_gettext("services terminated"),
    "filings.filed": lazy_gettext("filed"),
    "filings.refused_pictures": lazy_gettext("pictures refused"),
    "filings.disputes_opened": lazy_gettext("disputes opened"),
    "filings.disputes_upheld": lazy_gettext("disputes upheld"),
    "filings.disputes_rejected": lazy_gettext("disputes rejected"),
    "sightings.made": lazy_gettext("made"),
    "sightings.complained_of": lazy_gettext("complained of"),
    "sightings.sellers_warned": lazy_gettext("sellers warned"),
    "refusals.attempts": lazy_gettext("attempts"),
    "disclosures.made": lazy_gettext("made"),
}


def figure(name: str) -> str:
    """What a figure is called; one that is not known by its name alone."""
    return str(FIGURES.get(name, name.partition(".")[2].replace("_", " ")))


def waited(under_hours: int | None, before: int) -> str:
    """A class of waiting, in words."""
    if under_hours is None:
        return str(gettext("%(hours)s h and more", hours=before))
    return str(gettext("%(low)s to %(high)s h", low=before, high=under_hours))


def sections(figures: dict[str, dict[str, Any]]) -> list[tuple[str, str, list[tuple[str, Any]]]]:
    """The sections with their figures, named: key, title, lines."""
    return [
        (key, str(SECTIONS.get(key, key)), [(figure(f"{key}.{name}"), value) for name, value in counted.items()])
        for key, counted in figures.items()
    ]
