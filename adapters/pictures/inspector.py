"""Machine review of uploaded pictures (rules B2, B3): what can be told from bytes here, the rest in a decoding process."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import structs

from adapters.credentials import reading
from adapters.credentials.content import ContentCredentials
from adapters.pictures import limits
from adapters.pictures.hands import HANDS, Hands
from adapters.pictures.marks import Marks
from adapters.pictures.pool import DecodingPool
from adapters.pictures.protocol import Order, Report
from adapters.pictures.sniff import SUFFIX_FORMATS, declared_pixels, suffix, true_format
from application.patience import ENDLESS, Patience
from application.ports import Inspection, Upload
from domain.picture import Flaw
from domain.rulebook import PictureRules


class PillowInspector:
    """Fulfils `application.ports.Inspector`. Thread-safe; decoding processes start with the first picture."""

    def __init__(self, marks: Marks | None = None, pool: DecodingPool | None = None, hands: Hands = HANDS) -> None:
        """`marks` takes fingerprints and features (by default those of the mode in force); `pool` decodes, `hands` do the rest."""
        self._marks = marks or Marks()
        self._pool = pool or DecodingPool()
        self._hands = hands

    def inspect_filings(self, files: Sequence[Upload], rules: PictureRules, patience: Patience = ENDLESS) -> list[Inspection]:
        """Review pictures to be filed, in their order. Raises TooBusy where patience ends first."""
        return self._hands.each(lambda file: self.inspect_filing(file.name, file.content, rules, patience), files, patience)

    def inspect_listings(self, files: Sequence[Upload], patience: Patience = ENDLESS) -> list[Inspection]:
        """Read pictures of a listing, in their order. Raises TooBusy where patience ends first."""
        return self._hands.each(lambda file: self.inspect_listing(file.name, file.content, patience), files, patience)

    def inspect_filing(self, name: str, content: bytes, rules: PictureRules, patience: Patience = ENDLESS) -> Inspection:
        """Review a picture to be filed: every rule broken is a flaw with its limit and the measured value. Raises TooBusy."""
        form = true_format(content)
        flaws = _outside(name, content, form, rules)
        if form not in ("JPEG", "PNG"):
            return self._refused(content, form, flaws or [Flaw("unreadable", None, "not a picture" if content else "empty")])
        order = Order(
            content=content,
            formats=(form,),
            max_pixels=rules.max_pixels,
            scale_over=rules.scale_over,
            min_side=rules.min_side,
            min_side_of=rules.min_side_of,
            header_only=len(content) > rules.max_bytes,
        )
        return self._decoded(order, flaws, patience, original=True)

    def inspect_listing(self, name: str, content: bytes, patience: Patience = ENDLESS) -> Inspection:
        """Read a picture of a listing or of evidence: any of `LISTING_FORMATS` by content, whatever its name. Raises TooBusy."""
        form = true_format(content)
        if form not in limits.LISTING_FORMATS:
            return self._refused(content, form, [Flaw("unreadable", None, form or ("not a picture" if content else "empty"))])
        order = Order(
            content=content,
            formats=(form,),
            max_pixels=limits.LISTING_MAX_PIXELS,
            scale_over=limits.LISTING_SCALE_OVER,
            frames=False,
            pages=True,
        )
        return self._decoded(order, [], patience, original=False)

    def read_credentials(self, content: bytes, vouched: str, patience: Patience = ENDLESS) -> ContentCredentials:
        """Read the content credentials of a JPEG or PNG; `vouched` are certificates (PEM), or nothing. Raises TooBusy.

        What is longer than `limits.CREDENTIALS_BYTES`, or of another format, is `unreadable`, as is what ends its process.
        """
        if not reading.installed():
            return ContentCredentials("not_read")
        form = true_format(content)
        if form not in ("JPEG", "PNG") or len(content) > limits.CREDENTIALS_BYTES:
            return ContentCredentials("unreadable")
        order = Order(content, (form,), 0, 0, vouched=vouched)
        report = self._hands.each(lambda one: self._pool.run(one, limits.CREDENTIALS_MEMORY, patience), [order], patience)[0]
        return report.credentials or ContentCredentials("unreadable")

    def review(self, name: str, content: bytes, rules: PictureRules) -> tuple[Report, list[Flaw]]:
        """Review alone: the decoding process's report (with the pictures it made) and every flaw; no fingerprint."""
        form = true_format(content)
        flaws = _outside(name, content, form, rules)
        order = Order(content, (form or "JPEG",), rules.max_pixels, rules.scale_over, rules.min_side, rules.min_side_of)
        report = self._run(order, ENDLESS)
        return report, [*flaws, *(Flaw(*flaw) for flaw in report.flaws)]

    def close(self) -> None:
        """End the decoding processes."""
        self._pool.close()

    def _run(self, order: Order, patience: Patience) -> Report:
        return self._pool.run(order, _memory(order, declared_pixels(order.content)), patience)

    def _refused(self, content: bytes, form: str | None, flaws: list[Flaw]) -> Inspection:
        return Inspection(hashlib.sha256(content).hexdigest(), len(content), form, 0, 0, tuple(flaws))

    def _decoded(self, order: Order, flaws: list[Flaw], patience: Patience, original: bool) -> Inspection:
        report = self._run(order, patience)
        flaws = [*flaws, *(Flaw(*flaw) for flaw in report.flaws)]
        digest = hashlib.sha256(order.content).hexdigest()
        known = Inspection(digest, len(order.content), report.format, report.width, report.height, tuple(flaws))
        if flaws or report.view is None:
            return known
        further = tuple(self._marked(_frame(frame), frame, original) for frame in report.further if frame.scaled is not None)
        return structs.replace(self._marked(known, report, original), further=further, frames=report.frames)

    def _marked(self, known: Inspection, report: Report, original: bool) -> Inspection:
        """With what was made of the picture, and what the matcher takes from it."""
        assert report.view is not None
        marks = self._marks.take(report.view, (report.width, report.height), original, report.layer)
        return structs.replace(
            known,
            scaled=report.scaled,
            thumbnail=report.thumbnail,
            fingerprint=marks.fingerprint,
            features=marks.features,
            query=marks.query,
            layer=report.layer,
            warnings=report.warnings,
        )


def _frame(report: Report) -> Inspection:
    """A frame of a moving picture by itself: its digest is that of the picture that was made of it."""
    content = report.scaled or b""
    return Inspection(hashlib.sha256(content).hexdigest(), len(content), report.format, report.width, report.height, ())


def _memory(order: Order, pixels: int | None) -> int:
    """Bytes that decoding takes, about: more than a picture may have are not decoded at all."""
    if order.header_only or (pixels is not None and pixels > order.max_pixels):
        return 0
    if pixels is None:
        return limits.MEMORY
    light, heavy, strips = limits.MEMORY_DECODING
    if pixels > limits.HEAVY_PIXELS:
        return pixels * heavy + strips
    return pixels * (heavy if order.formats == ("JPEG",) else light)


def _outside(name: str, content: bytes, form: str | None, rules: PictureRules) -> list[Flaw]:
    """The flaws that name, size and first bytes show."""
    flaws = []
    ending = suffix(name)
    if ending not in rules.suffixes:
        flaws.append(Flaw("suffix_not_allowed", ", ".join(rules.suffixes), ending))
    elif form is not None and form != (promised := SUFFIX_FORMATS.get(ending, ending.upper())):
        flaws.append(Flaw("content_mismatch", promised, form))
    if len(content) > rules.max_bytes:
        flaws.append(Flaw("too_large", rules.max_bytes, len(content)))
    return flaws
