"""What a simulation has in the place of an inspector and a matcher: its pictures are filed unseen, so nothing ever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import NoReturn

from application.law import LawLibrary
from application.ports import Store
from domain.law import Law


class NoPictures:
    """Fulfils `application.ports.Inspector` and `Matcher` by refusing to look."""

    version = "simulated/1"

    def inspect_filings(self, files: Sequence[object], rules: object, patience: object = None) -> NoReturn:
        raise NotImplementedError("a simulation reviews no pictures")

    def inspect_listings(self, files: Sequence[object], patience: object = None) -> NoReturn:
        raise NotImplementedError("a simulation reviews no pictures")

    def seek_originals(self, inspection: object) -> NoReturn:
        raise NotImplementedError("a simulation seeks no copies")

    def seek_copies(self, inspection: object) -> NoReturn:
        raise NotImplementedError("a simulation seeks no copies")

    def seek_originals_of_many(self, inspections: Sequence[object], patience: object = None) -> NoReturn:
        raise NotImplementedError("a simulation seeks no copies")

    def seek_originals_since(self, inspections: Sequence[object], after: int) -> NoReturn:
        raise NotImplementedError("a simulation seeks no copies")

    def seek_among(self, inspection: object, originals: Sequence[object]) -> NoReturn:
        raise NotImplementedError("a simulation seeks no copies")


class CurrentLaw(LawLibrary):
    """The law as the simulation last read it, for commands on a store that knows of no publications."""

    def __init__(self, zones: Mapping[str, tzinfo], law: Law) -> None:
        super().__init__(zones)
        self.current = law

    def law(self, store: Store, count: int | None = None) -> Law:
        return self.current
