"""Examples of bodies, composed from the examples of their fields, so that each operation has one and none can be forgotten."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields


def example_of(schema: type[Schema]) -> dict[str, Any]:
    """An example of a body of this schema with all of its members."""
    return {field.data_key or name: _value(field) for name, field in schema().fields.items()}


def _value(field: fields.Field[Any]) -> Any:
    if examples := field.metadata.get("examples"):
        return examples[0]
    match field:
        case fields.Nested(schema=schema):
            return example_of(type(schema))
        case fields.List(inner=inner):
            return [_value(inner)]
        case _:
            return None
