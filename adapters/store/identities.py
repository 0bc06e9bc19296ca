"""Who the members are, and their keys: tables apart from the log, so that a person can be forgotten (rules A2, H6)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from adapters.store.engine import Database
from adapters.store.session import Dialect, Row, Session
from adapters.vault.forgotten import ForgottenList
from application.acting import Busy, Conflict
from application.ports import Identity, IdGenerator

T = TypeVar("T")

IDENTITY = "SELECT member_id, subject, nickname, categories FROM identity WHERE "
TRIES = 10

_categories = msgspec.json.Decoder(tuple[str, ...]).decode


def identity_tables(d: Dialect) -> tuple[str, ...]:
    """The statements that make the tables."""
    return (
        """CREATE TABLE IF NOT EXISTS identity (
            member_id TEXT PRIMARY KEY, subject TEXT NOT NULL UNIQUE, nickname TEXT UNIQUE, categories TEXT NOT NULL)""",
        f"CREATE TABLE IF NOT EXISTS member_key (member_id TEXT PRIMARY KEY, key {d.blob} NOT NULL)",
    )


class IdentityTable:
    """Fulfils `application.ports.Identities` and holds the keys for the sealer.

    Nothing is remembered between calls: one look by a unique key costs as much as asking whether memory is still right.
    """

    def __init__(self, database: Database, ids: IdGenerator, answers: Database, forgotten: ForgottenList) -> None:
        self._database = database
        self._forgotten = forgotten
        self._answers = answers
        self._ids = ids

    def enrol(self, subject: str, nickname: str | None = None, categories: Sequence[str] | None = None) -> Identity:
        """A nickname passes to the latest member that bears it."""
        known = self.by_subject(subject)
        if known is not None and _says(known, nickname, categories):
            return known
        return self._write(lambda s: self._enrol(s, subject, nickname, categories))

    def by_subject(self, subject: str) -> Identity | None:
        return self._database.read(_by_subject, subject)

    def by_nickname(self, nickname: str) -> Identity | None:
        return self._database.read(_by_nickname, nickname)

    def by_id(self, member_id: str) -> Identity | None:
        return self._database.read(_by_id, member_id)

    def forget(self, member_id: str) -> None:
        """Erase identity and key, also from what the databases keep of deleted rows and kept answers where they can be told to."""
        self._forgotten.add(member_id)
        self._write(lambda s: _forget(s, member_id))
        self._database.scrub("identity", "member_key")
        self._answers.scrub("answer")

    def key(self, member_id: str) -> bytes | None:
        return self._database.read(_key, member_id)

    def key_made(self, member_id: str) -> bytes:
        key = self.key(member_id)
        return key if key is not None else self._write(lambda s: _make_key(s, member_id))

    def _enrol(self, s: Session, subject: str, nickname: str | None, categories: Sequence[str] | None) -> Identity:
        known = _by_subject(s, subject)
        identity = Identity(
            known.member_id if known else self._ids.new(),
            subject,
            nickname if nickname is not None else known and known.nickname,
            tuple(categories) if categories is not None else known.categories if known else (),
        )
        if identity.nickname is not None:
            s.run("UPDATE identity SET nickname = NULL WHERE nickname = ? AND member_id <> ?", (identity.nickname, identity.member_id))
        s.run(
            """INSERT INTO identity (member_id, subject, nickname, categories) VALUES (?, ?, ?, ?)
            ON CONFLICT (member_id) DO UPDATE SET nickname = excluded.nickname, categories = excluded.categories""",
            (identity.member_id, subject, identity.nickname, msgspec.json.encode(identity.categories).decode()),
        )
        return identity

    def _write(self, work: Callable[[Session], T]) -> T:
        for _ in range(TRIES):
            try:
                return self._database.write(work)
            except Conflict:
                continue
        raise Busy


def _says(known: Identity, nickname: str | None, categories: Sequence[str] | None) -> bool:
    return (nickname is None or nickname == known.nickname) and (categories is None or tuple(categories) == known.categories)


def _identity(row: Row | None) -> Identity | None:
    return None if row is None else Identity(row[0], row[1], row[2], _categories(row[3]))


def _by_subject(s: Session, subject: str) -> Identity | None:
    return _identity(s.row(IDENTITY + "subject = ?", (subject,)))


def _by_nickname(s: Session, nickname: str) -> Identity | None:
    return _identity(s.row(IDENTITY + "nickname = ?", (nickname,)))


def _by_id(s: Session, member_id: str) -> Identity | None:
    return _identity(s.row(IDENTITY + "member_id = ?", (member_id,)))


def _key(s: Session, member_id: str) -> bytes | None:
    row: tuple[Any, ...] | None = s.row("SELECT key FROM member_key WHERE member_id = ?", (member_id,))
    return None if row is None else bytes(row[0])


def _make_key(s: Session, member_id: str) -> bytes:
    """Whoever was first has made it."""
    s.run("INSERT INTO member_key (member_id, key) VALUES (?, ?) ON CONFLICT (member_id) DO NOTHING", (member_id, secrets.token_bytes(32)))
    key = _key(s, member_id)
    if key is None:
        raise Conflict("the key was erased while it was made")
    return key


def _forget(s: Session, member_id: str) -> None:
    s.run("DELETE FROM identity WHERE member_id = ?", (member_id,))
    s.run("DELETE FROM member_key WHERE member_id = ?", (member_id,))
