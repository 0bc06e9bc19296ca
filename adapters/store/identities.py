"""Who the members are, and their keys: tables apart from the log, so that a person can be forgotten (rules A2, H6)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from adapters.store.companions import Companions
from adapters.store.engine import Database
from adapters.store.read_marks import READ_MARKS
from adapters.store.session import Dialect, Row, Session, micros
from adapters.system.moment import once, present
from adapters.vault.forgotten import ForgottenList
from application.acting import Busy, Conflict
from application.concerned import was_read
from application.ports import Identity, IdGenerator

T = TypeVar("T")

IDENTITY = "SELECT member_id, subject, nickname, categories FROM identity WHERE "
STANDING = """SELECT i.member_id, i.subject, i.nickname, i.categories,
    COALESCE(w.nickname_at, 0), COALESCE(w.categories_at, 0), k.key, COALESCE(r.line, 0)
    FROM identity i LEFT JOIN identity_word w ON w.member_id = i.member_id LEFT JOIN member_key k ON k.member_id = i.member_id
    LEFT JOIN read_mark r ON r.member_id = i.member_id WHERE i."""
_WITH_KEYS = """SELECT i.member_id, i.subject, i.nickname, i.categories, k.key, 0
    FROM identity i LEFT JOIN member_key k ON k.member_id = i.member_id WHERE {of_members}
    UNION ALL SELECT k.member_id, NULL, NULL, NULL, k.key, 0 FROM member_key k
    WHERE {of_keys} AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.member_id = k.member_id)
    UNION ALL SELECT i.member_id, i.subject, i.nickname, i.categories, NULL, 1 FROM identity i WHERE i.subject = ?"""
"""The second part finds the keys of what is no member, which a case is (rule H7); the third, marked, who bears a name."""
TRIES = 10
LAST_OF_ALL = "\U0010ffff"
"""Whatever begins with a name comes before that name with this behind it."""

_categories = msgspec.json.Decoder(tuple[str, ...]).decode


def identity_tables(d: Dialect) -> tuple[str, ...]:
    """The statements that make the tables."""
    return (
        """CREATE TABLE IF NOT EXISTS identity (
            member_id TEXT PRIMARY KEY, subject TEXT NOT NULL UNIQUE, nickname TEXT UNIQUE, categories TEXT NOT NULL)""",
        """CREATE TABLE IF NOT EXISTS identity_word (
            member_id TEXT PRIMARY KEY, nickname_at BIGINT NOT NULL, categories_at BIGINT NOT NULL)""",
        READ_MARKS,
        *_of_beginnings(d),
        f"CREATE TABLE IF NOT EXISTS member_key (member_id TEXT PRIMARY KEY, key {d.blob} NOT NULL)",
    )


def _of_beginnings(d: Dialect) -> tuple[str, ...]:
    """What the beginnings of names are looked up by, where the unique keys do not serve: they follow the language of the database."""
    if not d.bytewise:
        return ()
    return tuple(f"CREATE INDEX IF NOT EXISTS identity_{name}_begins ON identity ({name}{d.bytewise})" for name in ("nickname", "subject"))


class _Standing(NamedTuple):
    """A member, and when what stands of its nickname and categories was said (microseconds of wall time; 0: before that was kept)."""

    identity: Identity
    nickname_at: int
    categories_at: int
    key: bytes | None = None
    read_line: int = 0

    def learns(self, nickname: str | None, categories: Sequence[str] | None, at: int, dated: bool) -> bool:
        """Whether a word changes anything: another value, or by a dated word that the same value was said later."""
        new_name = nickname is not None and at > self.nickname_at and (dated or nickname != self.identity.nickname)
        same = categories is not None and tuple(categories) == self.identity.categories
        return new_name or (categories is not None and at > self.categories_at and (dated or not same))

    def differs(self, nickname: str | None, categories: Sequence[str] | None) -> bool:
        """Whether a word says another value than the one that stands, not only a later one."""
        return nickname not in (None, self.identity.nickname) or (categories is not None and tuple(categories) != self.identity.categories)


class IdentityTable:
    """Fulfils `application.ports.Identities` and holds the keys for the sealer.

    Nothing is remembered between calls: one look by a unique key costs as much as asking whether memory is still right.
    """

    def __init__(
        self, database: Database, ids: IdGenerator, answers: Database, forgotten: ForgottenList, wall: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._forgotten = forgotten
        self._companions = Companions(answers, database)
        self._wall = wall
        self._answers = answers
        self._ids = ids

    def enrol(
        self, subject: str, nickname: str | None = None, categories: Sequence[str] | None = None, said_at: datetime | None = None
    ) -> Identity:
        """Later words stand, each of nickname and categories by itself. A nickname passes to the latest member that bears it."""
        arrived = int(self._wall() * 1_000_000)
        dated = said_at is not None and micros(said_at) <= arrived
        at = micros(said_at) if said_at is not None and dated else arrived
        standing = self._database.read(_standing_of, subject)
        if standing is not None and not standing.learns(nickname, categories, at, dated):
            _remember(standing)
            return _told(standing.identity)
        write = self._change if standing is None or standing.differs(nickname, categories) else self._write
        return _told(write(lambda s: self._enrol(s, subject, nickname, categories, at)))

    def by_subject(self, subject: str) -> Identity | None:
        return _told(once(("subject", subject), lambda: self._database.read(_by_subject, subject)))

    def by_nickname(self, nickname: str) -> Identity | None:
        return _told(once(("nickname", nickname), lambda: self._database.read(_by_nickname, nickname)))

    def beginning_with(self, name: str, most: int) -> list[Identity]:
        return [_told(one) for one in self._database.read(_beginning_with, (name, most))]

    def by_id(self, member_id: str) -> Identity | None:
        return _told(once(("identity", member_id), lambda: self._database.read(_by_id, member_id)))

    def by_ids(self, member_ids: Collection[str], subject: str | None = None) -> dict[str, Identity]:
        """Their keys come along, for whoever reads texts of theirs in the same moment; so does that of a case, by its id."""
        moment = present()
        named = subject is not None and moment is not None and not moment.knows(("subject", subject))
        if moment is not None and not named and all(moment.knows(("identity", one)) and moment.knows(("key", one)) for one in member_ids):
            return {one: identity for one in member_ids if (identity := self.by_id(one)) is not None}
        rows, bearer = self._database.read(_by_ids, (member_ids, subject if named else None))
        found = {row[0]: row for row in rows}
        known = {member_id: identity for member_id, row in found.items() if row[1] is not None and (identity := _told(_identity(row[:4])))}
        if moment is not None:
            moment.learn({("identity", one): known.get(one) for one in member_ids})
            moment.learn({("subject", subject): _identity(bearer)} if named else {})
            moment.learn({("key", one): None if row[4] is None else bytes(row[4]) for one, row in found.items()})
        return known

    def forget(self, member_id: str, cases: tuple[str, ...] = ()) -> None:
        """Erase identity and keys, also from what the databases keep of deleted rows and kept answers where they can be told to."""
        self._forgotten.add(member_id)
        self._change(lambda s: _forget(s, member_id, cases))
        self._database.scrub("identity", "identity_word", "read_mark", "member_key")
        self._answers.scrub("answer")

    def key(self, member_id: str) -> bytes | None:
        return once(("key", member_id), lambda: self._database.read(_key, member_id))

    def key_made(self, member_id: str) -> bytes:
        key = self._database.read(_key, member_id)
        return key if key is not None else self._change(lambda s: _make_key(s, member_id))

    def _enrol(self, s: Session, subject: str, nickname: str | None, categories: Sequence[str] | None, at: int) -> Identity:
        known = _standing(s, "subject", subject) or _Standing(Identity(self._ids.new(), subject, None, ()), -1, -1)
        identity, named_at, sorted_at = known[:3]
        if nickname is not None and at > known.nickname_at:
            identity = identity._replace(nickname=nickname if _takes(s, identity.member_id, nickname, at) else None)
            named_at = at
        if categories is not None and at > known.categories_at:
            identity, sorted_at = identity._replace(categories=tuple(categories)), at
        s.run(
            """INSERT INTO identity (member_id, subject, nickname, categories) VALUES (?, ?, ?, ?)
            ON CONFLICT (member_id) DO UPDATE SET nickname = excluded.nickname, categories = excluded.categories""",
            (identity.member_id, subject, identity.nickname, msgspec.json.encode(identity.categories).decode()),
        )
        _note_word(s, identity.member_id, max(0, named_at), max(0, sorted_at))
        return identity

    def _change(self, work: Callable[[Session], T]) -> T:
        """A change that the log is to know of: who has older identities beside it is not to go on with them."""

        def counted(s: Session) -> T:
            done = work(s)
            self._companions.change(s)
            return done

        done = self._write(counted)
        self._companions.note()
        return done

    def _write(self, work: Callable[[Session], T]) -> T:
        for _ in range(TRIES):
            try:
                return self._database.write(work)
            except Conflict:
                continue
        raise Busy


Read = TypeVar("Read", Identity, Identity | None)


def _told(identity: Read) -> Read:
    """Whoever is read of may be told of: what is answered goes with it when it is forgotten."""
    if identity is not None:
        was_read(identity.member_id)
    return identity


def _remember(standing: _Standing) -> None:
    """What was read of a member beside its words holds for the moment too: who it is, its key, how far it has read its messages."""
    if (moment := present()) is None:
        return
    member_id = standing.identity.member_id
    moment.learn({("read mark", member_id): standing.read_line, ("identity", member_id): standing.identity})
    if standing.key is not None:
        moment.learn({("key", member_id): standing.key})


def _takes(s: Session, member_id: str, nickname: str, at: int) -> bool:
    """Take a nickname from whoever bore it before; False where it has passed to another since."""
    bearer = _standing(s, "nickname", nickname)
    if bearer is None or bearer.identity.member_id == member_id:
        return True
    if bearer.nickname_at > at:
        return False
    s.run("UPDATE identity SET nickname = NULL WHERE member_id = ?", (bearer.identity.member_id,))
    _note_word(s, bearer.identity.member_id, at, bearer.categories_at)
    return True


def _note_word(s: Session, member_id: str, nickname_at: int, categories_at: int) -> None:
    s.run(
        """INSERT INTO identity_word (member_id, nickname_at, categories_at) VALUES (?, ?, ?)
        ON CONFLICT (member_id) DO UPDATE SET nickname_at = excluded.nickname_at, categories_at = excluded.categories_at""",
        (member_id, nickname_at, categories_at),
    )


def _standing_of(s: Session, subject: str) -> _Standing | None:
    return _standing(s, "subject", subject)


def _standing(s: Session, column: str, value: str) -> _Standing | None:
    row = s.row(f"{STANDING}{column} = ?", (value,))
    identity = _identity(row)
    return None if row is None or identity is None else _Standing(identity, row[4], row[5], row[6] and bytes(row[6]), row[7])


def _identity(row: Row | None) -> Identity | None:
    return None if row is None else Identity(row[0], row[1], row[2], _categories(row[3]))


def _by_subject(s: Session, subject: str) -> Identity | None:
    return _identity(s.row(IDENTITY + "subject = ?", (subject,)))


def _by_nickname(s: Session, nickname: str) -> Identity | None:
    return _identity(s.row(IDENTITY + "nickname = ?", (nickname,)))


def _beginning_with(s: Session, asked: tuple[str, int]) -> list[Identity]:
    name, most = asked

    def named(column: str) -> str:
        by = s.bytewise(column)
        return f"SELECT * FROM ({IDENTITY}{by} >= ? AND {by} < ? ORDER BY {by} LIMIT ?) AS by_{column}"

    rows = s.rows(f"{named('nickname')} UNION ALL {named('subject')}", (name, name + LAST_OF_ALL, most) * 2)
    return [Identity(row[0], row[1], row[2], _categories(row[3])) for row in {row[0]: row for row in rows}.values()][:most]


def _by_id(s: Session, member_id: str) -> Identity | None:
    return _identity(s.row(IDENTITY + "member_id = ?", (member_id,)))


def _by_ids(s: Session, asked: tuple[Collection[str], str | None]) -> tuple[list[Row], Row | None]:
    """The rows of these, and the one of who bears the name."""
    member_ids, subject = asked
    if not member_ids and subject is None:
        return [], None
    wanted = _WITH_KEYS.format(of_members=s.among("i.member_id"), of_keys=s.among("k.member_id"))
    rows = s.rows(wanted, (s.array(member_ids), s.array(member_ids), subject))
    return [row for row in rows if not row[5]], next((row[:4] for row in rows if row[5]), None)


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


def _forget(s: Session, member_id: str, cases: Sequence[str]) -> None:
    s.run("DELETE FROM identity WHERE member_id = ?", (member_id,))
    s.run("DELETE FROM identity_word WHERE member_id = ?", (member_id,))
    s.run("DELETE FROM read_mark WHERE member_id = ?", (member_id,))
    for name in (member_id, *cases):
        s.run("DELETE FROM member_key WHERE member_id = ?", (name,))
