"""What a receiver gets, in which order, how often, and until when."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import Engine
from standardwebhooks import Webhook as Receiving
from standardwebhooks import WebhookVerificationError

from adapters.webhooks.deliverer import Deliverer
from adapters.webhooks.payload import message_words
from adapters.webhooks.queue import Delivery
from adapters.webhooks.schedule import LEASE, RETRY_AFTER, SECRETS_OVERLAP
from adapters.webhooks.subscriptions import Webhooks
from application.refusals import NotFound
from domain.refusal import Refusal
from projections import messages
from tests.adapters.webhooks.conftest import Town
from tests.adapters.webhooks.receiver import Got


def told(town: Town) -> list[messages.Message]:
    with town.views.current() as reading:
        return messages.of_member(reading, town.seller.member_id, 200).items


@pytest.mark.rule("C5")
def test_a_message_arrives_signed_and_holds_what_the_list_shows_and_nothing_else(town: Town) -> None:
    secret = town.webhooks.put(town.seller.member_id, town.receiver.url).secret
    notice = town.notice("a")
    assert town.deliverer.deliver_due() == 1
    (got,) = town.receiver.got
    shown = message_words(told(town)[0], "en")
    assert Receiving(secret).verify(got.body, got.headers) == {"type": "notice_served", "timestamp": shown["at"], "data": shown}
    assert shown["about"] == notice
    assert got.headers["webhook-id"] == shown["id"]
    assert got.path == "/hooks?shop=1"
    assert town.deliverer.deliver_due() == 0
    with pytest.raises(WebhookVerificationError):
        Receiving(secret).verify(got.body + b" ", got.headers)


def test_a_message_is_sent_in_the_language_of_its_webhook(town: Town) -> None:
    town.webhooks.put(town.seller.member_id, town.receiver.url, "zh")
    town.notice("a")
    town.deliverer.deliver_due()
    (got,) = town.receiver.got
    shown = message_words(told(town)[0], "zh")
    assert json.loads(got.body)["data"] == shown
    assert "侵权通知" in shown["text"]
    assert town.webhooks.redeliver(town.seller.member_id, shown["id"]) == 1
    town.deliverer.deliver_due()
    assert town.receiver.got[-1].body == got.body


def test_a_webhook_hears_what_happens_after_it_was_made_and_nothing_after_it_was_deleted(town: Town) -> None:
    town.notice("before")
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    after = town.notice("after")
    town.deliverer.deliver_due()
    assert [got.about for got in town.receiver.got] == [after]
    town.notice("waiting")
    assert town.webhooks.delete(town.seller.member_id)
    town.notice("deaf")
    assert town.deliverer.deliver_due() == 0
    assert town.webhooks.get(town.seller.member_id) is None
    assert not town.webhooks.delete(town.seller.member_id)


def test_each_member_hears_its_own(town: Town) -> None:
    other = town.world.member("otto")
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    town.webhooks.put(other.member_id, town.receiver.url)
    first, second = town.notice("a"), town.notice("b", other)
    town.deliverer.deliver_due()
    assert {got.about for got in town.receiver.got} == {first, second}
    assert len(town.receiver.got) == 2


def test_a_message_that_fails_holds_up_its_own_subject_and_no_other(town: Town) -> None:
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    first, second = town.notice("a"), town.notice("b")
    town.appeal(first)
    town.receiver.answers = lambda got: 500 if got.about == first and len(town.receiver.got) < 3 else 200
    town.deliverer.deliver_due()
    assert [(got.about, got.kind) for got in town.receiver.got] == [(first, "notice_served"), (second, "notice_served")]
    town.wall.go(RETRY_AFTER[0])
    town.deliverer.deliver_due()
    assert [(got.about, got.kind) for got in town.receiver.got[2:]] == [(first, "notice_served"), (first, "appeal_opened")]
    assert len({got.headers["webhook-id"] for got in town.receiver.got}) == 3


def test_a_failing_message_is_tried_over_days_then_given_up_visibly_and_sent_again_on_request(town: Town) -> None:
    member = town.seller.member_id
    town.webhooks.put(member, town.receiver.url)
    notice = town.notice("a")
    town.appeal(notice)
    town.receiver.answers = lambda _: 503
    town.deliverer.deliver_due()
    for tries, pause in enumerate(RETRY_AFTER, start=1):
        town.wall.go(pause - 1)
        assert town.deliverer.deliver_due() == 0
        town.wall.go(1)
        town.deliverer.deliver_due()
        assert town.receiver.kinds.count("notice_served") == tries + 1
    standing = town.webhooks.get(member)
    assert standing is not None
    assert (standing.dead_letters, standing.pending, standing.last_failure) == (1, 1, "status 503")
    assert standing.failing_since is not None
    assert sum(RETRY_AFTER) > 3 * 24 * 3600

    town.receiver.answers = lambda _: 200
    town.receiver.got.clear()
    assert town.webhooks.redeliver(member, told(town)[0].id) == 2
    town.deliverer.deliver_due()
    assert town.receiver.kinds == ["notice_served", "appeal_opened"]
    standing = town.webhooks.get(member)
    assert standing is not None
    assert (standing.dead_letters, standing.pending, standing.failing_since) == (0, 0, None)


def test_a_receiver_that_is_down_costs_one_try_a_step_however_much_waits(town: Town) -> None:
    member = town.seller.member_id
    town.webhooks.put(member, "http://127.0.0.1:1/hooks")
    for key in "abcd":
        town.notice(key)
    assert town.deliverer.deliver_due() == 1
    for pause in RETRY_AFTER:
        town.wall.go(pause)
        assert town.deliverer.deliver_due() == 1
    standing = town.webhooks.get(member)
    assert standing is not None
    assert (standing.dead_letters, standing.pending, standing.last_failure) == (4, 0, "no answer")
    town.webhooks.put(member, town.receiver.url)
    assert town.webhooks.redeliver(member, told(town)[0].at) == 4
    assert town.deliverer.deliver_due() == 4


def test_what_to_send_again_is_told_by_a_message_of_ones_own_or_an_instant(town: Town) -> None:
    member = town.seller.member_id
    with pytest.raises(Refusal, match="nothing_to_deliver"):
        town.webhooks.redeliver(member, "m")
    town.notice("a")
    town.webhooks.put(member, town.receiver.url)
    town.world.go("2026-03-03 10:00")
    later = town.world.clock.now()
    town.notice("b")
    with town.views.current() as reading:
        others = messages.of_member(reading, town.owner.member_id, 10).items
    for unknown in ("nothing", others[0].id):
        with pytest.raises(NotFound):
            town.webhooks.redeliver(member, unknown)
    assert town.webhooks.redeliver(member, later) == 1
    assert town.deliverer.deliver_due() == 1
    assert town.webhooks.redeliver(member, told(town)[0].id) == 2


def test_a_replaced_secret_signs_beside_the_new_one_for_a_day(town: Town) -> None:
    member = town.seller.member_id
    made = town.webhooks.put(member, town.receiver.url)
    again = town.webhooks.put(member, town.receiver.url)
    assert (made.new, again.new) == (True, False)
    assert made.secret != again.secret
    town.notice("a")
    town.deliverer.deliver_due()
    for secret in (made.secret, again.secret):
        Receiving(secret).verify(town.receiver.got[0].body, town.receiver.got[0].headers)
    town.wall.go(SECRETS_OVERLAP)
    town.notice("b")
    town.deliverer.deliver_due()
    assert len(town.receiver.got[1].headers["webhook-signature"].split()) == 1


def test_a_receiver_that_is_gone_hears_no_more_until_it_is_put_again(town: Town) -> None:
    member = town.seller.member_id
    town.webhooks.put(member, town.receiver.url)
    town.receiver.answers = lambda _: 410
    town.notice("a")
    town.notice("b")
    assert town.deliverer.deliver_due() == 1
    standing = town.webhooks.get(member)
    assert standing is not None
    assert standing.disabled
    town.receiver.answers = lambda _: 204
    town.wall.go(RETRY_AFTER[0])
    assert town.deliverer.deliver_due() == 0
    town.webhooks.put(member, town.receiver.url)
    assert town.deliverer.deliver_due() == 2


def test_redirects_are_not_followed(town: Town) -> None:
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    town.receiver.answers = lambda _: 307
    town.notice("a")
    town.deliverer.deliver_due()
    standing = town.webhooks.get(town.seller.member_id)
    assert standing is not None
    assert (len(town.receiver.got), standing.last_failure) == (1, "status 307")


def test_several_processes_deliver_each_message_once_and_in_order(town: Town) -> None:
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    notices = [town.notice(f"n{number}") for number in range(6)]
    for notice in notices:
        town.appeal(notice)
    processes = [Thread(target=Deliverer(town.another()).deliver_due) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    town.deliverer.deliver_due()
    assert sorted((got.about, got.kind) for got in town.receiver.got) == sorted(
        (notice, kind) for notice in notices for kind in ("notice_served", "appeal_opened")
    )
    for notice in notices:
        assert [got.kind for got in town.receiver.got if got.about == notice] == ["notice_served", "appeal_opened"]


def test_a_sender_that_died_leaves_its_delivery_to_others_when_its_lease_has_run_out(town: Town) -> None:
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    town.notice("a")
    town.webhooks.collect()
    died = town.webhooks.queue.claim()
    assert died is not None
    assert town.deliverer.deliver_due() == 0
    town.wall.go(LEASE)
    assert LEASE <= 30
    other = town.another().queue.claim()
    assert other is not None
    town.webhooks.queue.unanswered(died, "no answer")  # whoever comes back late moves nothing any more
    assert town.webhooks.queue.claim() is None
    town.webhooks.queue.delivered(other)
    standing = town.webhooks.get(town.seller.member_id)
    assert standing is not None
    assert (standing.pending, standing.last_failure) == (0, None)


def test_a_receiver_gets_one_at_a_time_also_while_messages_are_queued_again_and_the_webhook_is_made_anew(town: Town) -> None:
    seller = town.seller.member_id
    town.webhooks.put(seller, town.receiver.url)
    first, second = town.notice("a"), town.notice("b")
    town.webhooks.collect()
    sending = town.webhooks.queue.claim()
    assert sending is not None
    town.webhooks.redeliver(seller, next(message.id for message in told(town) if message.about == first))
    assert town.another().queue.claim() is None
    town.webhooks.delete(seller)
    town.webhooks.put(seller, town.receiver.url)
    town.webhooks.redeliver(seller, next(message.id for message in told(town) if message.about == first))
    assert town.another().queue.claim() is None
    town.webhooks.queue.delivered(sending)  # what was queued anew meanwhile is sent anew
    town.deliverer.deliver_due()
    assert [got.about for got in town.receiver.got] == [first, second]


def test_of_senders_that_look_at_once_one_has_the_receiver(town: Town) -> None:
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    for key in "abcdef":
        town.notice(key)
    town.webhooks.collect()
    senders, together, claimed = [town.another() for _ in range(6)], Barrier(6), list[Delivery | None]()

    def look(sender: Webhooks) -> None:
        together.wait()
        claimed.append(sender.queue.claim())

    threads = [Thread(target=look, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in claimed if one is not None]) == 1


def test_members_are_served_in_turn_however_much_waits_for_one(town: Town) -> None:
    other = town.world.member("rita")
    for member in (town.seller, other):
        town.webhooks.put(member.member_id, town.receiver.url)
    many = [town.notice(f"n{number}") for number in range(4)]
    few = [town.notice(f"m{number}", other) for number in range(2)]
    town.webhooks.collect()
    for _ in range(6):
        town.deliverer.deliver_next()
        town.wall.go(1)
    about = [got.about for got in town.receiver.got]
    assert about[4:] == many[2:]
    assert {frozenset(about[n : n + 2]) for n in (0, 2)} == {frozenset(pair) for pair in zip(many[:2], few, strict=True)}


def test_the_threads_deliver_and_end(town: Town) -> None:
    arrived = Event()

    def note(_: Got) -> int:
        arrived.set()
        return 204

    town.receiver.answers = note
    town.webhooks.put(town.seller.member_id, town.receiver.url)
    deliverer = Deliverer(town.webhooks, threads=2, poll=0.01)
    deliverer.start()
    town.notice("a")
    assert arrived.wait(600)
    deliverer.stop()
    standing = town.webhooks.get(town.seller.member_id)
    assert standing is not None
    assert (town.receiver.kinds, standing.pending) == (["notice_served"], 0)


@pytest.mark.rule("H6")
def test_erasing_the_members_key_ends_the_webhook(town: Town) -> None:
    member = town.seller.member_id
    town.webhooks.put(member, town.receiver.url)
    town.notice("a")
    town.world.stores.identities.forget(member)
    assert town.webhooks.get(member) is None
    town.deliverer.deliver_due()
    assert town.receiver.got == []
    assert not town.webhooks.delete(member)


def test_the_file_belongs_to_its_owner_alone(town: Town, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no file of its own")
    secret = town.webhooks.put(town.seller.member_id, town.receiver.url).secret
    files = [Path(f"{engine.url.database}{suffix}") for suffix in ("", "-wal", "-shm")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    content = b"".join(file.read_bytes() for file in files)
    assert secret.encode() not in content
    assert town.receiver.url.encode() not in content
