"""Reasons that the desk gives often, kept beside the store: no fact of any case, for what was given is in the case itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Engine, MetaData, Table, Text, delete, insert

from adapters.http.turns import looked_up_beside
from projections.dialect import in_turn

FIRST: Final = (
    {"command": "acceptance", "text": "The listing shows the very picture that was filed."},
    {"command": "acceptance", "text": "The listing shows a part of the picture that was filed: [which part]."},
    {"command": "refusal", "text": "The pictures show different goods."},
    {"command": "refusal", "text": "The pictures show the same goods, photographed separately."},
    {"command": "upheld", "text": "The respondent has shown that the picture is its own: [what shows it]."},
    {"command": "rejected", "text": "What was handed in does not show who made the picture."},
    {"command": "not_accepted", "text": "The appeal names no grounds that concern this notice."},
)
"""The templates of a fresh store."""

_metadata = MetaData()
_kept = Table("desk_reasons", _metadata, Column("name", Text, primary_key=True), Column("templates", Text, nullable=False))


class ReasonTemplates:
    """The desk's templates, one list for all reviewers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        in_turn(engine, _metadata.create_all)

    def read(self) -> list[dict[str, Any]]:
        """All of them, in the order in which they were put."""
        rows = looked_up_beside(self._engine, "SELECT templates FROM desk_reasons", (), ("text",))
        return msgspec.json.decode(rows[0][0]) if rows else list(FIRST)

    def put(self, templates: Sequence[dict[str, Any]]) -> None:
        """These and no others."""
        with self._engine.begin() as connection:
            connection.execute(delete(_kept))
            connection.execute(insert(_kept).values(name="all", templates=msgspec.json.encode(list(templates)).decode()))
