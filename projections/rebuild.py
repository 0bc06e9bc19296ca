"""Rebuilding views from the log: a new set of tables is filled beside the live one, which is read and fed meanwhile, and then takes
its place in one transaction, for readers in every process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection

from projections import generations
from projections.dialect import in_turn
from projections.folding import LogBatch, fold_view
from projections.runner import BATCH, Views
from projections.session import session_of
from projections.shape import View

Progress = Callable[[int, int], None]
"""Told how far the rebuild is and how far it has to go: positions in the log, summed over the views."""


class RebuildSuperseded(Exception):
    """Another rebuild of the same view has begun since and will take its place."""


def rebuild(views: Views, names: Iterable[str] = (), progress: Progress = lambda done, total: None) -> None:
    """Rebuild these views, all where none is named. Raises KeyError for a name that is none, RebuildSuperseded."""
    chosen = [views.by_name[name] for name in names] or list(views.by_name.values())
    for number, view in enumerate(chosen):
        for reached in _rebuild_one(views, view):
            head = max(views.log.log_head(), reached, 1)
            progress(number * head + reached, len(chosen) * head)


def _rebuild_one(views: Views, view: View) -> Iterator[int]:
    """Rebuild one view, telling after each batch how far it is."""
    generation = in_turn(views.engine, lambda connection: generations.begin(connection, view))
    position = 0
    complete = False
    while not complete:
        position, complete = _fill(views, view, generation, position)
        yield position


def _fill(views: Views, view: View, generation: int, position: int) -> tuple[int, bool]:
    """Fold one more batch into the new set: how far it is then, and whether it has taken the place of the live one."""
    entries = views.log.read_log(position, BATCH)
    batch = LogBatch(entries)

    def fold(connection: Connection) -> tuple[int, bool]:
        if generations.position_of(connection, view.name, generation) != position:
            raise RebuildSuperseded(view.name)
        if entries:
            fold_view(connection, view, generation, batch)
            generations.advance(session_of(connection), {view.name: generation}, batch.last, batch.last_id)
        live = generations.live_sets(session_of(connection)).get(view.name)
        reached = entries[-1][0] if entries else position
        ahead = live is not None and live.version == view.version and live.position > reached and views.belongs(live)
        complete = len(entries) < BATCH and not ahead
        if complete:
            generations.go_live(connection, view.name, generation)
        return reached, complete

    return in_turn(views.engine, fold)
