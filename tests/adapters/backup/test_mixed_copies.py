"""Files of a store of which some are older than the rest: seen and mended, or refused; never wrong and called well."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.cli.main import main
from adapters.store.companions import StoreRefused
from adapters.system.settings import Settings
from adapters.wiring.deployment import Deployment, open_deployment
from application import leave
from projections import complaints, messages
from projections.complaints import ComplaintFilter
from tests.application.studio import Studio

UNITS = ("log", "identities", "views", "evidence", "webhooks", "keys", "vault")
PAIRS = list(itertools.combinations(UNITS, 2))


class Facts(NamedTuple):
    """What a store has to tell."""

    events: tuple[str, ...]
    cases: tuple[str, ...]
    members: tuple[str | None, ...]
    webhooks: tuple[bool, ...]


class Days(NamedTuple):
    """A store as it was, as it is, and what it has to tell now."""

    first: Path
    second: Path
    facts: Facts


@contextmanager
def opened(store: Path) -> Iterator[Deployment]:
    deployment = open_deployment(Settings(store=str(store), copy_model="none"))
    with closing(deployment):
        yield deployment


def facts_of(deployment: Deployment) -> Facts:
    with deployment.views.current(60) as reading:
        cases = complaints.newest(reading, ComplaintFilter(), limit=99).items
    known = [deployment.stores.identities.by_subject(name) for name in ("ann", "bob", "cleo", "dan")]
    return Facts(
        tuple(recorded.id for _, recorded in deployment.stores.store.read_log(0, 10_000)),
        tuple(sorted(f"{case.id} {case.status}" for case in cases)),
        tuple(one.member_id if one else None for one in known),
        tuple(one is not None and deployment.webhooks.get(one.member_id) is not None for one in known),
    )


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    home = tmp_path_factory.mktemp("days")
    store = home / "store"
    with opened(store) as deployment:
        studio = Studio(deployment.stores)
        ann, bob, cleo, seller = (studio.merchant(name) for name in ("ann", "bob", "cleo", "seller"))
        case_id = studio.lodge(ann, studio.file(ann, "coat"), studio.listing(seller, "1")).cases[0].id
        notice = studio.accept(case_id).notice_id
        deployment.webhooks.put(ann.member_id, "https://example.com/")
        deployment.webhooks.put(cleo.member_id, "https://example.com/")
        facts_of(deployment)
        deployment.webhooks.collect()
        deployment.evidence.checkpoint()
        first = Path(shutil.copytree(store, home / "first"))
        dan = studio.merchant("dan")
        studio.appeal(seller, notice)
        studio.lodge(dan, studio.file(dan, "hat"), studio.listing(seller, "2"))
        leave.forget(studio.platform, bob.member_id, "operator")
        deployment.webhooks.delete(cleo.member_id)
        deployment.webhooks.put(dan.member_id, "https://example.com/")
        facts = facts_of(deployment)
        deployment.webhooks.collect()
        deployment.evidence.checkpoint()
    return Days(first, store, facts)


def mixed(days: Days, into: Path, older: tuple[str, ...]) -> Path:
    """The store of now with these of its files as they were."""
    shutil.copytree(days.second, into)
    for unit in older:
        if unit in ("keys", "vault"):
            shutil.rmtree(into / unit)
            shutil.copytree(days.first / unit, into / unit)
        else:
            for path in into.glob(f"{unit}.sqlite*"):
                path.unlink()
            for path in days.first.glob(f"{unit}.sqlite*"):
                shutil.copy2(path, into / path.name)
    return into


def doctor(store: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv("ORIGINALS_STORE", str(store))
    monkeypatch.setenv("ORIGINALS_COPY_MODEL", "none")
    return main(["doctor"]) == 0


def look(days: Days, store: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, bool]:
    """Whether doctor is content before anybody mends, and after the store was opened; where it is, all is as it should be."""
    contents = []
    for _ in range(2):
        content = doctor(store, monkeypatch)
        contents.append(content)
        try:
            with opened(store) as deployment:
                facts = facts_of(deployment)
                deployment.webhooks.collect()
                if content or (len(contents) == 1 and doctor(store, monkeypatch)):
                    assert facts == days.facts
        except StoreRefused:
            assert not content
    return contents[0], contents[1]


SINGLE = {
    "log": (False, False),
    "identities": (False, False),
    "views": (True, True),
    "evidence": (True, True),
    "webhooks": (False, False),
    "keys": (True, True),
    "vault": (False, False),
}


@pytest.mark.rule("G4", "H6")
@pytest.mark.parametrize("unit", UNITS)
def test_one_that_is_older_is_caught_up_or_refused(days: Days, unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(days, mixed(days, tmp_path / "store", (unit,)), monkeypatch) == SINGLE[unit]


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS, ids=["+".join(pair) for pair in PAIRS])
def test_of_two_that_are_older_the_answer_is_that_of_the_worse(
    days: Days, pair: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tuple(all(both) for both in zip(*(SINGLE[unit] for unit in pair), strict=True))
    assert look(days, mixed(days, tmp_path / "store", pair), monkeypatch) == wanted


@pytest.mark.rule("F2")
def test_what_is_made_from_the_log_begins_anew_beside_an_older_one(days: Days, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = mixed(days, tmp_path / "store", ("log", "identities", "evidence", "keys"))
    assert not doctor(store, monkeypatch)
    with opened(days.first) as before, opened(store) as deployment:
        ann = before.stores.identities.by_subject("ann")
        assert ann is not None
        assert deployment.views.strangers() == [] and deployment.webhooks.of_another_history()
        deployment.webhooks.collect()
        assert not deployment.webhooks.of_another_history()
        with before.views.current() as reading:
            told = messages.of_member(reading, ann.member_id, 99).items
        again = deployment.webhooks.get(ann.member_id)
        assert again is not None and again.pending == len(told) > 0
    assert doctor(store, monkeypatch)


def test_all_of_one_day_are_well(days: Days, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor(shutil.copytree(days.first, tmp_path / "first"), monkeypatch)
    assert look(days, mixed(days, tmp_path / "second", ()), monkeypatch) == (True, True)
