"""What rows of a view are asked for, as the text that the driver takes: it is asked at every read, and composing it must cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Where(NamedTuple):
    """A condition with its parameters, each marked by `?`, which occurs nowhere else in it."""

    sql: str
    values: tuple[Any, ...] = ()


class Asked:
    """A column, with the operators that make conditions of it."""

    __slots__ = ("_name",)
    __hash__ = None  # type: ignore[assignment]  # it compares into a condition

    def __init__(self, name: str) -> None:
        self._name = f'"{name}"'

    def __eq__(self, value: object) -> Where:  # type: ignore[override]
        return Where(f"{self._name} = ?", (value,))

    def __ne__(self, value: object) -> Where:  # type: ignore[override]
        return Where(f"{self._name} <> ?", (value,))

    def __lt__(self, value: int) -> Where:
        return Where(f"{self._name} < ?", (value,))

    def __le__(self, value: int) -> Where:
        return Where(f"{self._name} <= ?", (value,))

    def __gt__(self, value: int) -> Where:
        return Where(f"{self._name} > ?", (value,))

    def __ge__(self, value: int) -> Where:
        return Where(f"{self._name} >= ?", (value,))

    def among(self, values: Sequence[str]) -> Where:
        """It is one of these."""
        return Where(f"{self._name} IN ({', '.join('?' * len(values))})", tuple(values)) if values else Where("1 = 0")

    def missing(self) -> Where:
        """It has no value."""
        return Where(f"{self._name} IS NULL")

    def present(self) -> Where:
        """It has one."""
        return Where(f"{self._name} IS NOT NULL")


class Columns:
    """The columns of any view, by name."""

    def __getattr__(self, name: str) -> Asked:
        return Asked(name)


c = Columns()


def either(one: Where, other: Where) -> Where:
    """Either of both, or both."""
    return Where(f"({one.sql} OR {other.sql})", one.values + other.values)


def all_of(where: Sequence[Where]) -> Where:
    """All of them; without any, every row."""
    return Where(" AND ".join(one.sql for one in where) or "1 = 1", tuple(value for one in where for value in one.values))
