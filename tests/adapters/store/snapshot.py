"""The stored shapes: a JSON schema of every topic, and a corpus of old bytes that must be readable for ever.

    python -m tests.adapters.store.snapshot             adds what is missing: new topics, new optional fields, new words of a field
    python -m tests.adapters.store.snapshot --rewrite   begins anew; only while nothing has been released

A shape that changed otherwise is refused: it needs a new topic and an upcaster (`adapters/store/upcasting.py`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from adapters.store.mapper import RecordedMapper
from adapters.store.upcasting import topic_of
from domain.recorded import AnyEvent, Recorded
from domain.rulebook import RulebookRef
from domain.working_days import CalendarRef

HERE = Path(__file__).parent
SCHEMA = HERE / "events.schema.json"
CORPUS = HERE / "events.corpus.ndjson"

ENVELOPE = "Recorded"
INSTANT = datetime(2026, 3, 2, 12, 30, 0, 250_000, tzinfo=UTC)


def kinds() -> tuple[type, ...]:
    """Every event type."""
    return get_args(AnyEvent)


def shapes() -> dict[str, Any]:
    """The schema of the envelope and of every event as written today, by topic."""
    now = {topic_of(kind.__name__): _bare(msgspec.json.schema(kind)) for kind in kinds()}
    (_,), parts = msgspec.json.schema_components([Recorded])
    envelope = _bare({name: parts[name] for name in ("Recorded", "RulebookRef", "CalendarRef")})
    envelope["Recorded"]["properties"]["event"] = "any"
    told: dict[str, Any] = json.loads(json.dumps({ENVELOPE: envelope, **now}))  # as it is read back: a tuple is a list
    return told


def _bare(shape: Any) -> Any:
    """Without what is only said for people."""
    if isinstance(shape, dict):
        return {key: _bare(value) for key, value in shape.items() if key not in ("description", "title") or isinstance(value, dict)}
    return [_bare(value) for value in shape] if isinstance(shape, list) else shape


def is_harmless(old: Any, new: Any) -> bool:
    """Whether a shape only gained optional fields, or words that a field may say: whatever was written reads as before."""
    if isinstance(old, dict) and isinstance(new, dict):
        more = new.keys() - old.keys()
        if more or old.keys() - new.keys():
            return False
        return all(_gained(key, old[key], new[key]) for key in old)
    return bool(old == new)


def _gained(key: str, old: Any, new: Any) -> bool:
    match key:
        case "properties" | "$defs":
            return not old.keys() - new.keys() and all(is_harmless(old[name], new[name]) for name in old)
        case "enum":
            return set(old) <= set(new)
        case _:
            return is_harmless(old, new)


def samples() -> Iterator[Recorded]:
    """Of every event one with nothing optional and one with everything."""
    for kind in kinds():
        for whole in (False, True):
            event: Any = _sample(inspect.type_info(kind), whole)
            yield Recorded(
                originator_id="0f" * 16,
                originator_version=1,
                id="1e" * 16,
                at=INSTANT,
                recorded_at=INSTANT,
                by="clock",
                command="2d" * 16,
                event=event,
                rules=RulebookRef("built-in", "1", "d" * 64) if whole else None,
                calendar=CalendarRef("CN", "e" * 64) if whole else None,
            )


def lines() -> Iterator[bytes]:
    """The corpus as it would be written today."""
    mapper = RecordedMapper()
    for recorded in samples():
        yield b'{"topic":' + msgspec.json.encode(mapper.topic(recorded.event)) + b',"state":' + mapper.state(recorded) + b"}"


def _sample(of: inspect.Type, whole: bool) -> Any:
    match of:
        case inspect.StructType():
            given = {field.name: _sample(field.type, whole) for field in of.fields if whole or field.required}
            return of.cls(**given)
        case inspect.UnionType():
            return (
                None if of.includes_none and not whole else _sample(next(t for t in of.types if not isinstance(t, inspect.NoneType)), whole)
            )
        case inspect.LiteralType():
            return sorted(of.values)[0]
        case inspect.VarTupleType():
            return (_sample(of.item_type, whole),) * (2 if whole else 0)
        case inspect.TupleType():
            return tuple(_sample(item, whole) for item in of.item_types)
        case inspect.DictType() | inspect.AnyType():
            return {"b": [1, 2.5, None], "a": "text"} if isinstance(of, inspect.DictType) else "anything"
        case inspect.EnumType():
            return next(iter(of.cls))
    plain: dict[type, Any] = {
        inspect.StrType: "text ✓",
        inspect.IntType: 3,
        inspect.FloatType: 0.25,
        inspect.BoolType: True,
        inspect.BytesType: b"\x00\xff",
        inspect.DateTimeType: INSTANT,
        inspect.DateType: date(2026, 3, 2),
    }
    return plain[type(of)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rewrite", action="store_true")
    rewrite = parser.parse_args().rewrite or not SCHEMA.exists()
    kept: dict[str, Any] = {} if rewrite else json.loads(SCHEMA.read_text())
    for topic, shape in shapes().items():
        if topic in kept and not is_harmless(kept[topic], shape):
            raise SystemExit(f"{topic} has changed its shape: give it a new topic and an upcaster")
        kept[topic] = shape
    SCHEMA.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    old = [] if rewrite else CORPUS.read_bytes().splitlines()
    CORPUS.write_bytes(b"\n".join([*old, *(line for line in lines() if line not in set(old))]) + b"\n")


if __name__ == "__main__":
    main()
