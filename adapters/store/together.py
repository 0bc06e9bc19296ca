"""Group commit: acts that wait for the writer's turn are saved by one of their threads in one transaction.

The disk is waited for once for all of them. There is no thread of its own for it: whoever finds nobody saving begins at once, so
a lone act is saved by its own thread as ever; whoever comes meanwhile waits, and the first of those saves for all of them.
"""

from __future__ import annotations

import copy
import threading
from collections import deque
from collections.abc import Callable, Sequence

from eventsourcing.persistence import StoredEvent

from adapters.store.engine import Beside
from application.command import Busy, Conflict, TooManyWaiting

AT_ONCE = 64
"""Acts in one transaction; it bounds for how long another process waits for its turn."""
ROOM = 256
"""Acts that wait in one process; whoever comes then is told to come again."""


class Pending:
    """An act to be saved, and what became of it: `failure` is None where it was saved."""

    __slots__ = ("_called", "beside", "events", "failure", "leads")

    def __init__(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        self.events, self.beside = events, beside
        self.failure: BaseException | None = None
        self.leads = False
        self._called = threading.Lock()
        self._called.acquire()

    def call(self) -> None:
        """Wake the thread that waits for it."""
        self._called.release()

    def wait(self, seconds: float) -> bool:
        """Until it is called; False where that took longer. Less than 0 is for ever."""
        return self._called.acquire(timeout=seconds)


class GroupCommit:
    """The queue of one process before one store. `commit` saves a group in one transaction and notes each one's own failure.

    What `commit` raises happened to all of them: nothing was saved, or nobody knows. Groups are in the order of their coming.
    """

    def __init__(self, commit: Callable[[Sequence[Pending]], None], patience: float, room: int = ROOM) -> None:
        """`patience` is for how many seconds an act waits to be taken up before its writer is told so."""
        self._commit, self._patience, self._room = commit, patience, room
        self._mutex = threading.Lock()
        self._waiting: deque[Pending] = deque()
        self._busy = False

    def save(self, events: Sequence[StoredEvent], beside: Beside) -> None:
        """Returns once it is on the disk. Raises Conflict, Busy, TooManyWaiting, and what else its own saving came to."""
        mine = Pending(events, beside)
        with self._mutex:
            if self._busy and len(self._waiting) >= self._room:
                raise TooManyWaiting("too many acts wait to be saved")
            mine.leads = not self._busy
            if self._busy:
                self._waiting.append(mine)
            self._busy = True
        if not mine.leads:
            self._await(mine)
        if mine.leads:
            self._save_for_all(mine)
        if mine.failure is not None:
            raise mine.failure

    def waiting(self) -> int:
        """How many wait to be taken up."""
        return len(self._waiting)

    def _await(self, mine: Pending) -> None:
        try:
            if not mine.wait(self._patience):
                if self._left(mine):
                    raise Busy("another writer of this process takes too long")
                mine.wait(-1)
        except BaseException:
            if not self._left(mine) and mine.leads:
                self._pass_on()
            raise

    def _left(self, mine: Pending) -> bool:
        """Whether it stood in the queue, where it stands no longer."""
        with self._mutex:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return True
            return False

    def _save_for_all(self, mine: Pending) -> None:
        group = [mine]
        with self._mutex:
            while self._waiting and len(group) < AT_ONCE:
                group.append(self._waiting.popleft())
        try:
            self._commit(group)
        except BaseException as why:
            mine.failure = why
            for other in group[1:]:
                other.failure = _for_another_thread(why)
        finally:
            self._pass_on()
            for other in group[1:]:
                other.call()

    def _pass_on(self) -> None:
        """The first that waits saves next."""
        with self._mutex:
            following = self._waiting.popleft() if self._waiting else None
            self._busy = following is not None
            if following is not None:
                following.leads = True
                following.call()


def _for_another_thread(why: BaseException) -> BaseException:
    """The same failure with a trace of its own. A thread that was itself ended leaves the others to look for their own answers."""
    return copy.copy(why) if isinstance(why, Exception) else Conflict("whoever saved for all was ended")
