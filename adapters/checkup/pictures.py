"""The vault against the log: pictures that no event names, and events whose picture is missing; and how copies are sought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Protocol

from adapters.checkup.result import CheckResult, State
from adapters.pictures import Marks, doctor_lines
from adapters.pictures.shard import ShardRows, file_suffix
from adapters.pictures.store import of_another_history
from adapters.vault.contract import KINDS, OWN_DIGEST, FileVault, VaultAway
from adapters.vault.objects import ObjectVault
from adapters.wiring.deployment import Deployment
from domain.events.appeal import EvidenceUploaded
from domain.events.filing import Filed, PictureRefused, VoucherGiven
from domain.events.listing import ListingPicturesFed
from domain.events.member import MemberForgotten
from domain.recorded import AnyEvent, Recorded

BATCH = 5000
NAMED_HERE = 5
"""How many of a kind are named one by one; of the rest only the number is told."""

Needed = dict[tuple[str, str], str]
"""Kind and digest of a file that must be there -> whose it is (empty where nobody's in particular)."""


class Events(Protocol):
    """The log as it is read here."""

    def read_log(self, after: int, limit: int) -> list[tuple[int, Recorded]]:
        """Position and event behind a position, in order."""


def vault(deployment: Deployment) -> Iterator[CheckResult]:
    """Whether the files of the vault are those that events name; an object store that cannot be asked is one finding."""
    vault = deployment.stores.vault
    try:
        if isinstance(vault, ObjectVault):
            yield from _reached(vault)
        yield from files(deployment.stores.store, vault)
    except VaultAway as why:
        yield CheckResult("bad", str(why))


def _reached(vault: ObjectVault) -> Iterator[CheckResult]:
    """Whether an object store lets us in and nobody else, and has an object of each kind to read; whether it keeps what is taken away."""
    vault.reachable()
    read = [kind for kind in sorted(KINDS) for digest in islice(vault.digests(kind), 1) if vault.stored(kind, digest)]
    yield CheckResult("ok", f"{vault.url} lets us in; read was one of each kind: {', '.join(read) or 'there is none yet'}")
    if vault.open_to_others():
        yield CheckResult("bad", f"{vault.url} can be read by anybody, without credentials: close it to others")
    with suppress(VaultAway):  # it may be that we may not ask
        if vault.keeps_versions():
            kept = "what is sealed away or erased can be read as an older version until a rule of the bucket deletes those"
            yield CheckResult("warn", f"{vault.url} keeps versions: {kept}")


def files(log: Events, store: FileVault, read: bool = True) -> Iterator[CheckResult]:
    """Missing and damaged files are bad; files that nothing names were left by a crash or a refused act, and harm nobody."""
    needed, named, forgotten = _named(log)
    there = {kind: set(store.digests(kind)) for kind in sorted(KINDS)}
    missing = sorted((kind, digest) for (kind, digest), owner in needed.items() if owner not in forgotten and digest not in there[kind])
    yield from _listed("bad", "missing: an event names", missing)
    orphans = [(kind, digest) for kind in sorted(KINDS) for digest in sorted(there[kind] - named[kind])]
    yield from _listed("warn", "no event names", orphans)
    leftovers = list(store.leftovers())
    if leftovers:
        yield CheckResult("warn", f"{len(leftovers)} unfinished files of writers that were stopped, such as {leftovers[0]}")
    if not missing:
        yield CheckResult("ok", f"{len(needed)} files that events name are there")
    if read:
        yield from _read(store, {kind: there[kind] & named[kind] for kind in OWN_DIGEST})


def _read(store: FileVault, here: dict[str, set[str]]) -> Iterator[CheckResult]:
    """Whether each original and each sealed file that an event names is what its digest says; a block of it in memory at a time."""
    there = [(kind, digest) for kind in sorted(here) for digest in sorted(here[kind])]
    damaged = [key for key in there if not _sound(store, *key)]
    yield from _listed("bad", "damaged: its bytes are not what its name and an event say,", damaged)
    if not damaged:
        yield CheckResult("ok", f"{len(there)} originals and sealed files were read, and each is what its digest says")


def _sound(store: FileVault, kind: str, digest: str) -> bool:
    try:
        return store.sound(kind, digest)
    except KeyError:  # taken away since it was looked for: not damaged
        return True
    except OSError:
        return False


def matcher(deployment: Deployment) -> Iterator[CheckResult]:
    """Which mode of the matcher is active, and whether its indexes are of this store's pictures."""
    model = deployment.settings.copy_model or ""
    for line in doctor_lines(model):
        text = line.removeprefix("copies: ")
        yield CheckResult("warn" if text.startswith("fallback") else "ok", text)
    for name in sorted(set(_strange(deployment, Marks(model)))):
        yield CheckResult("bad", f"the index of {name} was made of other pictures than the store has; a server makes it anew")


def _strange(deployment: Deployment, marks: Marks) -> Iterator[str]:
    rows, folder, shards = deployment.stores.fingerprints, deployment.settings.vault_directory, deployment.settings.index_shards
    if shards == 1:
        yield from of_another_history(folder, rows, marks)
        return
    for number in range(shards):
        yield from of_another_history(folder, ShardRows(rows, number, shards), marks, file_suffix(number, shards))


def _listed(state: State, what: str, found: list[tuple[str, str]]) -> Iterator[CheckResult]:
    for kind, digest in found[:NAMED_HERE]:
        yield CheckResult(state, f"{what} {kind}/{digest}")
    if len(found) > NAMED_HERE:
        yield CheckResult(state, f"{what} {len(found) - NAMED_HERE} more files")


def _named(log: Events) -> tuple[Needed, dict[str, set[str]], set[str]]:
    """What must be there, what may be there by kind, and who was forgotten."""
    needed: Needed = {}
    named: dict[str, set[str]] = defaultdict(set)
    forgotten: set[str] = set()
    position = 0
    while entries := log.read_log(position, BATCH):
        position = entries[-1][0]
        for _, fact in entries:
            if isinstance(fact.event, MemberForgotten):
                forgotten.add(fact.originator_id)
            for kind, digest, owner, must in _files(fact.event):
                named[kind].add(digest)
                if must:
                    needed[kind, digest] = owner
    return needed, named, forgotten


def _files(event: AnyEvent) -> Iterator[tuple[str, str, str, bool]]:
    """The files that an event names: kind, digest, owner, and whether it must be there."""
    match event:
        case Filed(digest=digest, owner=owner):
            yield from ((kind, digest, owner, True) for kind in ("original", "scaled", "thumbnail"))
            yield from ((kind, digest, owner, False) for kind in ("layer", "features", "away"))
        case PictureRefused(digest=digest, owner=owner, match=match):
            yield "original", digest, owner, match is not None
            yield from ((kind, digest, owner, False) for kind in ("scaled", "thumbnail", "layer", "features", "away"))
        case ListingPicturesFed(pictures=pictures):
            for picture in pictures:
                yield "scaled", picture.digest, "", picture.width > 0
                for frame in picture.frames:
                    yield "scaled", frame, "", True
                    yield "thumbnail", frame, "", False
                yield from ((kind, picture.digest, "", False) for kind in ("original", "thumbnail", "layer", "features"))
        case EvidenceUploaded(digest=digest, owner=owner) | VoucherGiven(digest=digest, owner=owner):
            yield "sealed", digest, owner, True
