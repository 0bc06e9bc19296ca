"""The story, chapter by chapter."""

from __future__ import annotations

from pathlib import Path

from adapters.demo import beginning, contest, reckoning
from adapters.demo.stage import Stage


def play(stage: Stage, folder: Path) -> None:
    """Play it on a running server; what is exported goes into `folder`. Raises WentWrong."""
    narrator = stage.narrator
    narrator.plain("ORIGINAL PROTECTION: the story of a stolen picture")
    narrator.plain()
    narrator.says("Everything below happens over HTTP, on a fresh store and a simulated clock.")
    for chapter in (
        beginning.entrance,
        beginning.filing,
        beginning.thief,
        beginning.sightings,
        beginning.complaints,
        contest.acceptance,
        contest.first_appeal,
        contest.window_closes,
        contest.second_appeal,
        reckoning.anonymity,
        reckoning.history,
    ):
        chapter(stage)
    reckoning.evidence(stage, folder)
    reckoning.replay(stage, folder)
