"""A reviewer notes something on a case, for the desk and the audit alone (rule H7)."""

from __future__ import annotations

from datetime import datetime

from domain.case.act import CaseAct, Redoing
from domain.case.state import Case
from domain.events import Event, Fact, Happened, Sealed


class NoteAdded(Event, frozen=True):
    """A note of the desk's, sealed under the key of the case (rule H7)."""

    text: Sealed


def add_note(case: Case, at: datetime, by: str, text: Sealed) -> list[Happened]:
    """Note something, in whatever state the case is (rule H7)."""
    return [Happened(at, NoteAdded(text), by)]


def _fold(case: Case, fact: Fact, event: NoteAdded) -> Case:
    return case


def _redo(case: Case, at: datetime, by: str, event: NoteAdded, under: Redoing) -> list[Happened]:
    return add_note(case, at, by, event.text)


NOTE = CaseAct(
    command="note",
    event=NoteAdded,
    fold=_fold,
    redo=_redo,
    retry=None,
    compared=(),
    answers=False,
    ends=False,
    desk_only=True,
    one_partys=False,
    quiet=True,
)
