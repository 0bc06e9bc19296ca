"""Listings that the marketplace has fed, in the index."""

from __future__ import annotations

from adapters.store.index.registry import answers, writes
from adapters.store.session import Session
from application import index
from application.index import ListingRow, SightingRow

LISTING = "SELECT listing_id, stream, canonical, seller FROM listing_index WHERE "


@answers(index.ListingById)
def _listing_by_id(s: Session, q: index.ListingById) -> ListingRow | None:
    row = s.row(LISTING + "listing_id = ?", (q.listing_id,))
    return None if row is None else ListingRow(*row)


@answers(index.ListingByLink)
def _listing_by_link(s: Session, q: index.ListingByLink) -> ListingRow | None:
    row = s.row(LISTING + "canonical = ? AND holds = 1", (q.canonical,))
    return None if row is None else ListingRow(*row)


@answers(index.ListingsOfPictures)
def _listings_of_pictures(s: Session, q: index.ListingsOfPictures) -> tuple[tuple[str, str], ...]:
    sql = f"SELECT listing_id, digest FROM listing_picture WHERE {s.among('digest')} ORDER BY listing_id, digest"
    return tuple((listing, digest) for listing, digest in s.rows(sql, (s.array(q.digests),)))


@writes(index.PutListing)
def _put_listing(s: Session, e: index.PutListing) -> None:
    """A link that passes to another listing stays written at the former one, which no longer holds it."""
    s.run("UPDATE listing_index SET holds = 0 WHERE canonical = ? AND holds = 1 AND listing_id <> ?", (e.canonical, e.listing_id))
    s.run(
        """INSERT INTO listing_index (listing_id, stream, canonical, seller, holds) VALUES (?, ?, ?, ?, 1)
        ON CONFLICT (listing_id) DO UPDATE SET stream = excluded.stream, canonical = excluded.canonical,
        seller = excluded.seller, holds = 1""",
        (e.listing_id, e.stream, e.canonical, e.seller),
    )


@writes(index.EndListing)
def _end_listing(s: Session, e: index.EndListing) -> None:
    s.run("UPDATE listing_index SET holds = 0 WHERE listing_id = ?", (e.listing_id,))


@writes(index.PutListingPictures)
def _put_listing_pictures(s: Session, e: index.PutListingPictures) -> None:
    s.run("DELETE FROM listing_picture WHERE listing_id = ?", (e.listing_id,))
    insert = "INSERT INTO listing_picture (listing_id, digest) VALUES (?, ?)"
    s.run_many(insert, [(e.listing_id, digest) for digest in dict.fromkeys(e.digests)])


@answers(index.Sightings)
def _sightings(s: Session, q: index.Sightings) -> tuple[SightingRow, ...]:
    asked = {"listing_id": q.listing_id, "filing_id": q.filing_id, "owner": q.owner, "seller": q.seller}
    wanted = {column: value for column, value in asked.items() if value is not None}
    which = " AND ".join(f"{column} = ?" for column in wanted)
    sql = f"""SELECT sighting_id, filing_id, listing_id, owner, seller, digest, standing FROM sighting_index
        WHERE standing <> 'gone' AND {which} ORDER BY seq"""
    return tuple(SightingRow(*row) for row in s.rows(sql, tuple(wanted.values())))


@writes(index.PutSighting)
def _put_sighting(s: Session, e: index.PutSighting) -> None:
    s.run(
        """INSERT INTO sighting_index (sighting_id, filing_id, listing_id, owner, seller, digest, standing)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sighting_id) DO UPDATE SET standing = excluded.standing""",
        (e.sighting_id, e.filing_id, e.listing_id, e.owner, e.seller, e.digest, e.standing),
    )
