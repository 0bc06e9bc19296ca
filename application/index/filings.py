"""Filings, fingerprints, folders, refused pictures, and whatever else has an owner."""

from __future__ import annotations

from typing import Literal, NamedTuple

from application.index.base import Entry, Lookup

FilingStanding = Literal["protected", "cancelled", "withdrawn", "lost"]
"""`lost` is cancelled by a dispute: no reinstatement of the owner brings it back (rules B7, H1)."""


class FilingRow(NamedTuple):
    """A filing in the index; `standing` is right from the position of the deciding event on, before any cascade (rule B7)."""

    filing_id: str
    owner: str
    digest: str
    standing: FilingStanding


class FilingById(Lookup[FilingRow | None], frozen=True):
    """The filing of that id."""

    filing_id: str


class FilingsOfDigests(Lookup[tuple[FilingRow, ...]], frozen=True):
    """All filings whose picture has one of these digests, oldest first (rule B4)."""

    digests: tuple[str, ...]


class FilingsOfMember(Lookup[tuple[FilingRow, ...]], frozen=True):
    """All filings of the member, oldest first."""

    owner: str


class FilingsToWriteDown(Lookup[tuple[FilingRow, ...]], frozen=True):
    """Filings of the member whose standing the cascade has yet to write as an event, at most `limit` (rule B7)."""

    owner: str
    limit: int


class PutFiling(Entry, frozen=True):
    """Insert or update a filing, its event being written; unique: one protected filing a digest (rule B4)."""

    filing_id: str
    owner: str
    digest: str
    standing: FilingStanding


class SetFilingsOfMember(Entry, frozen=True):
    """Turn all the member's filings from one standing to another, to be written down by the cascade (rule B7)."""

    owner: str
    was: FilingStanding
    becomes: FilingStanding


class FingerprintsHead(Lookup[int], frozen=True):
    """The last number of a space of fingerprints: what a search must have seen (rule B4)."""

    space: Literal["filings", "listings"]


class PutFingerprint(Entry, frozen=True):
    """A picture's fingerprint in a space; the same digest again is a no-op."""

    space: Literal["filings", "listings"]
    digest: str
    fingerprint: bytes


class FolderByName(Lookup[str | None], frozen=True):
    """The id of the member's folder of that name; `name` as a keyed digest, for names are sealed."""

    owner: str
    name: str


class PutFolder(Entry, frozen=True):
    """A folder; unique: owner and name."""

    folder_id: str
    owner: str
    name: str


class NameFolder(Entry, frozen=True):
    """A folder's new name; unique: owner and name."""

    folder_id: str
    name: str


class RefusedRow(NamedTuple):
    """A refused picture; `rival` is the filing that barred it (rules B4, H1)."""

    refused_id: str
    owner: str
    stream: str
    digest: str
    rival: str | None
    dispute_id: str | None


class RefusedById(Lookup[RefusedRow | None], frozen=True):
    """The refused picture of that id."""

    refused_id: str


class PutRefused(Entry, frozen=True):
    """Insert or update a refused picture; unique: one dispute a refused picture."""

    refused_id: str
    owner: str
    stream: str
    digest: str
    rival: str | None
    dispute_id: str | None = None


class OwnersAfter(Lookup[tuple[str, ...]], frozen=True):
    """Members who have filed, in the order of their ids, behind one of them; at most `limit`."""

    after: str
    limit: int


class ThingRow(NamedTuple):
    """Anything else that has an owner: vouchers' requests, disputes, evidence, authorisations, sightings."""

    kind: str
    thing_id: str
    owner: str
    about: str


class ThingById(Lookup[ThingRow | None], frozen=True):
    """The thing of that kind and id."""

    kind: str
    thing_id: str


class ThingsAbout(Lookup[tuple[ThingRow, ...]], frozen=True):
    """The things of a kind about a subject, oldest first."""

    kind: str
    about: str


class ThingsAboutAny(Lookup[tuple[ThingRow, ...]], frozen=True):
    """The things of several kinds, each with its subject, oldest first."""

    wanted: tuple[tuple[str, str], ...]


class ThingsOf(Lookup[tuple[ThingRow, ...]], frozen=True):
    """The things of a kind that an owner has, oldest first."""

    kind: str
    owner: str


class PutThing(Entry, frozen=True):
    """Insert a thing; unique: kind and id, and `key` within the kind where given."""

    kind: str
    thing_id: str
    owner: str
    about: str
    key: str | None = None
