"""Fields that read JSON strictly and say so in JSON Schema."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

INSTANT: Final = re.compile(r"([0-9]{4})-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
HARD_TEXT_CAP: Final = 100_000
HARD_LIST_CAP: Final = 10_000
"""Items of a list that are looked at at all; what is longer is refused whole, for each item that is wrong costs words."""
_NOT_BLANK: Final = r"^[^\x00]*[^\s\x00][^\x00]*$"
_ANY_TEXT: Final = r"^[^\x00]*$"
INSTANT_YEARS: Final = r"^(19[7-9][0-9]|[2-8][0-9]{3})-"
_EARLIEST, _LATEST = datetime(1969, 12, 31, tzinfo=UTC), datetime(9000, 1, 2, tzinfo=UTC)  # with any offset, see the years above


class Received(Schema):
    """A body or a query that is read: unknown names are refused."""


class Shown(Schema):
    """A body that is sent. In the document more fields may be added; in tests every field has to be documented."""


class Text(fields.String):
    """A string; bytes or numbers are none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class Whole(fields.Integer):
    """An integer as JSON Schema means it: 684.0 is one, 2.6e-42, true and "1" are none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise self.make_error("invalid")
        return int(value)


class Number(fields.Float):
    """A JSON number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        return float(value)


class Flag(fields.Boolean):
    """true or false, nothing that only resembles them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Instant(fields.Field[datetime]):
    """An RFC 3339 instant with an offset, read as an aware datetime in UTC."""

    default_error_messages = {"invalid": "Not an RFC 3339 instant with an offset, such as 2026-02-12T02:00:00Z."}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            raise self.make_error("invalid")
        try:
            instant = datetime.fromisoformat(value.upper().replace(":60", ":59")).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None
        if not _EARLIEST <= instant < _LATEST:
            raise ValidationError("Out of range.")
        return instant


class QueryFlag(fields.Boolean):
    """`true` or `false` in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise self.make_error("invalid")
        return bool(value == "true")


class QueryWhole(fields.Integer):
    """Decimal digits in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII):
            raise self.make_error("invalid")
        return int(value)


class QueryMany(fields.Field[Any]):
    """One of a few words, or several: a parameter that may be given more than once, or with commas."""

    def __init__(self, *allowed: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = allowed

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        words = [word for one in (value if isinstance(value, list) else [value]) for word in str(one).split(",")]
        if not set(words) <= set(self.allowed):
            raise ValidationError(f"Must be of: {', '.join(self.allowed)}.")
        return list(dict.fromkeys(words))


class Many(fields.List[Any]):
    """A list, refused by its length before any of its items is looked at."""

    def __init__(self, item: fields.Field[Any], high: int | None, **kwargs: Any) -> None:
        super().__init__(item, **kwargs)
        self._high = high or HARD_LIST_CAP

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self._high:
            raise ValidationError(f"Longer than maximum length {self._high}.")
        return super()._deserialize(value, attr, data, **kwargs)


class OneOrOther(fields.Field[Any]):
    """A value of one of several shapes, tried in order."""

    def __init__(self, *shapes: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shapes = shapes

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        messages: list[Any] = []
        for shape in self.shapes:
            try:
                return shape.deserialize(value, attr, data)
            except ValidationError as wrong:
                messages.append(wrong.messages)
        raise ValidationError(messages[-1])


def text(low: int = 1, high: int = HARD_TEXT_CAP, *, example: str = "The picture is mine.", meaning: str = "", **kwargs: Any) -> Text:
    """Text that is not blank. The rulebook's limit (`text_too_long`) is the application's; `high` is what is read at all."""
    shape = validate.Regexp(_NOT_BLANK if low else _ANY_TEXT, error="Must not be blank.")
    return Text(validate=[validate.Length(low, high), shape], metadata=_described(example, meaning), **_required(kwargs))


def identifier(example: str = "c9yXb2Qm4ZtLr8Ka", meaning: str = "", **kwargs: Any) -> Text:
    """An opaque id."""
    return Text(validate=validate.Length(1, 200), metadata=_described(example, meaning), **_required(kwargs))


def named(example: str = "L1", **kwargs: Any) -> Text:
    """An id of the marketplace's, as a path can name it."""
    shape = validate.Regexp(r"^(?!disputes$)[^/\x00-\x1f\x7f]{1,200}$", error="Must be an id: 1 to 200 characters, no slash.")
    return Text(validate=shape, metadata=_described(example, ""), **_required(kwargs))


def word(example: str, meaning: str = "", **kwargs: Any) -> Text:
    """A string of the server's own making."""
    return Text(metadata=_described(example, meaning), **_required(kwargs))


def choice(*allowed: str, meaning: str = "", example: str | None = None, **kwargs: Any) -> Text:
    """One of a few words."""
    return Text(validate=validate.OneOf(allowed), metadata=_described(example or allowed[0], meaning), **_required(kwargs))


def instant(example: str = "2026-02-12T02:00:00Z", meaning: str = "", **kwargs: Any) -> Instant:
    """An instant."""
    return Instant(metadata=_described(example, meaning), **_required(kwargs))


def whole(low: int | None = 0, high: int | None = None, *, example: int = 1, meaning: str = "", **kwargs: Any) -> Whole:
    """An integer in a range."""
    return Whole(validate=validate.Range(low, high), metadata=_described(example, meaning), **_required(kwargs))


def number(example: float, meaning: str = "", **kwargs: Any) -> Number:
    """A number."""
    return Number(metadata=_described(example, meaning), **_required(kwargs))


def flag(example: bool = False, meaning: str = "", **kwargs: Any) -> Flag:
    """true or false."""
    return Flag(metadata=_described(example, meaning), **_required(kwargs))


def many(item: fields.Field[Any], low: int = 0, high: int | None = None, meaning: str = "", **kwargs: Any) -> fields.List[Any]:
    """A list."""
    metadata = {"description": meaning} if meaning else {}
    return Many(item, high, validate=validate.Length(low, high), metadata=metadata, **_required(kwargs))


def one(schema: type[Schema], **kwargs: Any) -> fields.Nested:
    """An object of a schema."""
    return fields.Nested(schema, **_required(kwargs))


def each(schema: type[Schema], meaning: str = "", **kwargs: Any) -> fields.List[Any]:
    """A list of objects of a schema."""
    return many(fields.Nested(schema), meaning=meaning, **kwargs)


def free(example: dict[str, Any], meaning: str = "", **kwargs: Any) -> fields.Dict:
    """An object whose members are not described here."""
    return fields.Dict(keys=Text(), metadata=_described(example, meaning), **_required(kwargs))


def reasons() -> fields.List[Any]:
    """`reasons[]` of a command: at least one, 1 to 2,000 characters each."""
    return many(text(1, 2000, example="The same picture, mirrored."), 1, 100, "Why, in words that the parties see.")


def _required(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"required": "load_default" not in kwargs, **kwargs}


def _described(example: Any, meaning: str) -> dict[str, Any]:
    return {"examples": [example], **({"description": meaning} if meaning else {})}
