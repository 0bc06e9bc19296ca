"""Filings, their fingerprints, folders and refused pictures in the index."""

from __future__ import annotations

from adapters.store.index.registry import answers, writes
from adapters.store.session import Row, Session
from application import index
from application.index import FilingRow, RefusedRow

FILING = "SELECT filing_id, owner, digest, standing FROM filing_index WHERE "


def _filings(rows: list[Row]) -> tuple[FilingRow, ...]:
    return tuple(FilingRow(*row) for row in rows)


@answers(index.FilingById)
def _filing_by_id(s: Session, q: index.FilingById) -> FilingRow | None:
    row = s.row(FILING + "filing_id = ?", (q.filing_id,))
    return None if row is None else FilingRow(*row)


@answers(index.FilingsOfDigests)
def _filings_of_digests(s: Session, q: index.FilingsOfDigests) -> tuple[FilingRow, ...]:
    return _filings(s.rows(f"{FILING}{s.among('digest')} ORDER BY seq", (s.array(q.digests),)))


@answers(index.FilingsOfMember)
def _filings_of_member(s: Session, q: index.FilingsOfMember) -> tuple[FilingRow, ...]:
    return _filings(s.rows(FILING + "owner = ? ORDER BY seq", (q.owner,)))


@answers(index.OwnersAfter)
def _owners_after(s: Session, q: index.OwnersAfter) -> tuple[str, ...]:
    select = "SELECT DISTINCT owner FROM filing_index WHERE owner > ? ORDER BY owner LIMIT ?"
    return tuple(row[0] for row in s.rows(select, (q.after, q.limit)))


@answers(index.FilingsToWriteDown)
def _filings_to_write_down(s: Session, q: index.FilingsToWriteDown) -> tuple[FilingRow, ...]:
    return _filings(s.rows(FILING + "owner = ? AND written = 0 ORDER BY seq LIMIT ?", (q.owner, q.limit)))


@writes(index.PutFiling)
def _put_filing(s: Session, e: index.PutFiling) -> None:
    s.update_or_insert(
        ("UPDATE filing_index SET standing = ?, written = 1 WHERE filing_id = ?", (e.standing, e.filing_id)),
        ("filing_index (filing_id, owner, digest, standing, written)", (e.filing_id, e.owner, e.digest, e.standing, 1)),
    )


@writes(index.SetFilingsOfMember)
def _set_filings_of_member(s: Session, e: index.SetFilingsOfMember) -> None:
    """Back to protection comes, of each picture, the newest filing, and none where another has been protected since (rule B4)."""
    free = ""
    if e.becomes == "protected":
        free = """AND NOT EXISTS (SELECT 1 FROM filing_index o WHERE o.digest = filing_index.digest AND (o.standing = 'protected'
            OR (o.owner = filing_index.owner AND o.standing = filing_index.standing AND o.seq > filing_index.seq)))"""
    s.run(f"UPDATE filing_index SET standing = ?, written = 0 WHERE owner = ? AND standing = ? {free}", (e.becomes, e.owner, e.was))


@answers(index.FingerprintsHead)
def _fingerprints_head(s: Session, q: index.FingerprintsHead) -> int:
    row = s.row("SELECT MAX(seq) FROM fingerprint WHERE space = ?", (q.space,))
    return (row[0] if row else None) or 0


@writes(index.PutFingerprint)
def _put_fingerprint(s: Session, e: index.PutFingerprint) -> None:
    s.run(
        "INSERT INTO fingerprint (space, digest, fingerprint) VALUES (?, ?, ?) ON CONFLICT (space, digest) DO NOTHING",
        (e.space, e.digest, e.fingerprint),
    )


@answers(index.FolderByName)
def _folder_by_name(s: Session, q: index.FolderByName) -> str | None:
    row = s.row("SELECT folder_id FROM folder_index WHERE owner = ? AND name = ?", (q.owner, q.name))
    return None if row is None else row[0]


@writes(index.PutFolder)
def _put_folder(s: Session, e: index.PutFolder) -> None:
    s.run("INSERT INTO folder_index (folder_id, owner, name) VALUES (?, ?, ?)", (e.folder_id, e.owner, e.name))


@writes(index.NameFolder)
def _name_folder(s: Session, e: index.NameFolder) -> None:
    s.run("UPDATE folder_index SET name = ? WHERE folder_id = ?", (e.name, e.folder_id))


@answers(index.RefusedById)
def _refused_by_id(s: Session, q: index.RefusedById) -> RefusedRow | None:
    row = s.row("SELECT refused_id, owner, stream, digest, rival, dispute_id FROM refused_index WHERE refused_id = ?", (q.refused_id,))
    return None if row is None else RefusedRow(*row)


@writes(index.PutRefused)
def _put_refused(s: Session, e: index.PutRefused) -> None:
    """A second dispute of one refused picture finds nothing to update, and its insert meets the primary key (rule H1)."""
    update = "UPDATE refused_index SET rival = ?, dispute_id = ? WHERE refused_id = ? AND (dispute_id IS NULL OR dispute_id = ?)"
    insert = "refused_index (refused_id, owner, stream, digest, rival, dispute_id)"
    s.update_or_insert(
        (update, (e.rival, e.dispute_id, e.refused_id, e.dispute_id)),
        (insert, (e.refused_id, e.owner, e.stream, e.digest, e.rival, e.dispute_id)),
    )
