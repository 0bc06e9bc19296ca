"""What a request carries, read strictly: JSON (or TOML) objects, and multipart parts. Nothing here knows a rule."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import IO, Any, Final, NoReturn

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Request

from adapters.http.problems import Problem, invalid
from domain.rulebook import toml_document

JSON: Final = "application/json"
TOML: Final = "application/toml"
NDJSON: Final = "application/x-ndjson"
MULTIPART: Final = "multipart/form-data"
_UNWELCOME: Final = re.compile("[\x00\ud800-\udfff]")
_MAX_PARTS: Final = 1000
_MAX_FIELD_BYTES: Final = 1024 * 1024
_MAX_FILENAME: Final = 255
_MAX_SUFFIX: Final = 16
_MAX_DEPTH: Final = 32


class FilePart:
    """A file of a multipart request. Its content is read when it is first asked for, and once."""

    def __init__(self, filename: str, media_type: str, stream: IO[bytes]) -> None:
        self.filename, self.media_type, self._stream = filename, media_type, stream

    @cached_property
    def content(self) -> bytes:
        """All of the bytes."""
        self._stream.seek(0)
        return self._stream.read()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content in hex, computed without holding the content."""
        self._stream.seek(0)
        return hashlib.file_digest(self._stream, "sha256").hexdigest()  # type: ignore[arg-type]


def has_body(request: Request) -> bool:
    """Whether a body is announced."""
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def refuse_media_type(request: Request, consumes: tuple[str, ...]) -> None:
    """Raise 415 where the head announces a body of another type than these; a form of files always has one."""
    kind = media_type_of(request)
    if kind not in consumes and (kind is not None or has_body(request) or consumes == (MULTIPART,)):
        raise Problem("unsupported_media_type", f"Send {' or '.join(consumes)}.")


def media_type_of(request: Request) -> str | None:
    """The media type of the body; None where there is neither a type nor a body. Raises 415 for a charset that is not UTF-8."""
    header = request.headers.get("Content-Type")
    if header is None:
        return "application/octet-stream" if has_body(request) else None
    kind, options = parse_options_header(header)
    if kind != MULTIPART and options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Problem("unsupported_media_type", "Only UTF-8 is read.")
    return kind.lower()


def json_object(content: bytes) -> dict[str, Any]:
    """A JSON object as RFC 8259 means it: UTF-8, no duplicate names, no NaN, of text that can be kept. Raises 400, 422."""
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Problem("malformed", "The body is not a JSON object, or not one that is read everywhere alike.") from None
    if not isinstance(value, dict):
        raise Problem("malformed", "The body has to be a JSON object.")
    if b"\\u" in content or content.count(b"[") + content.count(b"{") > _MAX_DEPTH:  # the only ways to what is refused there
        refuse_unwelcome(value)
    return value


def toml_object(content: bytes) -> dict[str, Any]:
    """A TOML document, its instants as RFC 3339 text. Raises 400."""
    try:
        plain: dict[str, Any] = _plain(toml_document(content.decode("utf-8")))
    except ValueError as error:
        raise Problem("malformed", f"The body is not a TOML document, or not one that is read everywhere alike: {error}.") from None
    refuse_unwelcome(plain)
    return plain


def multipart(request: Request) -> tuple[dict[str, str], list[FilePart]]:
    """Fields and files of a multipart body, in order. Raises 400 for a broken one, 422 for a part that is none of the known."""
    _, options = parse_options_header(request.headers.get("Content-Type", ""))
    boundary = options.get("boundary", "")
    if not re.fullmatch(r"[\x20-\x7e]{1,200}", boundary):
        raise Problem("malformed", "The multipart body has no boundary.")
    parser = MultiPartParser(max_form_memory_size=_MAX_FIELD_BYTES, max_form_parts=_MAX_PARTS)
    try:
        form, files = parser.parse(request.stream, boundary.encode("ascii"), request.content_length)
    except RequestEntityTooLarge:
        raise
    except (ValueError, LookupError):
        raise Problem("malformed", "The multipart body is broken.") from None
    if unknown := sorted({name for name in files if name != "file"}):
        raise invalid({name: ["Unknown part; files come in parts named `file`."] for name in unknown})
    fields = {}
    for name, values in form.lists():
        if name == "file" or len(values) > 1:
            raise invalid({name: ["A part named `file` needs a filename." if name == "file" else "Given more than once."]})
        fields[name] = values[0]
    return fields, [_upload(part.filename, part.mimetype, part.stream) for part in files.getlist("file")]


def unwelcome(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Where text holds NUL or half a surrogate pair, which no store keeps: pairs of a dotted path and a message. Raises 400 where
    the value is nested too deeply."""
    if depth > _MAX_DEPTH:
        raise Problem("malformed", f"The body is nested more than {_MAX_DEPTH} levels deep.")
    match value:
        case str():
            if _UNWELCOME.search(value):
                yield path, "Contains a character that cannot be kept."
        case Mapping():
            for name, item in value.items():
                if _UNWELCOME.search(name):
                    yield path, "Contains a name that cannot be kept."
                else:
                    yield from unwelcome(item, f"{path}.{name}" if path else name, depth + 1)
        case list():
            for number, item in enumerate(value):
                yield from unwelcome(item, f"{path}.{number}" if path else str(number), depth + 1)


def refuse_unwelcome(value: Any) -> None:
    """Raise 422 for text that cannot be kept."""
    errors: dict[str, list[str]] = {}
    for path, message in unwelcome(value):
        errors.setdefault(path, []).append(message)
    if errors:
        raise invalid(errors)


def _upload(filename: str | None, media_type: str, stream: IO[bytes]) -> FilePart:
    name = filename or ""
    if not name or _UNWELCOME.search(name):
        raise invalid({"file": ["A filename is needed, of characters that can be kept."]})
    return FilePart(_cut(name), media_type, stream)


def _cut(name: str) -> str:
    """The name as it is kept: one that is too long stops no upload, it loses the end of its stem and keeps its suffix."""
    if len(name) <= _MAX_FILENAME:
        return name
    suffix = "".join(name.rpartition(".")[1:])
    return name[:_MAX_FILENAME] if len(suffix) > _MAX_SUFFIX else name[: _MAX_FILENAME - len(suffix)] + suffix


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate name")
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case datetime() | date() | time():
            return value.isoformat().replace("+00:00", "Z")
        case float() if not math.isfinite(value):
            raise ValueError("not a finite number")
        case _:
            return value
