"""What has an owner, and who lets whom use what."""

from __future__ import annotations

from adapters.store.index.registry import answers, writes
from adapters.store.session import Row, Session, instant_or_none, micros_or_none
from application import index
from application.index import GrantRow, ThingRow

THING = "SELECT kind, thing_id, owner, about FROM thing_index WHERE "
GRANT = "SELECT authorization_id, owner, grantee, filing_id, until FROM grant_index WHERE "


def _things(rows: list[Row]) -> tuple[ThingRow, ...]:
    return tuple(ThingRow(*row) for row in rows)


@writes(index.ForgetAnswers)
def _forget_answers(s: Session, e: index.ForgetAnswers) -> None:
    s.run("DELETE FROM answer WHERE concerned LIKE ?", (f"% {e.member_id} %",))


@answers(index.ThingById)
def _thing_by_id(s: Session, q: index.ThingById) -> ThingRow | None:
    row = s.row(THING + "kind = ? AND thing_id = ?", (q.kind, q.thing_id))
    return None if row is None else ThingRow(*row)


@answers(index.ThingsAbout)
def _things_about(s: Session, q: index.ThingsAbout) -> tuple[ThingRow, ...]:
    return _things(s.rows(THING + "kind = ? AND about = ? ORDER BY seq", (q.kind, q.about)))


@answers(index.ThingsAboutAny)
def _things_about_any(s: Session, q: index.ThingsAboutAny) -> tuple[ThingRow, ...]:
    each = " OR ".join("(kind = ? AND about = ?)" for _ in q.wanted)
    return _things(s.rows(f"{THING}{each} ORDER BY seq", [value for one in q.wanted for value in one]))


@answers(index.ThingsOf)
def _things_of(s: Session, q: index.ThingsOf) -> tuple[ThingRow, ...]:
    return _things(s.rows(THING + "kind = ? AND owner = ? ORDER BY seq", (q.kind, q.owner)))


@writes(index.PutThing)
def _put_thing(s: Session, e: index.PutThing) -> None:
    insert = "INSERT INTO thing_index (kind, thing_id, owner, about, key) VALUES (?, ?, ?, ?, ?)"
    s.run(insert, (e.kind, e.thing_id, e.owner, e.about, e.key))


@answers(index.GrantsOf)
def _grants_of(s: Session, q: index.GrantsOf) -> tuple[GrantRow, ...]:
    if q.grantee is None:
        rows = s.rows(GRANT + "owner = ? ORDER BY seq", (q.owner,))
    else:
        rows = s.rows(GRANT + "owner = ? AND grantee = ? ORDER BY seq", (q.owner, q.grantee))
    return tuple(GrantRow(id_, owner, grantee, filing, instant_or_none(until)) for id_, owner, grantee, filing, until in rows)


@writes(index.PutGrant)
def _put_grant(s: Session, e: index.PutGrant) -> None:
    s.run(
        "INSERT INTO grant_index (authorization_id, owner, grantee, filing_id, until) VALUES (?, ?, ?, ?, ?)",
        (e.authorization_id, e.owner, e.grantee, e.filing_id, micros_or_none(e.until)),
    )


@writes(index.EndGrant)
def _end_grant(s: Session, e: index.EndGrant) -> None:
    s.run("DELETE FROM grant_index WHERE authorization_id = ?", (e.authorization_id,))
