"""What endpoints stand on: the application's outside, settling, and the query views kept fresh (rule T4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from adapters.credentials.content import CredentialsReader
from adapters.http.request import ApiRequest
from adapters.http.upload_standing import Uploads
from adapters.identity.tokens import Caller
from adapters.system import moment
from adapters.system.stopwatch import Stopwatch
from application.acting import Platform
from application.decide import as_member
from application.patience import Patience
from application.ports import Identity
from application.settle_due import Settling
from domain.law import Law
from projections.reading import Page, Reading
from projections.runner import Views

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The deployment as its endpoints see it."""

    platform: Platform
    settling: Settling
    views: Views
    upload_seconds: float = 120.0
    uploads: Callable[[], Uploads] | None = None
    credentials: CredentialsReader | None = None
    warnings: Callable[[str, str], Sequence[str]] | None = None
    """What is warned of by a filed picture's digest and format."""

    @contextmanager
    def reading(self, seeking: bool = False) -> Iterator[Reading]:
        """The views as of now: whatever was due is settled, whatever was answered is seen; with `seeking`, sightings are sought first."""
        present = moment.present()
        settled = 0 if present is not None and not seeking and present.knows(Reading) else self.settling.everything_due(seeking)
        if present is None or (settled and present.knows(Reading)):
            with self.views.current() as reading:
                yield reading
        else:
            yield present.held(Reading, self.views.current)

    def law(self) -> Law:
        """The law as published by now."""
        return moment.once(Law, lambda: self.platform.library.law(self.platform.store))

    def member(self, caller: Caller) -> Identity:
        """The member that a token speaks for: its claims are enough to act (rule A2)."""
        told = (caller.subject, caller.nickname, caller.categories, caller.issued_at)
        return moment.once(("member", *told), lambda: self.platform.identities.enrol(*told))

    def as_member(self, caller: Caller) -> str | None:
        """The opaque id of the member that one of the staff is as well: what is told of its own cases is not for it (rules C5, H3)."""
        return moment.once(("as member", caller.subject), lambda: as_member(self.platform, caller.staff_id))

    def patience(self) -> Patience:
        """The time that a request with pictures may take, from now on."""
        return Stopwatch(self.upload_seconds)

    def now(self) -> datetime:
        """The present instant."""
        return self.platform.clock.now()

    def who(self, member_id: str) -> Identity | None:
        """The identity behind an opaque id."""
        return self.platform.identities.by_id(member_id)

    def acquainted(self, member_ids: Collection[str]) -> Callable[[str], Identity | None]:
        """The same for some members of a list, looked up together."""
        return self.platform.identities.by_ids(member_ids).get

    def subject_of(self, member_id: str) -> str:
        """The marketplace's name of a member; the opaque id where it was forgotten."""
        identity = self.who(member_id)
        return member_id if identity is None else identity.subject


def after(request: ApiRequest) -> str | None:
    """The cursor of the part of a list that is asked for, as views understand it."""
    return None if request.page.after is None else str(request.page.after[0])


def paged(request: ApiRequest, page: Page[S], words: Callable[[S], Any]) -> dict[str, Any]:
    """The answer `{items, next}` of a part of a list."""
    return request.page.of([words(item) for item in page.items], None if page.next is None else [page.next])
