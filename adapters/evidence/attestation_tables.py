"""Cosignatures, tokens and contacts in tables, beside the tree's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import asdict
from sqlalchemy import Column, Engine, LargeBinary, String, Table, Text, delete, func, insert, select, union

from adapters.evidence.attestation import Contact, KeptToken
from adapters.evidence.tables import Number, metadata, tick_table

cosignature_table = Table(
    "evidence_cosignature",
    metadata,
    Column("size", Number, primary_key=True, autoincrement=False),
    Column("witness", String, primary_key=True),
    Column("at", Number, nullable=False),
    Column("line", Text, nullable=False),
)
token_table = Table(
    "evidence_token",
    metadata,
    Column("size", Number, primary_key=True, autoincrement=False),
    Column("authority", String, primary_key=True),
    Column("at", Number, nullable=False),
    Column("token", LargeBinary, nullable=False),
)
certificate_table = Table(
    "evidence_certificate",
    metadata,
    Column("digest", String, primary_key=True),
    Column("authority", String, primary_key=True),
    Column("place", Number, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
)
contact_table = Table(
    "evidence_contact",
    metadata,
    Column("who", Text, primary_key=True),
    Column("size", Number, nullable=False),
    Column("state", String, nullable=False),
    Column("failing_since", String),
    Column("why", Text, nullable=False),
)
_SIZES = union(select(cosignature_table.c.size), select(token_table.c.size)).subquery()


class SqlAttestations:
    """Attestations over the tree's engine, whose `create` makes these tables too; any number of processes may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep_cosignature(self, size: int, witness: str, at: int, line: str) -> None:
        """Keep a witness's cosignature of the checkpoint of this size, in the place of one that it gave before."""
        table = cosignature_table
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.size == size, table.c.witness == witness))
            connection.execute(insert(table).values(size=size, witness=witness, at=at, line=line))

    def last_of_witness(self, witness: str) -> tuple[int, int]:
        """The size of the last checkpoint that the witness cosigned, and when; zeros before the first."""
        table = cosignature_table
        query = select(table.c.size, table.c.at).where(table.c.witness == witness).order_by(table.c.size.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return (row.size, row.at) if row else (0, 0)

    def last_of_authority(self, authority: str) -> tuple[int, int]:
        """The size of the last checkpoint that the authority dated, and when; zeros before the first."""
        query = select(token_table.c.size, token_table.c.at).where(token_table.c.authority == authority)
        with self._engine.connect() as connection:
            row = connection.execute(query.order_by(token_table.c.size.desc()).limit(1)).first()
        return (row.size, row.at) if row else (0, 0)

    def keep_token(self, token: KeptToken, certificates: Iterable[bytes], digests: Iterable[str]) -> None:
        """Keep a token, and the certificates of its authority, its own first, with their digests, where they are not kept yet."""
        table, kept = token_table, certificate_table
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.size == token.size, table.c.authority == token.authority))
            connection.execute(insert(table).values(size=token.size, authority=token.authority, at=token.at, token=token.token))
            if connection.execute(select(kept.c.digest).where(kept.c.authority == token.authority)).first() is None:
                rows = [
                    {"digest": digest, "authority": token.authority, "place": place, "certificate": certificate}
                    for place, (certificate, digest) in enumerate(zip(certificates, digests, strict=True))
                ]
                connection.execute(insert(kept), rows)

    def lines(self, size: int) -> list[str]:
        query = select(cosignature_table.c.line).where(cosignature_table.c.size == size).order_by(cosignature_table.c.witness)
        with self._engine.connect() as connection:
            return [row.line for row in connection.execute(query)]

    def tokens(self, size: int) -> list[KeptToken]:
        query = select(token_table).where(token_table.c.size == size).order_by(token_table.c.authority)
        with self._engine.connect() as connection:
            return [KeptToken(row.size, row.authority, row.at, bytes(row.token)) for row in connection.execute(query)]

    def certificates(self, authorities: Iterable[str]) -> dict[str, bytes]:
        kept = certificate_table
        query = select(kept.c.digest, kept.c.certificate).where(kept.c.authority.in_(sorted(authorities)))
        with self._engine.connect() as connection:
            return {row.digest: bytes(row.certificate) for row in connection.execute(query.order_by(kept.c.authority, kept.c.place))}

    def sizes(self, until: int) -> Iterator[int]:
        with self._engine.connect() as connection:
            for row in connection.execute(select(_SIZES.c.size).where(_SIZES.c.size <= until).order_by(_SIZES.c.size)):
                yield row[0]

    def last(self, size: int) -> int | None:
        with self._engine.connect() as connection:
            found: int | None = connection.execute(select(func.max(_SIZES.c.size)).where(_SIZES.c.size >= size)).scalar()
        return found

    def first_tick(self, size: int) -> int | None:
        joined = _SIZES.join(tick_table, tick_table.c.size == _SIZES.c.size)
        with self._engine.connect() as connection:
            found: int | None = connection.execute(
                select(func.min(_SIZES.c.size)).select_from(joined).where(_SIZES.c.size >= size)
            ).scalar()
        return found

    def contact(self, who: str) -> Contact | None:
        """How it stands with a witness (its key) or an authority (its address); None before the first try."""
        with self._engine.connect() as connection:
            row = connection.execute(select(contact_table).where(contact_table.c.who == who)).first()
        return Contact(row.who, row.size, row.state, row.failing_since, row.why) if row else None

    def keep_contact(self, contact: Contact) -> None:
        """Keep how it stands now."""
        with self._engine.begin() as connection:
            connection.execute(delete(contact_table).where(contact_table.c.who == contact.who))
            connection.execute(insert(contact_table).values(**asdict(contact)))
