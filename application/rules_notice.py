"""Notice of other rules: whom they govern is told before they come into force, and what differs (rule T5).

A bounded process: each step tells so many members, each in a stream of its own, and names who comes next, so that it may stop anywhere,
be resumed by anyone, and tell nobody twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from application.acting import Act, stream_of
from application.index import OwnersAfter, PutDue, RespondentsAfter
from domain.events import CLOCK, Happened
from domain.events.member import RulebookPublished, RuleChange, RulesNoticeGiven
from domain.rulebook import parse_rulebook
from domain.rulebook_differences import differences

AT_ONCE = 200
"""How many members one step tells."""
CHANGES = 30
"""How many changed keys one notice tells."""


def begin(act: Act, stream: str) -> None:
    """Tell the members who have filings or notices, from now on, of the rulebook published in that stream."""
    act.note(PutDue("rules_notice", f"{stream}/", act.now))


def step(act: Act, subject: str) -> None:
    """Tell some more. `subject` is the rulebook's stream and the member told last. The handler of due kind `rules_notice`."""
    stream, _, after = subject.partition("/")
    published = act.load(stream)[0].event
    assert isinstance(published, RulebookPublished)  # nothing else begins a notice
    found = sorted({*act.ask(OwnersAfter(after, AT_ONCE)), *act.ask(RespondentsAfter(after, AT_ONCE))})[:AT_ONCE]
    act.note(PutDue("rules_notice", subject, None))
    notice = _notice(act, published)
    for member in found:
        if act.platform.identities.by_id(member) is not None:
            own = stream_of("rules_notice", f"{stream}/{member}")
            if not act.load(own):
                act.append(own, [Happened(act.now, notice(member), CLOCK)])
    if len(found) == AT_ONCE:
        act.note(PutDue("rules_notice", f"{stream}/{found[-1]}", act.now))


def _notice(act: Act, published: RulebookPublished) -> Callable[[str], RulesNoticeGiven]:
    """What a member is told."""
    before, after = act.law.in_force(published.effective_from - timedelta.resolution), parse_rulebook(published.document)
    changes = tuple(RuleChange(one.key, _json(one.a), _json(one.b)) for one in differences(before, after))
    more = max(0, len(changes) - CHANGES)
    stated = (after.title, published.digest, after.effective_from, before.title, changes[:CHANGES], more)
    return lambda member: RulesNoticeGiven(member, *stated)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
