"""A replay's report for people at a terminal, and the table of one history under many rulebooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from adapters.replay import as_causes
from adapters.replay.as_json import counted, sums_of
from adapters.replay.running import Replayed
from adapters.wording.instants import instant
from adapters.wording.printer import escaped
from domain.case.comparison import Sums
from domain.case.state import OPEN

SHOWN = 20
"""How many changed cases a terminal shows."""


def show(console: Console, replayed: Replayed) -> None:
    """The verification, or one counterfactual against the facts."""
    if not replayed.names:
        _show_verification(console, replayed)
        return
    for number in range(len(replayed.names)):
        _show_counterfactual(console, replayed, number)


def _show_verification(console: Console, replayed: Replayed) -> None:
    sums = replayed.tally.verified
    console.print(f"{sums.cases} cases, {sums.events} events, until {instant(replayed.until)} at log position {replayed.head}")
    console.print(f"{sums.pending} consequences due and not yet written, {sums.differences} differences")


def _show_counterfactual(console: Console, replayed: Replayed, number: int) -> None:
    sums = sums_of(replayed, number)
    console.print(f"\n{sums.cases} cases under {escaped(replayed.names[number])}, until {instant(replayed.until)}", highlight=False)
    for country, source in sorted(replayed.used[number]):
        console.print(escaped(f"calendar of {country}: {source}"), highlight=False)
    console.print(_endings(sums))
    table = Table("", "in fact", "replayed", box=None)
    for what, actual, would in figures(sums):
        table.add_row(what, actual, would)
    console.print(table)
    causes = Table("because of", "in fact", "replayed", "cases", title="Why cases end otherwise")
    for cause, cases_of in as_causes.most_first(sums.causes):
        causes.add_row(*map(escaped, (cause.key, cause.was, cause.would)), str(cases_of))
    console.print(causes)
    cases = Table("case", "in fact", "replayed", "first divergence", "because of", title=f"{sums.changed} cases end otherwise")
    for position, one in enumerate(one for one in replayed.changed_cases(number) if one.changed):
        if position == SHOWN:
            cases.add_row("…", "", "", f"and {sums.changed - SHOWN} more", "")
            break
        diverges = one.first_divergence
        at = "" if diverges is None else f"{diverges.event} {instant(diverges.at)}"
        cases.add_row(one.case, one.ending, one.would_end, at, escaped(as_causes.sets(one.causes)))
    console.print(cases)


def _endings(sums: Sums) -> Table:
    columns = sorted({to for counts in sums.endings.values() for to in counts})
    table = Table("in fact, replayed as", *columns)
    for ending, counts in sorted(sums.endings.items()):
        table.add_row(ending, *(str(counts[to]) if counts[to] else "" for to in columns))
    return table


def figures(sums: Sums) -> Iterator[tuple[str, str, str]]:
    """The sums as lines: what, in fact, and replayed."""
    yield "cases that diverge", "", str(sums.diverged)
    yield "endings undetermined", "", str(sums.undetermined)
    yield "windows moved", "", str(sums.windows_moved)
    yield "appeals that would have been refused", "", str(sums.appeals_refused)
    yield "appeals that would have been heard", "", str(sums.appeals_heard)
    yield "acceptances late", str(sums.acceptances_late), str(sums.acceptances_would_be_late)
    yield "penalty days of determined cases", f"{sums.penalty_days:.1f}", f"{sums.would_penalty_days:.1f}"
    yield "… more and less", "", f"+{sums.penalty_days_more:.1f} -{sums.penalty_days_less:.1f}"
    for what, counts in (("unreached", sums.unreached), ("refused", sums.refused), ("heard", sums.heard)):
        for command, number in counted(counts).items():
            yield f"{what}: {command}", "", str(number)


HEADS: Sequence[str] = (
    "rulebook",
    "end otherwise",
    "undetermined",
    "final",
    "lifted",
    "declined",
    "withdrawn",
    "voided",
    "open",
    "windows moved",
    "appeals heard / refused",
    "penalty days more / less",
)
"""The columns of the table of one history under many rulebooks."""

_OPEN = tuple(status.value for status in OPEN)


def rows(replayed: Replayed) -> Iterator[list[str]]:
    """One line a rulebook, the facts first."""
    facts = replayed.tally.verified
    yield ["as it happened", "", "", *_ends(facts), "", "", ""]
    for name, sums in zip(replayed.names, replayed.tally.alternatives, strict=True):
        yield [
            name,
            str(sums.changed),
            str(sums.undetermined),
            *_ends(sums),
            str(sums.windows_moved),
            f"{sums.appeals_heard} / {sums.appeals_refused}",
            f"{sums.penalty_days_more:.0f} / {sums.penalty_days_less:.0f}",
        ]


def _ends(sums: Sums) -> list[str]:
    ends = {to: sum(counts[to] for counts in sums.endings.values()) for to in {to for counts in sums.endings.values() for to in counts}}
    single = [str(ends.get(ending, 0)) for ending in ("final", "lifted", "declined", "withdrawn", "voided")]
    return [*single, str(sum(ends.get(status, 0) for status in _OPEN))]


def show_all(console: Console, replayed: Replayed) -> None:
    """One history under many rulebooks."""
    table = Table(*HEADS, title=f"{replayed.tally.verified.cases} cases until {instant(replayed.until)}")
    for row in rows(replayed):
        table.add_row(*map(escaped, row))
    console.print(table)


def markdown(replayed: Replayed) -> str:
    """The same as a Markdown table."""
    lines = ["| " + " | ".join(HEADS) + " |", "|" + "---|" * len(HEADS)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows(replayed)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A text as a cell shows it, whatever is in it."""
    return escaped(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
