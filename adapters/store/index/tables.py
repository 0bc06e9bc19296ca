"""The tables of the index. `seq` tells what is older; partial unique keys hold what the rules want to be there once."""

from __future__ import annotations

from adapters.store.session import Dialect


def index_tables(d: Dialect) -> tuple[str, ...]:
    """The statements that make every table and key which is not there yet."""
    return (*_cases(d), *_schedule(d), *_filings(d), *_things(d), *_listings(d), *_misuse())


def _cases(d: Dialect) -> tuple[str, ...]:
    return (
        f"""CREATE TABLE IF NOT EXISTS case_index (
            seq {d.serial}, case_id TEXT NOT NULL UNIQUE, filing_id TEXT NOT NULL, listing_id TEXT NOT NULL,
            complainant TEXT NOT NULL, respondent TEXT NOT NULL, standing TEXT NOT NULL,
            due_at BIGINT, void_at BIGINT, void_because TEXT, notice_id TEXT)""",
        "CREATE UNIQUE INDEX IF NOT EXISTS case_open ON case_index (filing_id, listing_id) WHERE standing = 'open'",
        "CREATE UNIQUE INDEX IF NOT EXISTS case_notice ON case_index (notice_id) WHERE notice_id IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS case_pair ON case_index (filing_id, listing_id)",
        "CREATE INDEX IF NOT EXISTS case_complainant ON case_index (complainant)",
        "CREATE INDEX IF NOT EXISTS case_respondent ON case_index (respondent)",
        "CREATE INDEX IF NOT EXISTS case_due ON case_index (due_at, case_id) WHERE due_at IS NOT NULL",
        """CREATE TABLE IF NOT EXISTS appeal_index (
            appeal_id TEXT PRIMARY KEY, case_id TEXT NOT NULL, round INTEGER NOT NULL, respondent TEXT NOT NULL,
            UNIQUE (case_id, round))""",
    )


def _schedule(d: Dialect) -> tuple[str, ...]:
    return (
        """CREATE TABLE IF NOT EXISTS other_due (
            kind TEXT NOT NULL, subject TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (kind, subject))""",
        "CREATE INDEX IF NOT EXISTS other_due_at ON other_due (at, kind, subject)",
        f"""CREATE TABLE IF NOT EXISTS publication (
            seq {d.serial}, kind TEXT NOT NULL, stream TEXT NOT NULL, key TEXT NOT NULL, effective_from BIGINT,
            UNIQUE (kind, key))""",
        "CREATE UNIQUE INDEX IF NOT EXISTS publication_effective ON publication (kind, effective_from) WHERE effective_from IS NOT NULL",
        """CREATE TABLE IF NOT EXISTS attempt_count (
            actor TEXT NOT NULL, day TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (actor, day))""",
        """CREATE TABLE IF NOT EXISTS byte_count (
            member TEXT NOT NULL, day TEXT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (member, day))""",
    )


def _filings(d: Dialect) -> tuple[str, ...]:
    return (
        f"""CREATE TABLE IF NOT EXISTS filing_index (
            seq {d.serial}, filing_id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, digest TEXT NOT NULL,
            standing TEXT NOT NULL, written INTEGER NOT NULL)""",
        "CREATE UNIQUE INDEX IF NOT EXISTS filing_protected ON filing_index (digest) WHERE standing = 'protected'",
        "CREATE INDEX IF NOT EXISTS filing_digest ON filing_index (digest)",
        "CREATE INDEX IF NOT EXISTS filing_owner ON filing_index (owner)",
        "CREATE INDEX IF NOT EXISTS filing_unwritten ON filing_index (owner, seq) WHERE written = 0",
        f"""CREATE TABLE IF NOT EXISTS fingerprint (
            seq {d.serial}, space TEXT NOT NULL, digest TEXT NOT NULL, fingerprint {d.blob} NOT NULL, UNIQUE (space, digest))""",
        "CREATE INDEX IF NOT EXISTS fingerprint_order ON fingerprint (space, seq)",
        """CREATE TABLE IF NOT EXISTS folder_index (
            folder_id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (owner, name))""",
        """CREATE TABLE IF NOT EXISTS refused_index (
            refused_id TEXT PRIMARY KEY, owner TEXT NOT NULL, stream TEXT NOT NULL, digest TEXT NOT NULL,
            rival TEXT, dispute_id TEXT UNIQUE)""",
    )


def _things(d: Dialect) -> tuple[str, ...]:
    return (
        f"""CREATE TABLE IF NOT EXISTS thing_index (
            seq {d.serial}, kind TEXT NOT NULL, thing_id TEXT NOT NULL, owner TEXT NOT NULL, about TEXT NOT NULL, key TEXT,
            UNIQUE (kind, thing_id))""",
        "CREATE UNIQUE INDEX IF NOT EXISTS thing_key ON thing_index (kind, key) WHERE key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS thing_about ON thing_index (kind, about)",
        "CREATE INDEX IF NOT EXISTS thing_owner ON thing_index (kind, owner)",
        f"""CREATE TABLE IF NOT EXISTS grant_index (
            seq {d.serial}, authorization_id TEXT NOT NULL, owner TEXT NOT NULL, grantee TEXT NOT NULL,
            filing_id TEXT, until BIGINT)""",
        "CREATE UNIQUE INDEX IF NOT EXISTS grant_row ON grant_index (authorization_id, COALESCE(filing_id, ''))",
        "CREATE INDEX IF NOT EXISTS grant_owner ON grant_index (owner, grantee)",
    )


def _listings(d: Dialect) -> tuple[str, ...]:
    return (
        """CREATE TABLE IF NOT EXISTS listing_index (
            listing_id TEXT PRIMARY KEY, stream TEXT NOT NULL, canonical TEXT NOT NULL, seller TEXT NOT NULL, holds INTEGER NOT NULL)""",
        "CREATE UNIQUE INDEX IF NOT EXISTS listing_link ON listing_index (canonical) WHERE holds = 1",
        "CREATE TABLE IF NOT EXISTS listing_picture (listing_id TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (listing_id, digest))",
        "CREATE INDEX IF NOT EXISTS listing_picture_digest ON listing_picture (digest)",
        f"""CREATE TABLE IF NOT EXISTS sighting_index (
            seq {d.serial}, sighting_id TEXT NOT NULL UNIQUE, filing_id TEXT NOT NULL, listing_id TEXT NOT NULL,
            owner TEXT NOT NULL, seller TEXT NOT NULL, digest TEXT NOT NULL, standing TEXT NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS sighting_listing ON sighting_index (listing_id) WHERE standing <> 'gone'",
        "CREATE INDEX IF NOT EXISTS sighting_filing ON sighting_index (filing_id) WHERE standing <> 'gone'",
        "CREATE INDEX IF NOT EXISTS sighting_parties ON sighting_index (owner, seller) WHERE standing <> 'gone'",
    )


def _misuse() -> tuple[str, ...]:
    return (
        """CREATE TABLE IF NOT EXISTS misdeed_index (
            kind TEXT NOT NULL, about TEXT NOT NULL, member TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (kind, about))""",
        "CREATE INDEX IF NOT EXISTS misdeed_member ON misdeed_index (member, at)",
    )
