"""The index on disk, so that a restart reads one file instead of every row: written beside, then renamed; a broken one is ignored."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.pictures import parameters as p
from adapters.pictures.vectors import Rows, VectorIndex

_HEAD = struct.Struct("<8s16sQQQ")
_MAGIC = b"ORIGIDX1"


class Snapshot(NamedTuple):
    """What a file held: the last row's number, the pictures' digests by number, the vectors and the picture of each."""

    upto: int
    digests: list[str]
    vectors: Rows
    pictures: npt.NDArray[np.int32]


def save(file: Path, tag: bytes, upto: int, digests: list[str], index: VectorIndex) -> None:
    """Write the index up to row `upto`; `tag` names the fingerprints' version. Readers see the old file or the new one."""
    vectors, pictures = index.vectors()
    names = b"".join(bytes.fromhex(digest) for digest in digests)
    head = _HEAD.pack(_MAGIC, tag.ljust(16, b"\0"), upto, len(digests), len(vectors))
    body = (head, names, pictures.astype("<i4").tobytes())
    check = hashlib.sha256(b"".join(body)).digest()
    descriptor, beside = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.writelines((*body, check))
            vectors.tofile(out)
            out.flush()
            os.fsync(out.fileno())
        Path(beside).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise


def load(file: Path, tag: bytes) -> Snapshot | None:
    """The snapshot; None where there is none, it is of another version, or it is broken."""
    try:
        content = np.memmap(file, np.uint8, "r")
        magic, told, upto, count, rows = _HEAD.unpack(content[: _HEAD.size].tobytes())
        names, places = _HEAD.size + 32 * count, _HEAD.size + 32 * count + 4 * rows
        check = hashlib.sha256(content[:places].tobytes()).digest()
        if magic != _MAGIC or told != tag.ljust(16, b"\0") or check != content[places : places + 32].tobytes():
            return None
        if len(content) != places + 32 + rows * p.DIMENSIONS:
            return None
    except (OSError, ValueError, struct.error):
        return None
    text = content[_HEAD.size : names].tobytes().hex()
    digests = [text[i : i + 64] for i in range(0, len(text), 64)]
    pictures = np.frombuffer(content[names:places].tobytes(), "<i4")
    return Snapshot(upto, digests, content[places + 32 :].view(np.int8).reshape(rows, p.DIMENSIONS), pictures)
