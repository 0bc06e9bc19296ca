"""How the engines carry out what commands and exports ask: along a key, never row by row through a table that grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from adapters.store import log as log_statements
from adapters.store.index.registry import LOOKUPS
from adapters.store.opening import Stores
from adapters.store.postgres_session import PostgresSession
from adapters.store.session import Params, Row, Session, SQLiteSession
from application import index
from application.index import Lookup
from tests.adapters.store.acts import NOON

FEW = ("publication", "change_count")
"""They do not grow with the cases."""


class OnSQLite(SQLiteSession):
    """Answers nothing, and notes the plans of what it is asked."""

    def __init__(self, session: SQLiteSession, plans: list[str]) -> None:
        super().__init__(session.connection)
        self.plans = plans

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        steps = [row[3] for row in super().rows(f"EXPLAIN QUERY PLAN {sql}", params)]
        self.plans += [step for step in steps if step.startswith("SCAN") and not step.startswith(("SCAN json_each", "SCAN CONSTANT"))]
        return []

    def row(self, sql: str, params: Params = ()) -> Row | None:
        self.rows(sql, params)
        return None


class OnPostgres(PostgresSession):
    """The same; a sequential scan that is switched off is chosen only where there is no other way."""

    def __init__(self, session: PostgresSession, plans: list[str]) -> None:
        super().__init__(session.connection)
        self.plans = plans

    def rows(self, sql: str, params: Params = ()) -> list[Row]:
        self.run("SET enable_seqscan = off")
        plan = [row[0].decode() if isinstance(row[0], bytes) else row[0] for row in super().rows(f"EXPLAIN {sql}", params)]
        self.run("RESET enable_seqscan")
        self.plans += [step.strip() for step in plan if "Seq Scan on" in step]
        return []

    def row(self, sql: str, params: Params = ()) -> Row | None:
        self.rows(sql, params)
        return None


def planned(stores: Stores, question: Any, about: Any) -> list[str]:
    """The steps of a question's plans that look at every row of a table that grows."""

    def explain(session: Session, _: None) -> list[str]:
        plans: list[str] = []
        question(OnSQLite(session, plans) if isinstance(session, SQLiteSession) else OnPostgres(session, plans), about)  # type: ignore[arg-type]
        return plans

    plans = stores.databases[0].read(explain, None)
    return [step for step in plans if not any(f" {name}" in step for name in FEW)]


def example(kind: type[Lookup[Any]]) -> Lookup[Any]:
    """A lookup of a kind, whatever it is about."""
    return kind(*(_value(hint) for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__))


def _value(hint: Any) -> Any:
    if get_origin(hint) is tuple:
        each = tuple(one for one in get_args(hint) if one is not Ellipsis)
        return tuple(_value(one) for one in each)
    if hint in (str, int, bool, datetime):
        return {str: "x", int: 1, bool: False, datetime: NOON}[hint]
    return next((_value(one) for one in get_args(hint) if not isinstance(one, str)), "x")


def test_no_lookup_of_a_rule_goes_through_a_whole_table(stores: Stores) -> None:
    found = {kind.__name__: planned(stores, LOOKUPS[kind], example(kind)) for kind in LOOKUPS}
    assert len(found) > 30
    assert {name: steps for name, steps in found.items() if steps} == {}
    assert planned(stores, LOOKUPS[index.GrantsOf], index.GrantsOf("owner")) == []


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("_beginning", ("s", "k", "k")),
        ("_answer", ("s", "k", "k")),
        ("_stream", "s"),
        ("_streams", ("s", "t")),
        ("_log", (5, 5)),
        ("_state", 5),
        ("_position", "id"),
        ("_outlived", 5),
        ("_saved_answer", "c"),
    ],
)
def test_neither_does_what_commands_and_exports_ask_of_the_log(stores: Stores, name: str, about: Any) -> None:
    assert planned(stores, getattr(log_statements, name), about) == []


def test_one_that_did_would_be_seen(stores: Stores) -> None:
    assert planned(stores, lambda s, what: s.rows("SELECT case_id FROM case_index WHERE void_because = ?", (what,)), "x") != []
