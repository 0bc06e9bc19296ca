"""The history of a case for people: as text, and as a page that stands by itself (rule G1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from adapters.case_file.sentences import because, words
from adapters.wording.instants import instant
from adapters.wording.printer import escaped, in_html, quoted
from adapters.wording.sealed import UNREADABLE, readable
from application.audit import CaseHistory, Line
from application.ports import Identities, Identity, Sealer
from domain.case.events import NoticeServed
from domain.events import CLOCK, Sealed
from domain.events.member import MerchantTerminated
from domain.recorded import Recorded
from domain.working_days import ProofLine
from projections.message import Message
from projections.messages import of_history

_OPAQUE = re.compile(r"[0-9a-f]{32}")
_ONE_WORD = re.compile(r"[^\s:]+(:[^\s:]+)*")
WITHHELD, ERASED = "(withheld)", "(erased)"
KINDS_OF_THE_COMPLAINANT = frozenset({"filing", "vouchers", "voucher_request", "dispute", "disclosure", "sighting", "finding"})
"""The streams that tell of the complainant or of others; whoever may not know them is shown only that something is there."""


class ReportLine(NamedTuple):
    """An event in words: when, by whom, what, under which rulebook and calendar; `later` is when it was written down, if not then.

    Each is one line that nothing obeys, whatever anybody wrote (`wording/printer.py`).
    """

    at: str
    who: str
    what: str
    law: str
    later: str


class CaseReport(NamedTuple):
    """A case in words. `messages` is what members were told; `proof` explains the first window of the notice day by day."""

    title: str
    head: tuple[tuple[str, str], ...]
    lines: tuple[ReportLine, ...]
    messages: tuple[ReportLine, ...]
    proof: tuple[ProofLine, ...]


class Visibility(NamedTuple):
    """What the reader may know: who the parties are, and what the complainant wrote."""

    identities: bool
    statements: bool


def report(history: CaseHistory, sealer: Sealer, identities: Identities, visibility: Visibility) -> CaseReport:
    """The case as of the history's instant, as far as that reader may know."""
    case = history.case
    party = _Parties(case.complainant, case.respondent, identities if visibility.identities else None)
    why = case.final_because or case.lifted_because
    head = (
        ("As of", instant(history.as_of)),
        ("Status", case.status.value + (f" ({why})" if why else "")),
        ("Listing", escaped(f"{case.listing_id}, {case.link}")),
        ("Complainant", party.described(case.complainant)),
        ("Respondent", party.described(case.respondent)),
        ("Penalty", "stands" if case.penalty_stands else "does not stand"),
        ("Appeals left", "-" if case.appeals_left is None else str(case.appeals_left)),
        ("Appeal by", "-" if case.window is None else instant(case.window.closes.closes_at)),
    )
    lines = tuple(_line(line, sealer, party, visibility) for line in history.lines)
    served = [line.fact.event for line in history.lines if isinstance(line.fact.event, NoticeServed)]
    recorded = [line.fact for line in history.lines if isinstance(line.fact, Recorded)]
    messages = tuple(_sent(one, party, visibility) for one in of_history(recorded))
    proof = tuple(replace(day, why=escaped(day.why)) for day in served[0].proof) if served else ()
    return CaseReport(f"Case {case.id}", head, lines, messages, proof)


class _Parties:
    """How members are called in a report."""

    def __init__(self, complainant: str, respondent: str, identities: Identities | None) -> None:
        self._roles = {complainant: "the complainant", respondent: "the respondent", CLOCK: "the clock"}
        self._identities = identities

    def __getitem__(self, by: str) -> str:
        """Staff by their name, quoted where it could be read as something else; another member, whose id is opaque, by no name at all."""
        named = by if _ONE_WORD.fullmatch(by) else quoted(by)
        return self._roles.get(by, "another member" if _OPAQUE.fullmatch(by) else named)

    def described(self, member_id: str) -> str:
        """Who a party is, where that may be told."""
        if self._identities is None:
            return "identity withheld"
        identity = self._identities.by_id(member_id)
        return "forgotten" if identity is None else _named(identity)


def _named(identity: Identity) -> str:
    return escaped(identity.subject if identity.nickname is None else f"{identity.nickname} ({identity.subject})")


def _line(line: Line, sealer: Sealer, party: _Parties, visibility: Visibility) -> ReportLine:
    fact = line.fact
    complainants = line.kind in KINDS_OF_THE_COMPLAINANT or party[fact.by] == "the complainant"

    def opened(sealed: Sealed) -> str:
        if complainants and not visibility.statements:
            return WITHHELD
        text = readable(sealer, sealed)
        return ERASED if text is None else text if text is UNREADABLE else quoted(text)

    law = [] if fact.rules is None else [f"{fact.rules.name} {fact.rules.version}"]
    if fact.calendar is not None:
        law.append(f"calendar {fact.calendar.name} {fact.calendar.digest[:12]}")
    later = ""
    if not isinstance(fact, Recorded):
        later = "due, not yet written down"
    elif fact.recorded_at != fact.at:
        later = f"written down {instant(fact.recorded_at)}"
    what = words(fact.event, opened)
    if isinstance(fact.event, MerchantTerminated):
        what += because(fact.event.reasons) if visibility.statements else f": {WITHHELD}"
    return ReportLine(instant(fact.at), escaped(party[fact.by]), escaped(what), escaped(", ".join(law)), later)


def _sent(message: Message, party: _Parties, visibility: Visibility) -> ReportLine:
    """A message: when, to whom, what it was about and, for whoever may read all, its text."""
    said = message.kind.replace("_", " ")
    what = escaped(f"{said}: {message.text()}") if visibility.statements else said
    return ReportLine(instant(message.at), party[message.member], what, "", "")


def text(of: CaseReport) -> str:
    """For a terminal or a text file."""
    lines = [of.title, *(f"  {label + ':':<14} {value}" for label, value in of.head), ""]
    for one in of.lines:
        lines.append(f"{one.at}  {one.who}: {one.what}")
        beside = "; ".join(filter(None, (f"under {one.law}" if one.law else "", one.later)))
        if beside:
            lines.append(f"{'':22}{beside}")
    if of.messages:
        lines += ["", "Messages, and whom they were for:"]
        lines += [f"{one.at}  to {one.who}: {one.what}" for one in of.messages]
    if of.proof:
        lines += ["", "Why the first window closes when it does:"]
        lines += [f"  {day.date:%a %d %b %Y}  {'counted' if day.counted else '-':<8} {day.day:<8} {day.why}" for day in of.proof]
    return "\n".join(lines) + "\n"


class ListedFile(NamedTuple):
    """A file beside the page: its name in the bundle, and what it is."""

    name: str
    caption: str


STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c1c1e;background:#fff}
h1{font-size:1.5rem;overflow-wrap:anywhere}dl{display:grid;grid-template-columns:9rem 1fr;gap:.2rem 1rem}dt{color:#5b5b60}dd{margin:0}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.45rem .6rem;border-bottom:1px solid #ddd}
td{overflow-wrap:anywhere}td:first-child,td:nth-child(2){white-space:nowrap;font-variant-numeric:tabular-nums}small{color:#5b5b60;display:block}
figure{display:inline-block;vertical-align:top;overflow-wrap:anywhere;margin:0 1rem 1rem 0;max-width:20rem}
img{max-width:100%;height:auto;border:1px solid #ddd}
.counted td{background:#eef6ee}code{background:#f2f2f4;padding:.1rem .3rem}"""


def page(of: CaseReport, pictures: Sequence[ListedFile], files: Sequence[ListedFile], notes: Sequence[str]) -> str:
    """A page without scripts, fonts or anything from elsewhere; pictures lie beside it."""
    e = in_html
    head = "".join(f"<dt>{e(label)}</dt><dd>{e(value)}</dd>" for label, value in of.head)
    shown = "".join(
        f'<figure><img src="{e(one.name)}" alt="{e(one.caption)}"><figcaption>{e(one.caption)}</figcaption></figure>' for one in pictures
    )
    listed = "".join(f'<li><a href="{e(one.name)}">{e(one.name)}</a>: {e(one.caption)}</li>' for one in files)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src *">
<title>{e(of.title)}</title><style>{STYLE}</style></head><body><main>
<h1>{e(of.title)}</h1><dl>{head}</dl>
{_section("Pictures", shown)}
<h2>History</h2><table><thead><tr><th scope="col">When (UTC)</th><th scope="col">Who</th><th scope="col">What</th></tr></thead>
<tbody>{"".join(map(_row, of.lines))}</tbody></table>
{_section("Messages", _messages(of.messages))}
{_section("Why the first window closes when it does", _proof(of.proof))}
{_section("Files", f"<ul>{listed}</ul>" if listed else "")}
<h2>How to check this</h2>
<p>Every event named here has a receipt in <code>receipts/</code>. <code>originals audit verify FILE.zip --key log.pub</code> checks all of
it without the store, and tells which files an event names; the log's public key is to be had from the platform by another way.</p>
{"".join(f"<p>{e(note)}</p>" for note in notes)}
</main></body></html>
"""


def _section(title: str, content: str) -> str:
    return f"<h2>{in_html(title)}</h2>{content}" if content else ""


def _row(one: ReportLine) -> str:
    beside = "; ".join(filter(None, (f"under {one.law}" if one.law else "", one.later)))
    small = f"<small>{in_html(beside)}</small>" if beside else ""
    return f"<tr><td>{in_html(one.at)}</td><td>{in_html(one.who)}</td><td>{in_html(one.what)}{small}</td></tr>"


def _messages(sent: Sequence[ReportLine]) -> str:
    head = '<thead><tr><th scope="col">When (UTC)</th><th scope="col">To</th><th scope="col">What</th></tr></thead>'
    return f"<table>{head}<tbody>{''.join(map(_row, sent))}</tbody></table>" if sent else ""


def _proof(days: Sequence[ProofLine]) -> str:
    rows = "".join(
        f"<tr{' class=counted' if day.counted else ''}><td>{day.date:%a %d %b %Y}</td><td>{day.day}</td><td>{in_html(day.why)}</td>"
        f"<td>{'counted' if day.counted else ''}</td></tr>"
        for day in days
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""
