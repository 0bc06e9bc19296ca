"""What the server and a decoding process say to each other: one message each way, length first."""

from __future__ import annotations

import socket
import struct

import msgspec

from adapters.credentials.content import ContentCredentials
from adapters.pictures import limits

_LENGTH = struct.Struct("<Q")
_LONGEST = 256 * 2**20


class Order(msgspec.Struct, frozen=True):
    """What to decode, within which limits.

    `formats` are Pillow's names; sizes are in pixels; `frames` says that more than one frame is a flaw; with `header_only`
    nothing is decoded; with `pages` a long page keeps its own width; `seconds` of its own processor time end the process.
    With `vouched` (certificates in PEM, or nothing) only the content credentials are read, and no picture is made.
    """

    content: bytes
    formats: tuple[str, ...]
    max_pixels: int
    scale_over: int
    min_side: int = 0
    min_side_of: str = "shorter"
    frames: bool = True
    header_only: bool = False
    pages: bool = False
    vouched: str | None = None
    seconds: float = limits.DECODE_SECONDS


class Report(msgspec.Struct, frozen=True):
    """What came out. `flaws` are (code, limit, measured); the pictures are present only without flaws; `view` is a JPEG.

    Of a picture with a clear ground, `layer` is what is drawn on it, a WebP of the view's size; `warnings` are codes that refuse nothing.
    Of a moving picture, `further` are the frames that show something else, and `frames` says how many were looked at, and of how many.
    """

    flaws: tuple[tuple[str, int | str | None, int | str | None], ...] = ()
    format: str | None = None
    width: int = 0
    height: int = 0
    scaled: bytes | None = None
    thumbnail: bytes | None = None
    view: bytes | None = None
    layer: bytes | None = None
    warnings: tuple[str, ...] = ()
    further: tuple[Report, ...] = ()
    frames: tuple[int, int] = (1, 1)
    credentials: ContentCredentials | None = None
    tired: bool = False


def send(channel: socket.socket, message: bytes) -> None:
    """Send one message. Raises OSError (TimeoutError too)."""
    channel.sendall(_LENGTH.pack(len(message)))
    channel.sendall(message)


def receive(channel: socket.socket) -> bytes:
    """Receive one message. Raises EOFError when the other side is gone, OSError (TimeoutError too)."""
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    if length > _LONGEST:
        raise EOFError("a message out of all proportion")
    return _exactly(channel, length)


def _exactly(channel: socket.socket, length: int) -> bytes:
    content = bytearray(length)
    window = memoryview(content)
    got = 0
    while got < length:
        count = channel.recv_into(window[got:])
        if count == 0:
            raise EOFError("the other side is gone")
        got += count
    return bytes(content)
