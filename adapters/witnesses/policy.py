"""Which logs are trusted, who witnesses them, and how many of them are enough (C2SP tlog-policy, its text form)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from adapters.evidence.checkpoint import ED25519, NoteError, PublicKey, verifier_key
from adapters.evidence.cosignature import TIMED_ED25519, TIMED_ML_DSA, WitnessKey, witness_key_from_text

NOBODY: Final = "none"
"""The quorum that asks for no witness."""
MOST_BYTES: Final = 1024 * 1024
MOST_LINES: Final = 2000
LOG_KEY_BYTES: Final = {ED25519: 32, TIMED_ED25519: 32, TIMED_ML_DSA: 1312}
_NUMBER: Final = re.compile("[1-9][0-9]{0,8}")


class PolicyError(Exception):
    """A policy that says nothing, contradicts itself or cannot be read. The text is one line."""


class Witness(Struct, frozen=True):
    """A witness under the name that the policy gives it; `url` is where it is asked, None where that is not said."""

    name: str
    key: WitnessKey
    url: str | None


class Group(Struct, frozen=True):
    """So many of these members, each a witness or another group."""

    name: str
    enough: int
    members: tuple[str, ...]


class Policy(Struct, frozen=True):
    """A policy as it was read. `logs` are the keys that this product can verify, `others` the names of those that it cannot."""

    logs: tuple[PublicKey, ...]
    others: tuple[str, ...]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str

    def knows(self, log: PublicKey) -> bool:
        """Whether the policy is about this log; one that names no log is about whichever it is used for."""
        return log in self.logs or not (self.logs or self.others)

    def met(self, seen: frozenset[str], name: str | None = None) -> bool:
        """Whether cosignatures of the witnesses with these names are enough."""
        name = self.quorum if name is None else name
        group = self.groups.get(name)
        if group is None:
            return name == NOBODY or name in seen
        return sum(self.met(seen, member) for member in group.members) >= group.enough

    def wanted(self) -> str:
        """The quorum in words."""
        group = self.groups.get(self.quorum)
        if group is None:
            return f"a cosignature of {self.quorum}"
        return f"{group.enough} of {', '.join(group.members)}"


def policy_from_bytes(content: bytes) -> Policy:
    """Read a policy. Names are bytes to it, and UTF-8 to us where they are. Raises PolicyError, which names the line."""
    if len(content) > MOST_BYTES:
        raise PolicyError("the policy is longer than 1 MiB")
    if any((byte < 0x20 and byte not in (0x09, 0x0A)) or byte == 0x7F for byte in content):
        raise PolicyError("the policy has control characters")
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > MOST_LINES:
        raise PolicyError(f"the policy has more than {MOST_LINES} lines")
    read = _Reader()
    for number, line in enumerate(lines, 1):
        words = re.split("[ \t]+", line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        try:
            read.line(words)
        except (PolicyError, NoteError) as why:
            raise PolicyError(f"line {number} of the policy: {why}") from None
    return read.policy()


def policy_of(file: Path) -> Policy:
    """Read the policy in a file. Raises PolicyError, which names the file."""
    try:
        with file.open("rb") as opened:
            return policy_from_bytes(opened.read(MOST_BYTES + 1))
    except OSError as error:
        raise PolicyError(f"{file}: {error.strerror or error}") from None
    except PolicyError as why:
        raise PolicyError(f"{file}: {why}") from None


class _Reader:
    """What the lines so far have defined."""

    def __init__(self) -> None:
        self.logs: dict[bytes, tuple[str, bytes]] = {}
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.taken: set[str] = set()
        self.quorum: str | None = None

    def line(self, words: list[str]) -> None:
        kinds: dict[str, Callable[..., None]] = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum}
        if words[0] not in kinds:
            raise PolicyError(f"{words[0]!r} is none of log, witness, group and quorum")
        try:
            kinds[words[0]](*words[1:])
        except TypeError:
            raise PolicyError(f"too few or too many words for a {words[0]}") from None

    def _log(self, key: str, url: str | None = None, /) -> None:
        name, raw = verifier_key(key)
        if LOG_KEY_BYTES.get(raw[:1]) != len(raw) - 1:
            raise PolicyError("not the key of a log (Ed25519 or ML-DSA-44)")
        if raw[1:] in self.logs:
            raise PolicyError("a log with this key is there already")
        self.logs[raw[1:]] = (name, raw)

    def _witness(self, name: str, key: str, url: str | None = None, /) -> None:
        read = witness_key_from_text(key)
        if any(one.key.raw == read.raw for one in self.witnesses.values()):
            raise PolicyError("a witness with this key is there already")
        self.witnesses[self._new(name)] = Witness(name, read, url)

    def _group(self, name: str, count: str, first: str, /, *more: str) -> None:
        members = (first, *more)
        for member in members:
            self._defined(member)
            if member in self.taken:
                raise PolicyError(f"{member} is a member twice")
            self.taken.add(member)
        if count not in ("all", "any") and not _NUMBER.fullmatch(count):
            raise PolicyError(f"{count!r} is none of all, any and a number")
        enough = {"all": len(members), "any": 1}.get(count) or int(count)
        if enough > len(members):
            raise PolicyError(f"no one can meet it: {enough} of {len(members)} members")
        self.groups[self._new(name)] = Group(name, enough, members)

    def _quorum(self, name: str, /) -> None:
        if self.quorum is not None:
            raise PolicyError("there is a quorum already")
        if name != NOBODY:
            self._defined(name)
        self.quorum = name

    def _new(self, name: str) -> str:
        if name == NOBODY or name in self.witnesses or name in self.groups:
            raise PolicyError(f"the name {name} is taken")
        return name

    def _defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyError(f"{name} is defined on no line before")

    def policy(self) -> Policy:
        """The whole. Raises PolicyError."""
        if self.quorum is None:
            raise PolicyError("the policy has no quorum")
        known = [PublicKey(name, raw[1:]) for name, raw in self.logs.values() if raw[:1] == ED25519]
        others = [name for name, raw in self.logs.values() if raw[:1] != ED25519]
        return Policy(tuple(known), tuple(others), self.witnesses, self.groups, self.quorum)
