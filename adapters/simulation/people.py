"""The invented members of a simulation: owners with their filed pictures, sellers, and a desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from random import Random
from typing import TypeVar

import msgspec

from adapters.simulation.chance import SeededKeys
from adapters.simulation.drawn import SIDE, drawn, thumbnail
from adapters.store.opening import Stores
from adapters.store.session import Session
from application.acting import Act, Command, Platform, run
from application.folders import create_folder
from application.index import PutFiling
from application.members import change_entrance, sign_declaration
from application.ports import Identity
from domain.entrance import EntrancePolicy
from domain.events import Happened
from domain.events.filing import Filed
from domain.rulebook import BUILT_IN

T = TypeVar("T")

MATCHER = "simulated/1"
"""Named in the filings, which no matcher has seen: they are compared with nothing."""
FOLDER = "collection"
FIRST_OWNER = "owner-0"
"""The subject of the first member made known, before anything is recorded."""


@dataclass(slots=True)
class Owner:
    """A complainant and its filings; `active` until its service is terminated."""

    identity: Identity
    filings: list[str] = field(default_factory=list)
    active: bool = True


class People:
    """Who takes part, and who is chosen next."""

    def __init__(self, chance: Random, cases: int) -> None:
        self._chance = chance
        owners, sellers = min(max(cases // 60, 6), 300), min(max(cases // 12, 12), 20_000)
        self.owners = [Owner(_identity(chance, "owner", number)) for number in range(owners)]
        self.sellers = [_identity(chance, "seller", number) for number in range(sellers)]
        self.desk = [f"reviewer-{number}" for number in range(1, min(max(cases // 4_000, 3), 12) + 1)]
        self._by_id = {owner.identity.member_id: owner for owner in self.owners}
        self._popular = list(accumulate(1 / (rank + 3) for rank in range(owners)))

    def owner(self) -> Owner | None:
        """An owner who complains; few complain most. None where those drawn cannot any more."""
        drawn = self._chance.choices(self.owners, cum_weights=self._popular, k=8)
        return next((owner for owner in drawn if owner.active), None)

    def owner_of(self, member_id: str) -> Owner:
        """The owner of that id. Raises KeyError."""
        return self._by_id[member_id]

    def seller(self) -> Identity:
        """A seller."""
        return self._chance.choice(self.sellers)

    def reviewer(self, other_than: Sequence[str | None] = ()) -> str:
        """Somebody at the desk, if possible none of these."""
        fresh = [name for name in self.desk if name not in other_than]
        return self._chance.choice(fresh or self.desk)

    def move_in(self, stores: Stores, platform: Platform, keys: SeededKeys, chance: Random, tell: Callable[[], None]) -> None:
        """Make everybody known, open the entrance, let the owners sign and file. `tell` is called after each filing's act."""
        everybody = [owner.identity for owner in self.owners] + self.sellers
        stores.databases[-1].write(lambda session: _enrol(session, everybody, keys))
        run(platform, Command("entrance", "root"), lambda act: change_entrance(act, EntrancePolicy(open_to_all=True)))
        for owner in self.owners:
            member = owner.identity
            command = Command("declaration", member.member_id)
            run(platform, command, lambda act, member=member: sign_declaration(act, member, BUILT_IN.declaration.version))  # type: ignore[misc]
            folder = run(platform, Command("folder", member.member_id), lambda act, member=member: create_folder(act, member, FOLDER))  # type: ignore[misc]
            for number in range(chance.randint(1, 4)):
                picture = drawn(chance)
                filing = _Filing(member, folder.folder_id, f"{number + 1}.png", picture)
                owner.filings.append(run(platform, Command("filing", member.member_id), filing))
                tell()


class _Filing:
    """Files one drawn picture, which is in the vault before its event."""

    def __init__(self, member: Identity, folder_id: str, name: str, picture: bytes) -> None:
        self._member, self._folder_id, self._name, self._picture = member, folder_id, name, picture

    def __call__(self, act: Act) -> str:
        digest, owner = sha256(self._picture).hexdigest(), self._member.member_id
        vault = act.platform.vault
        vault.put("original", digest, self._picture)
        vault.put("scaled", digest, self._picture)
        vault.put("thumbnail", digest, thumbnail(self._picture))
        event = Filed(
            owner=owner,
            folder_id=self._folder_id,
            name=act.platform.sealer.seal(owner, self._name),
            digest=digest,
            size=len(self._picture),
            format="PNG",
            width=SIDE,
            height=SIDE,
            fingerprint=b"",
            matcher=MATCHER,
            declaration=BUILT_IN.declaration.version,
        )
        filing_id = act.new_id()
        act.append(filing_id, [Happened(act.now, event, owner, act.law.in_force(act.now).ref)])
        act.note(PutFiling(filing_id, owner, digest, "protected"))
        return filing_id


def _identity(chance: Random, kind: str, number: int) -> Identity:
    return Identity(f"{chance.getrandbits(128):032x}", f"{kind}-{number}", f"{kind.title()} {number}", ("apparel",))


def _enrol(session: Session, everybody: Sequence[Identity], keys: SeededKeys) -> None:
    """All in one transaction, where a member that signs in makes one each."""
    rows = [(one.member_id, one.subject, one.nickname, msgspec.json.encode(one.categories).decode()) for one in everybody]
    session.run_many("INSERT INTO identity (member_id, subject, nickname, categories) VALUES (?, ?, ?, ?)", rows)
    session.run_many(
        "INSERT INTO member_key (member_id, key) VALUES (?, ?)", [(one.member_id, keys.key_made(one.member_id)) for one in everybody]
    )
