"""Folders: named, and their names sealed (rules B1, H6)."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from application.acting import Act
from application.folders import CreatedFolder, create_folder, own_folder, rename_folder
from application.ports import Identity
from application.refusals import Invalid, NotFound
from domain.events.filing import FolderCreated, FolderRenamed
from domain.refusal import Refusal
from tests.application.world import World


@pytest.fixture
def world(stores: Stores) -> World:
    return World(stores)


def create(world: World, member: Identity, name: str) -> CreatedFolder:
    return world.act("folder", member.member_id, lambda act: create_folder(act, member, name))


@pytest.mark.rule("B1")
def test_a_folder_is_made_once_a_name_and_each_member_has_its_own(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    made = create(world, ann, " spring 春天 ")
    assert (made.name, made.new) == ("spring 春天", True)
    assert create(world, ann, "spring 春天") == made._replace(new=False)
    assert create(world, bob, "spring 春天").folder_id != made.folder_id
    assert world.act("look", ann.member_id, lambda act: own_folder(act, ann, "spring 春天")) == made.folder_id

    def look(act: Act) -> str:
        return own_folder(act, ann, "autumn")

    with pytest.raises(NotFound) as missing:
        world.act("look", ann.member_id, look)
    assert missing.value.code == "unknown_folder"


@pytest.mark.rule("B1")
def test_a_folder_is_called_otherwise_unless_another_has_the_name(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    spring, autumn = create(world, ann, "spring"), create(world, ann, "autumn")
    create(world, bob, "summer")

    def rename(name: str, wanted: str) -> str:
        return world.act("folder_name", ann.member_id, lambda act: rename_folder(act, ann, name, wanted))

    assert rename("spring", " summer ") == "summer"  # bob's is none of hers
    renamed = world.stream(spring.folder_id)[-1].event
    assert isinstance(renamed, FolderRenamed)
    assert "summer" not in renamed.name
    assert rename("summer", "summer") == "summer"
    assert len(world.stream(spring.folder_id)) == 2
    assert create(world, ann, "summer") == CreatedFolder(spring.folder_id, "summer", False)
    assert create(world, ann, "spring").new
    with pytest.raises(Refusal, match="folder_exists"):
        rename("summer", "autumn")
    with pytest.raises(NotFound):
        rename("winter", "summer")
    with pytest.raises(Invalid):
        rename("autumn", "..")
    assert world.stream(autumn.folder_id)[-1].event == world.stream(autumn.folder_id)[0].event


@pytest.mark.rule("H6")
def test_a_folders_name_is_kept_under_its_owners_key_alone(world: World) -> None:
    ann = world.member("ann")
    (recorded,) = world.stream(create(world, ann, "summer wedding").folder_id)
    assert isinstance(recorded.event, FolderCreated)
    assert "summer" not in recorded.event.name
    assert world.stores.sealer.open(recorded.event.name) == "summer wedding"
    world.stores.identities.forget(ann.member_id)
    assert world.stores.sealer.open(recorded.event.name) is None


@pytest.mark.rule("B1")
@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "a\nb", "line\u2028two", ".", ".."])
def test_what_cannot_be_shown_or_addressed_is_no_name(world: World, name: str) -> None:
    with pytest.raises(Invalid) as invalid:
        create(world, world.member("ann"), name)
    assert set(invalid.value.errors) == {"name"}


@pytest.mark.rule("B1")
def test_the_longest_name_has_80_characters(world: World) -> None:
    assert create(world, world.member("ann"), "春" * 80).new
