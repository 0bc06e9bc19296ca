"""What is taken of a picture's view: the fingerprint that an index keeps, features for proofs, and what a search needs."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from adapters.pictures import codes, limits
from adapters.pictures import parameters as p
from adapters.pictures.behind import BLACK, WHITE, layer_of, on_one_colour, together
from adapters.pictures.cutting import Cut, cut
from adapters.pictures.descriptor import Descriptor, descriptor, from_bytes, to_bytes
from adapters.pictures.features import Bytes, Features, Floats, extract, pack, small, strongest
from adapters.pictures.kept import Kept
from adapters.pictures.pages import is_long
from domain.picture import Box

_FALLBACK_TAG = b"L1"
_LEARNED_TAG = b"S2"
_EARLIER_TAGS = (b"S1",)
"""Their listings have the vectors of four tiles and of no other pieces."""


class Taken(NamedTuple):
    """A picture's fingerprint, packed features and packed query."""

    fingerprint: bytes
    features: bytes | None
    query: bytes


class _Query(msgspec.Struct, array_like=True):
    fingerprint: bytes
    view: bytes
    width: int
    height: int


_recent: Kept[Suspect] = Kept(p.KEPT_SUSPECTS)


def decoded(jpeg: bytes) -> Bytes:
    """A JPEG or PNG of our own making as RGB. Raises ValueError where it is neither."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise ValueError("not a picture")
    return picture  # type: ignore[return-value]


def with_opacity(layer: bytes) -> Bytes:
    """A layer of our own making as RGBA. Raises ValueError where it is none."""
    picture = cv2.imdecode(np.frombuffer(layer, np.uint8), cv2.IMREAD_UNCHANGED) if layer else None
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        raise ValueError("not a layer")
    return cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA)  # type: ignore[return-value]


class Suspect:
    """A picture that is sought: its view, and what is derived from it when first needed.

    Of a `long` page the pieces are looked at, not the whole.
    """

    def __init__(self, picture: Bytes, marks: Marks, whole: Floats | None = None, size: tuple[int, int] | None = None) -> None:
        """`picture` is RGB of any size; `size` is that of the file it was decoded from, if another; `whole` its vector, where known."""
        self.size = size or (picture.shape[1], picture.shape[0])
        self.view = view = small(picture, limits.VIEW_SIDE)
        self.long = is_long((picture.shape[1], picture.shape[0]))
        self._page = picture if self.long else view
        self._marks = marks
        self._whole = whole
        self._cut: Cut | None = None
        self._vectors: Floats | None = None
        self._features: dict[int, Features] = {}
        self._lock = threading.RLock()
        self.grey: Bytes = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY)  # type: ignore[assignment]

    def features(self, side: int) -> Features:
        """Local features taken at `side` pixels."""
        with self._lock:
            if side not in self._features:
                self._features[side] = replace(extract(self.grey, side, p.QUERY_COUNT), width=self.size[0], height=self.size[1])
            return self._features[side]

    def whole(self) -> Floats:
        """The whole picture's vector, one row."""
        with self._lock:
            if self._whole is None:
                self._whole = self._marks.model().vectors([self.view])
            return self._whole

    def negative(self) -> Floats:
        """The vector of the picture with light and dark exchanged, one row."""
        return self._marks.model().of_pieces([np.asarray(255 - self.view, np.uint8)])

    def pieces(self) -> Cut:
        """The pieces that the picture may have been put together from."""
        with self._lock:
            if self._cut is None:
                self._cut = cut(self._page)
            return self._cut

    def vectors(self) -> Floats:
        """The pieces' vectors, a row each."""
        with self._lock:
            if self._vectors is None:
                self._vectors = self._marks.model().of_pieces([piece.of(self._page) for piece in self.pieces().pieces])
            return self._vectors

    def piece(self, number: int) -> tuple[Suspect, Box]:
        """A piece as a suspect of its own, and where it lies, in shares of the whole."""
        height, width = self._page.shape[:2]
        left, top, right, bottom = box = self.pieces().pieces[number]
        size = (max(1, round(box.width * self.size[0] / width)), max(1, round(box.height * self.size[1] / height)))
        return Suspect(box.of(self._page), self._marks, size=size), Box(left / width, top / height, right / width, bottom / height)


class Marks:
    """Takes marks in one of two modes: with the learned descriptor, or with local codes. Thread-safe."""

    def __init__(self, model: Descriptor | str | None = "") -> None:
        """`model` is a descriptor, None for the fallback, or what the setting says: empty for whatever this installation has."""
        self._model = descriptor(model) if isinstance(model, str) else model

    @property
    def learned(self) -> bool:
        """Whether the learned descriptor is in use."""
        return self._model is not None

    @property
    def tag(self) -> bytes:
        """What this mode's fingerprints start with."""
        return _FALLBACK_TAG if self._model is None else _LEARNED_TAG + self._model.tag

    def reads(self, fingerprint: bytes) -> bool:
        """Whether this mode can use a stored fingerprint; earlier ones of the same model are of the same space."""
        if self._model is None:
            return fingerprint.startswith(_FALLBACK_TAG)
        return fingerprint[:2] in (_LEARNED_TAG, *_EARLIER_TAGS) and fingerprint[2:4] == self._model.tag

    @property
    def version(self) -> str:
        """The matcher's name and version in this mode."""
        return "phash-local-sift/6" if self._model is None else "sscd-sift/6"

    def model(self) -> Descriptor:
        """The descriptor. Raises RuntimeError in the fallback."""
        if self._model is None:
            raise RuntimeError("no descriptor in the fallback mode")
        return self._model

    def take(self, view: bytes, size: tuple[int, int], original: bool, layer: bytes | None = None) -> Taken:
        """The marks of a view (JPEG) of an original (at most 1 KiB of fingerprint), or of a listing's picture.

        `size` is the file's width and height in pixels; `layer` (WebP) what is drawn on a clear ground.
        """
        suspect = self._recent(view, None, size)
        features = self.features(suspect, layer) if original else None
        fingerprint = self.fingerprint(suspect, features, layer)
        return Taken(fingerprint, pack(features) if features else None, msgspec.msgpack.encode(_Query(fingerprint, view, *size)))

    def features(self, suspect: Suspect, layer: bytes | None = None) -> Features:
        """The features that are kept of an original; of what is drawn on a clear ground those on white and on black."""
        if layer is None:
            return replace(strongest(suspect.features(p.ORIGINAL_SIDE), p.ORIGINAL_COUNT), fine=lambda: suspect.grey)
        drawn = layer_of(with_opacity(layer))
        white = np.asarray(drawn.tones + (255 - drawn.opacity), np.uint8)  # never over 255: the tones are times their opacity
        a, b = (extract(grey, p.ORIGINAL_SIDE, p.ORIGINAL_COUNT) for grey in (white, drawn.tones))
        shown = small(suspect.grey, p.PROOF_SIDE)
        known = replace(together(a, b), width=suspect.size[0], height=suspect.size[1], grey=shown)
        return replace(known, fine=lambda: suspect.grey, layer=lambda: drawn)

    def fingerprint(self, suspect: Suspect, features: Features | None, layer: bytes | None = None) -> bytes:
        """An original's fingerprint where its features are given, else a listing's."""
        if self._model is not None:
            if features is None:
                vectors = np.concatenate([suspect.whole(), suspect.vectors()])
            else:
                vectors = suspect.whole() if layer is None else self._on_both_grounds(suspect, with_opacity(layer))
            return self.tag + to_bytes(vectors)
        count = p.CODES_ORIGINAL if features is not None else p.CODES_LISTING
        features = features or suspect.features(p.QUERY_SIDE)
        found = codes.local(features, count)
        return self.tag + codes.whole(features.grey).to_bytes(8, "big") + found.entries.tobytes()

    def _on_both_grounds(self, suspect: Suspect, layer: Bytes) -> Floats:
        """The vectors of a picture as it is shown, and of what is drawn on the other ground: as it lies on a thief's."""
        shown, grounds = small(suspect.view, p.PROOF_SIDE), [on_one_colour(layer, tone) for tone in (WHITE, BLACK)]
        alike = [np.asarray(cv2.resize(one, shown.shape[1::-1], interpolation=cv2.INTER_AREA)) for one in grounds]
        other = int(np.argmax([float(cv2.absdiff(shown, one).mean()) for one in alike]))
        return np.concatenate([suspect.whole(), self.model().vectors([grounds[other]])])

    def wholes(self, fingerprint: bytes, suspect: Suspect) -> Floats:
        """The vectors of a whole original by its fingerprint, two where its ground is clear; its view's own under another mode's."""
        return from_bytes(self.body(fingerprint)) if self.reads(fingerprint) else suspect.whole()

    def suspect(self, query: bytes) -> Suspect:
        """What `take` packed as a query. Raises ValueError where it is none."""
        try:
            stored = msgspec.msgpack.decode(query, type=_Query)
        except msgspec.MsgspecError as error:
            raise ValueError("not a query") from error
        known = from_bytes(self.body(stored.fingerprint))[:1] if self._model and self.reads(stored.fingerprint) else None
        return self._recent(stored.view, known, (stored.width, stored.height))

    def _recent(self, view: bytes, whole: Floats | None, size: tuple[int, int]) -> Suspect:
        """The suspect of a view: the same one between inspection and search, so that nothing is derived twice."""
        key = f"{self.tag.hex()} {size} {hashlib.sha256(view).hexdigest()}"
        return _recent.get(key, lambda: Suspect(decoded(view), self, whole, size))

    def body(self, fingerprint: bytes) -> bytes:
        """The fingerprint without its tag."""
        return fingerprint[len(self.tag) :]

    def vectors_of(self, fingerprint: bytes) -> npt.NDArray[np.int8]:
        """The signed bytes of a fingerprint of the learned mode."""
        return np.frombuffer(self.body(fingerprint), np.int8).reshape(-1, p.DIMENSIONS)

    def codes_of(self, fingerprint: bytes) -> tuple[int, npt.NDArray[np.void]]:
        """The pHash and the local codes of a fingerprint of the fallback."""
        body = self.body(fingerprint)
        return int.from_bytes(body[:8], "big"), np.frombuffer(body[8:], codes.ENTRY)
