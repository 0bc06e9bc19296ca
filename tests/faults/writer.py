"""A process that writes commands until it is killed, and says of each that it was acknowledged.

Each command has a key, opens a case (events in a stream of its own, a row of the index) and adds to a listing that all share,
so that writers meet. `python -m tests.faults.writer STORE VAULT NAME`.
"""

from __future__ import annotations

import sys
from typing import Any

from adapters.store.opening import Stores, open_store
from adapters.system.real_clock import SystemClock
from application import index
from application.acting import Act, Answer, Command, IdempotencyKey, Platform, perform, stream_of
from application.law import LawLibrary
from domain.case.events import ClaimReleased
from domain.events import Happened
from domain.events.listing import PenaltyImposed
from domain.refusal import Refusal, RefusedAttempt

SHARED = 3


class Replies:
    """The answer tells what was done."""

    def done(self, act: Act, result: str) -> Answer:
        return Answer(201, result.encode())

    def refused(self, refusal: Refusal) -> Answer:
        return Answer(409, refusal.code.encode())


def platform(stores: Stores) -> Platform:
    nothing: Any = None
    clock = SystemClock(stores.last_recorded_at())
    return Platform(stores.store, clock, stores.ids, stores.identities, stores.sealer, stores.vault, nothing, nothing, LawLibrary({}))


def listing_of(number: int) -> str:
    return stream_of("listing", str(number % SHARED))


def key_of(name: str) -> IdempotencyKey:
    return IdempotencyKey("writer", name, "print")


def open_case(on: Platform, name: str, number: int) -> Answer:
    """The command of that name."""
    case, listing = stream_of("case", name), listing_of(number)

    def decide(act: Act) -> str:
        if act.ask(index.CaseById(case)) is not None:
            raise RefusedAttempt("already_decided")
        act.load(case)
        act.load(listing)
        act.append(case, [Happened(act.now, ClaimReleased(name), "writer")])
        act.append(listing, [Happened(act.now, PenaltyImposed(listing, case), "writer")])
        act.note(
            index.PutCase(case, case, listing, "writer", "seller", "open", act.now, None),
            index.CountAttempt("writer", "today"),
        )
        return name

    return perform(on, Command("open_case", "writer", key_of(name)), decide, Replies())


def main(store: str, vault: str, name: str) -> None:
    on = platform(open_store(store, vault))
    number = 0
    while True:
        number += 1
        answer = open_case(on, f"{name}-{number}", number)
        sys.stdout.write(answer.body.decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
