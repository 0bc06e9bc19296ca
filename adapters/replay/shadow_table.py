"""What the shadow would have done, a row a case, beside the log: made anew from it wherever it is gone (rule G7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from domain.case.compared import ComparedCase
from domain.recorded import Recorded
from projections.dialect import writing

_TURN = 2_960_117_350_716_245_511
_metadata = MetaData()
_state = Table(
    "shadow_state",
    _metadata,
    Column("shadow", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("event_id", String, nullable=False),
    Column("law", BigInteger, nullable=False),
)
_cases = Table(
    "shadow_case",
    _metadata,
    Column("case_id", String, primary_key=True),
    Column("complainant", String, nullable=False, index=True),
    Column("filing", String, nullable=False, index=True),
    Column("stale", Boolean, nullable=False, index=True),
    Column("moving", Boolean, nullable=False),
    Column("compared", Text),
    Column("used", Text),
    Column("why", Text),
)
_falls = Table("shadow_fall", _metadata, Column("position", BigInteger, primary_key=True), Column("event", Text, nullable=False))

_DECODE = msgspec.json.Decoder(ComparedCase).decode


class ShadowState(NamedTuple):
    """Of which shadow the rows are, up to which event of the log, and where the last publication was by then."""

    shadow: str
    position: int
    event_id: str
    law: int


class CaseOf(NamedTuple):
    """A case, and with whose protection it falls."""

    case_id: str
    complainant: str
    filing: str


class ShadowedCase(NamedTuple):
    """What the draft does of a case, and which calendars were asked; `why` there is nothing, where there is none."""

    case_id: str
    compared: ComparedCase | None
    used: Sequence[tuple[str, str]] = ()
    why: str | None = None


class ShadowTable:
    """The rows of the shadow; `turn` gives one process at a time a transaction in which they are written."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._made = engine, False

    @contextmanager
    def turn(self) -> Iterator[ShadowRows]:
        """The rows, for whoever writes them now; the tables are made where they are missing. Raises ViewsBusy."""
        with writing(self._engine, _TURN) as connection:
            if not self._made:
                _metadata.create_all(connection)
            yield ShadowRows(connection)
        self._made = True

    def counts(self, shadow: str) -> tuple[ShadowState | None, int, int]:
        """How far the rows of a shadow are, how many cases are to be told anew, and of how many nothing can be told."""
        with self._engine.connect() as connection:
            if not self._engine.dialect.has_table(connection, _state.name):
                return None, 0, 0
            rows = ShadowRows(connection)
            state = rows.state()
            if state is None or state.shadow != shadow:
                return None, 0, 0
            return state, rows.stale(), rows.untold()


class ShadowRows:
    """The rows, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self) -> ShadowState | None:
        """How far they are; None where nothing was begun."""
        row = self._connection.execute(select(_state)).first()
        return None if row is None else ShadowState(*row)

    def reach(self, state: ShadowState) -> None:
        """They are so far now."""
        self._connection.execute(delete(_state))
        self._connection.execute(insert(_state).values(state._asdict()))

    def clear(self) -> None:
        """Begin anew."""
        for table in (_state, _cases, _falls):
            self._connection.execute(delete(table))

    def add(self, cases: Iterable[CaseOf]) -> None:
        """Cases that are to be told."""
        rows = [{**case._asdict(), "stale": True, "moving": False} for case in cases]
        if rows:
            self._connection.execute(insert(_cases), rows)

    def fall(self, falls: Iterable[tuple[int, Recorded]]) -> None:
        """Findings, by their positions in the log: the cases of that member, or filing, are to be told anew."""
        for position, one in falls:
            self._connection.execute(insert(_falls).values(position=position, event=msgspec.json.encode(one).decode()))
            concerned = or_(_cases.c.complainant == one.originator_id, _cases.c.filing == one.originator_id)
            self._connection.execute(update(_cases).where(concerned).values(stale=True))

    def falls(self) -> list[tuple[int, Recorded]]:
        """Every finding so far."""
        rows = self._connection.execute(select(_falls).order_by(_falls.c.position))
        return [(row.position, msgspec.json.decode(row.event, type=Recorded)) for row in rows]

    def touch(self, cases: Sequence[str]) -> None:
        """These cases are to be told anew, as far as they are among them."""
        self._connection.execute(update(_cases).where(_cases.c.case_id.in_(cases)).values(stale=True))

    def touch_all(self) -> None:
        """Every case is to be told anew."""
        self._connection.execute(update(_cases).values(stale=True))

    def stale(self) -> int:
        """How many cases are to be told anew."""
        return self._connection.execute(select(func.count()).where(_cases.c.stale)).scalar_one()

    def untold(self) -> int:
        """Of how many cases nothing can be told."""
        return self._connection.execute(select(func.count()).where(_cases.c.why.is_not(None))).scalar_one()

    def next_stale(self, most: int) -> list[str]:
        """Some of the cases that are to be told anew."""
        return list(self._connection.execute(select(_cases.c.case_id).where(_cases.c.stale).limit(most)).scalars())

    def moving(self) -> list[str]:
        """The cases that are told otherwise as time goes on."""
        return list(self._connection.execute(select(_cases.c.case_id).where(_cases.c.moving)).scalars())

    def keep(self, one: ShadowedCase) -> None:
        """What the draft does of a case."""
        compared = None if one.compared is None else msgspec.json.encode(one.compared).decode()
        row = {
            "stale": False,
            "moving": one.compared is not None and not one.compared.settled,
            "compared": compared,
            "used": msgspec.json.encode(one.used).decode(),
            "why": one.why,
        }
        self._connection.execute(update(_cases).where(_cases.c.case_id == one.case_id).values(row))

    def every(self) -> Iterator[ShadowedCase]:
        """What the draft does of every case, in the order of their ids."""
        rows = self._connection.execute(select(_cases.c.case_id, _cases.c.compared, _cases.c.used, _cases.c.why).order_by(_cases.c.case_id))
        for row in rows:
            used = [(country, source) for country, source in msgspec.json.decode(row.used or "[]")]
            yield ShadowedCase(row.case_id, None if row.compared is None else _DECODE(row.compared), used, row.why)
