"""A process in which several threads live through cases until it is ended, and say of each stream how long it was when they were answered.

`python -m tests.faults.storyteller STORE VAULT`: a line `STREAM VERSION` an answer.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from pathlib import Path

from adapters.store.opening import open_store
from application import leave
from tests.application.studio import Studio

THREADS = 3
PAUSE = 0.05
"""Seconds between two answers: who writes without a pause leaves a busy machine no time to make a backup."""


def main(store: str, vault: str) -> None:
    studio = Studio(open_store(store, vault))
    said = threading.Lock()

    def say(stream: str) -> None:
        line = f"{stream} {len(studio.stores.store.load(stream))}\n"
        with said:
            sys.stdout.write(line)
            sys.stdout.flush()
        time.sleep(PAUSE)

    def live(thread: int) -> None:
        for number in itertools.count():
            name = f"{Path(store).name}-{thread}-{number}"
            owner, seller = studio.merchant(f"owner {name}"), studio.merchant(f"seller {name}")
            filing = studio.file(owner, f"scene {name}")
            say(filing)
            case_id = studio.lodge(owner, filing, studio.listing(seller, name)).cases[0].id
            say(case_id)
            notice = studio.accept(case_id).notice_id
            say(case_id)
            if number % 3 == 1:
                studio.withdraw(owner, case_id, "it was a mistake")
                say(case_id)
                leave.forget(studio.platform, owner.member_id, "operator")
                say(owner.member_id)
            elif number % 3 == 2:
                studio.decide(studio.appeal(seller, notice).id, "upheld", f"desk-{thread}")
                say(case_id)

    for thread in range(THREADS):
        threading.Thread(target=live, args=(thread,), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
