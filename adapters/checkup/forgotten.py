"""What the vault keeps of a member who was forgotten: the originals of pictures that are nobody else's (rule H6)."""

from __future__ import annotations

from collections import defaultdict

from adapters.store.log import EventLog
from domain.events.filing import Filed, PictureRefused
from domain.events.listing import ListingPicturesFed

BATCH = 5000


def originals_of(log: EventLog, member_id: str) -> list[str]:
    """The digests of originals that only this member filed or was refused, and that no listing shows, in order; reads the whole log."""
    owners: dict[str, set[str]] = defaultdict(set)
    position = 0
    while entries := log.read_log(position, BATCH):
        position = entries[-1][0]
        for _, fact in entries:
            match fact.event:
                case Filed(digest=digest, owner=owner) | PictureRefused(digest=digest, owner=owner):
                    owners[digest].add(owner)
                case ListingPicturesFed(pictures=pictures):
                    for picture in pictures:
                        owners[picture.digest].add("")
    return sorted(digest for digest, whose in owners.items() if whose == {member_id})
