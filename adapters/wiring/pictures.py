"""What looks at pictures, made when the first one comes: what it stands on is large, and no start waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adapters.credentials.content import ContentCredentials, CredentialsReader
from adapters.pictures.warned import KeptWarnings
from adapters.store.opening import Stores
from adapters.system.settings import Settings
from application.patience import ENDLESS, Patience
from application.ports import Inspection, Inspector, Matcher, MatchResult, PictureMatch, Upload
from domain.rulebook import PictureRules

if TYPE_CHECKING:
    from adapters.pictures import Marks, PictureMatcher, PillowInspector
    from adapters.pictures.shards import Shards, SharedSpace


class PictureServices(NamedTuple):
    """What looks at pictures, and how it ends."""

    inspector: Inspector
    matcher: Matcher
    close: Callable[[], None] = lambda: None
    credentials: CredentialsReader | None = None
    warnings: Callable[[str, str], Sequence[str]] | None = None
    """What is warned of by a filed picture's digest and format."""


def real_pictures(stores: Stores, settings: Settings) -> PictureServices:
    """Pillow in limited processes, and the matcher that is set or installed; its index lies beside the pictures from start to start."""
    made = _Made(stores, settings)
    return PictureServices(_Inspects(made), _Matches(made), made.close, _ReadsCredentials(made), KeptWarnings(stores.vault).of)


class _Made:
    """Both, made once: threads that need them at the same time wait for one of them."""

    def __init__(self, stores: Stores, settings: Settings) -> None:
        self._stores, self._settings = stores, settings
        self._turn = threading.RLock()

    @property
    def inspector(self) -> PillowInspector:
        with self._turn:
            return self._inspector

    @property
    def matcher(self) -> PictureMatcher:
        with self._turn:
            return self._matcher

    def close(self) -> None:
        """End the decoding processes, where there are any, and hang up on those of the index."""
        with self._turn:
            if "_inspector" in self.__dict__:
                self._inspector.close()
            if "_shards" in self.__dict__:
                self._shards.close()

    @cached_property
    def _marks(self) -> Marks:
        from adapters.pictures import Marks

        return Marks(self._settings.copy_model or "")

    @cached_property
    def vouched(self) -> str:
        """The certificates of the operator's list, in PEM; nothing where none is set. Raises AnchorsError."""
        from adapters.credentials.anchors import anchors_of, as_pem

        file = self._settings.credentials_trust
        return "" if file is None else as_pem(anchors_of(Path(file)))

    @cached_property
    def _inspector(self) -> PillowInspector:
        from adapters.pictures import PillowInspector

        return PillowInspector(self._marks)

    @cached_property
    def _matcher(self) -> PictureMatcher:
        from adapters.pictures import PictureMatcher

        return PictureMatcher(
            self._stores.fingerprints, self._stores.vault, self._marks, self._settings.vault_directory, self._shared_spaces()
        )

    def _shared_spaces(self) -> Sequence[SharedSpace]:
        """Those that processes of their own hold; none where each server is to hold its own."""
        if self._settings.index_shards == 1:
            return ()
        from adapters.pictures.shards import SharedSpace
        from adapters.pictures.store import SPACES

        return [SharedSpace(name, self._shards) for name in SPACES]

    @cached_property
    def _shards(self) -> Shards:
        from adapters.pictures.shards import Shards

        settings = self._settings
        return Shards(settings.store, settings.vault_directory, settings.vault_url, settings.copy_model or "", settings.index_shards)


class _Inspects:
    """Fulfils `application.ports.Inspector`."""

    def __init__(self, made: _Made) -> None:
        self._made = made

    def inspect_filings(self, files: Sequence[Upload], rules: PictureRules, patience: Patience = ENDLESS) -> list[Inspection]:
        return self._made.inspector.inspect_filings(files, rules, patience)

    def inspect_listings(self, files: Sequence[Upload], patience: Patience = ENDLESS) -> list[Inspection]:
        return self._made.inspector.inspect_listings(files, patience)


class _ReadsCredentials:
    """Fulfils `adapters.credentials.content.CredentialsReader`."""

    def __init__(self, made: _Made) -> None:
        self._made = made

    def read_credentials(self, content: bytes, patience: Patience = ENDLESS) -> ContentCredentials:
        return self._made.inspector.read_credentials(content, self._made.vouched, patience)


class _Matches:
    """Fulfils `application.ports.Matcher`."""

    def __init__(self, made: _Made) -> None:
        self._made = made

    @property
    def version(self) -> str:
        return self._made.matcher.version

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        return self._made.matcher.seek_originals(inspection)

    def seek_copies(self, inspection: Inspection) -> MatchResult:
        return self._made.matcher.seek_copies(inspection)

    def seek_originals_since(self, inspections: Sequence[Inspection], after: int) -> list[MatchResult]:
        return self._made.matcher.seek_originals_since(inspections, after)

    def seek_among(self, inspection: Inspection, originals: Sequence[Inspection]) -> list[PictureMatch]:
        return self._made.matcher.seek_among(inspection, originals)

    def seek_originals_of_many(self, inspections: Sequence[Inspection], patience: Patience = ENDLESS) -> list[MatchResult]:
        return self._made.matcher.seek_originals_of_many(inspections, patience)
