"""The console's words: statuses, instants, time left, problems. Every sentence is translated where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import g
from flask_babel import format_datetime, get_locale, gettext, lazy_gettext, ngettext
from markupsafe import Markup

from adapters.console.event_titles import EVENT
from adapters.http.problems import CODES

STATUS: Final[Mapping[str, Any]] = {
    "lodged": lazy_gettext("Lodged"),
    "declined": lazy_gettext("Declined"),
    "noticed": lazy_gettext("Notice served"),
    "penalized": lazy_gettext("Penalised"),
    "appealed": lazy_gettext("Under appeal"),
    "lifted": lazy_gettext("Lifted"),
    "withdrawn": lazy_gettext("Withdrawn"),
    "taken_back": lazy_gettext("Taken back"),
    "voided": lazy_gettext("Voided"),
    "final": lazy_gettext("Final"),
    "open": lazy_gettext("Open"),
    "upheld": lazy_gettext("Upheld"),
    "rejected": lazy_gettext("Rejected"),
    "not_accepted": lazy_gettext("Not accepted"),
    "moot": lazy_gettext("Moot"),
    "protected": lazy_gettext("Protected"),
    "cancelled": lazy_gettext("Cancelled"),
    "new": lazy_gettext("New"),
    "complained": lazy_gettext("Complained of"),
    "authorised": lazy_gettext("Authorised"),
    "gone": lazy_gettext("Gone"),
    "active": lazy_gettext("In force"),
    "expired": lazy_gettext("Expired"),
    "revoked": lazy_gettext("Revoked"),
    "ended": lazy_gettext("Ended"),
    "produced": lazy_gettext("Handed in"),
    "satisfied": lazy_gettext("Satisfied"),
    "wanting": lazy_gettext("Found wanting"),
    "running": lazy_gettext("Running"),
    "done": lazy_gettext("Done"),
    "failed": lazy_gettext("Failed"),
    "undetermined": lazy_gettext("Undetermined"),
}

BECAUSE: Final[Mapping[str, Any]] = {
    "complaint_to_take_up": lazy_gettext("waits to be taken up"),
    "appeal_to_decide": lazy_gettext("an appeal waits for its decision"),
    "special_case": lazy_gettext("a special case without a deadline"),
    "review_to_decide": lazy_gettext("a person was asked for"),
    "overdue": lazy_gettext("overdue"),
    "due_today": lazy_gettext("due today"),
}

PARTY: Final[Mapping[str, Any]] = {
    "complainant": lazy_gettext("complainant"),
    "respondent": lazy_gettext("respondent"),
}
ROLE: Final[Mapping[str, Any]] = {
    "merchant": lazy_gettext("merchant"),
    "reviewer": lazy_gettext("reviewer"),
    "auditor": lazy_gettext("auditor"),
    "admin": lazy_gettext("administrator"),
    "marketplace": lazy_gettext("marketplace"),
}
VERDICT: Final[Mapping[str, Any]] = {
    "copy": lazy_gettext("a copy"),
    "suspicion": lazy_gettext("perhaps a copy"),
    "different": lazy_gettext("another picture"),
}

FIGURE: Final[Mapping[str, Any]] = {
    "filings_protected": lazy_gettext("Protected filings"),
    "complaints": lazy_gettext("Complaints lodged"),
    "complaints_declined": lazy_gettext("of them declined"),
    "complaints_lifted": lazy_gettext("of them lifted"),
    "complained_of": lazy_gettext("Complained of"),
    "complained_of_final": lazy_gettext("of them final"),
}

TONE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("lodged", "noticed", "open", "new", "running", "produced"), "wait"),
    **dict.fromkeys(("penalized", "wanting", "failed", "cancelled", "complained"), "bad"),
    **dict.fromkeys(("appealed",), "warn"),
    **dict.fromkeys(("lifted", "upheld", "protected", "satisfied", "active", "authorised", "done"), "good"),
}
"""The colour of a status, which is always written out as well."""

ENDING: Final[Mapping[str, Any]] = {
    "no_appeal": lazy_gettext("Nobody appealed in time"),
    "appeals_exhausted": lazy_gettext("All appeals were used"),
    "appeal": lazy_gettext("An appeal was upheld"),
    "desk": lazy_gettext("The desk mended its mistake"),
    "lapse": lazy_gettext("The desk did not decide in time"),
    "body": lazy_gettext("An outside body decided"),
}

DONE: Final[Mapping[str, Any]] = {
    "signed_in": lazy_gettext("You are signed in."),
    "signed_out": lazy_gettext("You are signed out."),
    "declared": lazy_gettext("The declaration is signed."),
    "folder": lazy_gettext("The folder is there."),
    "filed": lazy_gettext("Filed. The pictures are evidence from now on."),
    "withdrawn": lazy_gettext("Withdrawn."),
    "complained": lazy_gettext("The complaint is lodged."),
    "granted": lazy_gettext("Authorised."),
    "revoked": lazy_gettext("The authorisation is revoked."),
    "appealed": lazy_gettext("The appeal is open."),
    "vouchers": lazy_gettext("The vouchers are handed in."),
    "disputed": lazy_gettext("The dispute is open; hand in your vouchers."),
    "accepted": lazy_gettext("Accepted: the listing is penalised and a notice is served."),
    "refused": lazy_gettext("Refused."),
    "claimed": lazy_gettext("The case is yours for now."),
    "released": lazy_gettext("The case is free again."),
    "decided": lazy_gettext("Decided."),
    "special": lazy_gettext("Marked as a special case."),
    "lifted": lazy_gettext("Lifted: the goods are restored."),
    "reopened": lazy_gettext("Reopened and voided."),
    "noted": lazy_gettext("The note is kept."),
    "asked": lazy_gettext("The vouchers are asked for."),
    "found": lazy_gettext("The finding is on record."),
    "reinstated": lazy_gettext("The merchant is reinstated."),
    "published": lazy_gettext("Published."),
    "cancelled": lazy_gettext("The replay is ended."),
    "started": lazy_gettext("The replay is running."),
    "read_it": lazy_gettext("It is on record that you have read it."),
    "shadow_begun": lazy_gettext("The draft runs beside the rules."),
    "shadow_ended": lazy_gettext("The draft runs no longer."),
    "moved": lazy_gettext("The clock is moved."),
    "renamed": lazy_gettext("The folder has its new name."),
    "read": lazy_gettext("They are read."),
    "body_recorded": lazy_gettext("It is on record."),
    "body_decided": lazy_gettext("The outcome is filed."),
    "review_asked": lazy_gettext("You asked for a person; nothing changes until one has decided."),
    "nothing_left": lazy_gettext("Nothing is left in this queue."),
}

REASON: Final[Mapping[str, Any]] = {
    "suffix_not_allowed": lazy_gettext("Only JPG, JPEG and PNG files are taken"),
    "content_mismatch": lazy_gettext("The content is not what the file's name says"),
    "too_large": lazy_gettext("The file is too large"),
    "too_small": lazy_gettext("The picture has too few pixels"),
    "unreadable": lazy_gettext("The picture cannot be read"),
    "too_many_pixels": lazy_gettext("The picture has too many pixels"),
    "animated": lazy_gettext("The file holds several pictures"),
    "not_original": lazy_gettext("Somebody else filed this picture before"),
    "duplicate": lazy_gettext("You filed this picture before"),
    "malformed_link": lazy_gettext("This is no link to a listing"),
    "unknown_listing": lazy_gettext("The marketplace has no such listing"),
    "duplicate_link": lazy_gettext("The link stands there twice"),
    "own_listing": lazy_gettext("The listing is your own"),
    "authorised_seller": lazy_gettext("You have authorised this seller"),
    "case_open": lazy_gettext("A case is open already"),
    "already_decided": lazy_gettext("This was decided before"),
}


def event(name: str) -> str:
    """What an event is called; its own name where the catalogue has no words for it."""
    return str(EVENT.get(name, name))


def status(value: str | None) -> str:
    """A status in words."""
    return str(STATUS.get(value or "", value or ""))


def tone(value: str | None) -> str:
    """The colour of a status."""
    return TONE.get(value or "", "plain")


def because(code: str) -> str:
    """Why a case stands in a queue, in words."""
    return str(BECAUSE.get(code, code))


def role(name: str) -> str:
    """What somebody does here."""
    return str(ROLE.get(name, name))


def party(name: str) -> str:
    """Which side of a case somebody is on."""
    return str(PARTY.get(name, name))


def verdict(name: str) -> str:
    """What the machine thinks of a pair of pictures."""
    return str(VERDICT.get(name, name))


def figure(name: str) -> str:
    """What a figure of a merchant counts."""
    return str(FIGURE.get(name, name))


def ending(case: Mapping[str, Any]) -> str:
    """Why a case ended, in words; empty where its status says all."""
    why = case.get("final_because") or case.get("lifted_because")
    return str(ENDING.get(why, why)) if why else ""


def reason(code: str) -> str:
    """Why something was refused, in words."""
    return str(REASON[code]) if code in REASON else problem(code)


def problem(code: str | None) -> str:
    """What a problem's code means, in the reader's language."""
    return str(gettext(CODES.get(code or "", (0, code or ""))[1]))


def told_done(code: str | None) -> str | None:
    """What was done, for the page one comes to afterwards; None for nothing, or for a word that is none of ours."""
    return str(DONE[code]) if code is not None and code in DONE else None


def moment(text: str | None) -> Markup:
    """An instant in the reader's words and the console's zone, with the exact one for machines and on hover."""
    if not text:
        return Markup("<span class=quiet>–</span>")
    shown = format_datetime(_read(text), "yyyy-MM-dd HH:mm" if _chinese() else "d MMM yyyy HH:mm", rebase=False)
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(text, shown)


def day(text: str | None) -> str:
    """The last day on which something can be done, for an exclusive end at midnight."""
    if not text:
        return ""
    last = _read(text) - timedelta(microseconds=1)
    return str(format_datetime(last, "yyyy-MM-dd EEEE" if _chinese() else "EEEE d MMM yyyy", rebase=False))


def time_left(until: str | None, now: datetime) -> str:
    """How long there is until an instant: days down to two, then hours, then minutes; or since when it is over."""
    if not until:
        return ""
    left = _read(until) - now.astimezone(UTC).astimezone(zone())
    if left <= timedelta(0):
        return str(gettext("over"))
    hours, minutes = int(left.total_seconds() // 3600), int(left.total_seconds() // 60)
    if hours >= 48:
        return str(ngettext("%(num)d day left", "%(num)d days left", hours // 24))
    if hours >= 2:
        return str(ngettext("%(num)d hour left", "%(num)d hours left", hours))
    return str(ngettext("%(num)d minute left", "%(num)d minutes left", max(1, minutes)))


def zone() -> ZoneInfo:
    """The zone that instants are shown in."""
    found: ZoneInfo = g.get("console_zone") or ZoneInfo("Asia/Shanghai")
    return found


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone())


def _chinese() -> bool:
    return str(get_locale()).startswith("zh")


def own_picture(path: str) -> str:
    """Where the console serves a picture that the interface serves under `/v1`."""
    source, _, rest = path.removeprefix("/v1/").partition("/")
    id, _, query = rest.partition("/picture")
    return f"/console/pictures/{ {'filings': 'filing', 'sightings': 'sighting', 'notices': 'notice'}[source] }/{id}{query}"


def transform(seen: Mapping[str, Any] | None) -> str:
    """How a copy was changed, in words: mirrored, turned, smaller; empty where it was not."""
    if not isinstance(seen, Mapping):
        return ""
    turned, scale = round(float(seen.get("rotated_by") or 0)), float(seen.get("scaled_by") or 1)
    said = [str(gettext("mirrored"))] if seen.get("mirrored") else []
    said += [str(gettext("turned by %(degrees)s°", degrees=turned))] if turned else []
    said += [str(gettext("scaled to %(percent)s %%", percent=round(scale * 100)))] if not 0.97 < scale < 1.03 else []
    covers = float(seen.get("covers") or 1)
    said += [str(gettext("%(percent)s %% of the picture", percent=round(covers * 100)))] if covers < 0.95 else []
    return ", ".join(said)


FILTERS: Final = (because, figure, party, role, verdict, own_picture, transform, event, status, tone, ending, reason, problem, moment, day)
"""What templates word values with."""
