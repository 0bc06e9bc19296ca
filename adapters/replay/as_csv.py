"""The cases that end differently in a counterfactual, one a line, for a spreadsheet."""

from __future__ import annotations

import csv
from typing import TextIO

from adapters.replay import as_causes
from adapters.replay.running import Replayed
from adapters.wording.instants import instant
from adapters.wording.printer import cell
from domain.case.comparison import Comparison
from domain.case.counterfactual import AffectedAct

HEAD = (
    "rulebook",
    "case",
    "from",
    "to",
    "changed",
    "first_divergence",
    "first_divergence_at",
    "undetermined_since",
    "windows_moved",
    "appeals_refused",
    "appeals_heard",
    "acceptance_late",
    "penalty_days",
    "replayed_penalty_days",
    "unreached",
    "refused",
    "heard",
    "because",
    "sets",
)


def write_csv(out: TextIO, replayed: Replayed) -> None:
    """Every case that diverges, under each rulebook, in the order of rulebooks and ids; read and written one at a time."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for number, name in enumerate(replayed.names):
        for one in replayed.changed_cases(number):
            writer.writerow(map(cell, _row(name, one)))


def _row(name: str, one: Comparison) -> tuple[str | int | float, ...]:
    diverges = one.first_divergence
    return (
        name,
        one.case,
        one.ending,
        one.would_end,
        "yes" if one.changed else "no",
        diverges.event if diverges else "",
        instant(diverges.at) if diverges else "",
        instant(one.undetermined_since) or "",
        len(one.windows_moved),
        one.appeals_refused,
        one.appeals_heard,
        "yes" if one.acceptance_would_be_late else "no",
        round(one.penalty_days, 3),
        round(one.would_penalty_days, 3),
        _acts(one.unreached),
        _acts(one.refused),
        _acts(one.heard),
        "; ".join(as_causes.words(cause) for cause in one.causes.because) if one.causes else "",
        as_causes.sets(one.causes),
    )


def _acts(acts: tuple[AffectedAct, ...]) -> str:
    return "; ".join(f"{act.command} {instant(act.at)}" + (f" ({act.code})" if act.code else "") for act in acts)
