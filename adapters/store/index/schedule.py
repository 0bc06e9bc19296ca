"""What falls due, what is published, how many attempts were counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapters.store.index.registry import answers, writes
from adapters.store.session import Session, instant, instant_or_none, micros, micros_or_none
from application import index
from application.index import DueRow


@answers(index.NextDue)
def _next_due(s: Session, q: index.NextDue) -> datetime | None:
    others = "" if q.seeking else f" WHERE kind NOT IN {index.SEEKING}"
    row = s.row(
        f"""SELECT MIN(at) FROM (SELECT MIN(due_at) AS at FROM case_index WHERE due_at IS NOT NULL
        UNION ALL SELECT MIN(at) AS at FROM other_due{others}) AS due"""
    )
    return None if row is None else instant_or_none(row[0])


@answers(index.OthersDue)
def _others_due(s: Session, q: index.OthersDue) -> tuple[DueRow, ...]:
    kinds = "" if q.seeking is None else f" AND kind {'' if q.seeking else 'NOT '}IN {index.SEEKING}"
    asked = f"SELECT kind, subject, at FROM other_due WHERE at <= ?{kinds} ORDER BY at, kind, subject LIMIT ?"
    rows = s.rows(asked, (micros(q.by), q.limit))
    return tuple(DueRow(kind, subject, instant(at)) for kind, subject, at in rows)


@writes(index.PutDue)
def _put_due(s: Session, e: index.PutDue) -> None:
    if e.at is None:
        s.run("DELETE FROM other_due WHERE kind = ? AND subject = ?", (e.kind, e.subject))
        return
    s.run(
        "INSERT INTO other_due (kind, subject, at) VALUES (?, ?, ?) ON CONFLICT (kind, subject) DO UPDATE SET at = excluded.at",
        (e.kind, e.subject, micros(e.at)),
    )


@answers(index.Publications)
def _publications(s: Session, q: index.Publications) -> tuple[Any, ...]:
    return tuple(s.rows("SELECT kind, stream FROM publication ORDER BY seq"))


@answers(index.PublicationCount)
def _publication_count(s: Session, q: index.PublicationCount) -> int:
    row = s.row("SELECT COUNT(*) FROM publication")
    return row[0] if row else 0


@writes(index.PutPublication)
def _put_publication(s: Session, e: index.PutPublication) -> None:
    s.run(
        "INSERT INTO publication (kind, stream, key, effective_from) VALUES (?, ?, ?, ?)",
        (e.kind, e.stream, e.key, micros_or_none(e.effective_from)),
    )


@answers(index.BytesToday)
def _bytes_today(s: Session, q: index.BytesToday) -> int:
    row = s.row("SELECT number FROM byte_count WHERE member = ? AND day = ?", (q.member, q.day))
    return row[0] if row else 0


@writes(index.CountBytes)
def _count_bytes(s: Session, e: index.CountBytes) -> None:
    s.run(
        """INSERT INTO byte_count (member, day, number) VALUES (?, ?, ?)
        ON CONFLICT (member, day) DO UPDATE SET number = byte_count.number + excluded.number""",
        (e.member, e.day, e.number),
    )


@answers(index.AttemptsToday)
def _attempts_today(s: Session, q: index.AttemptsToday) -> int:
    row = s.row("SELECT number FROM attempt_count WHERE actor = ? AND day = ?", (q.actor, q.day))
    return row[0] if row else 0


@writes(index.CountAttempt)
def _count_attempt(s: Session, e: index.CountAttempt) -> None:
    s.run(
        """INSERT INTO attempt_count (actor, day, number) VALUES (?, ?, 1)
        ON CONFLICT (actor, day) DO UPDATE SET number = attempt_count.number + 1""",
        (e.actor, e.day),
    )
