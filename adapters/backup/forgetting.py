"""Forgetting again who was forgotten after a backup had been made (rule H6)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from adapters.wiring.deployment import Deployment
from application import leave
from application.acting import Act, Command, run
from application.index import ForgetAnswers
from application.refusals import NotFound
from domain.refusal import Refusal


def forget_again(deployment: Deployment, members: Sequence[str], by: str) -> int:
    """Forget these members; how many of them have an open case in this history.

    Such a case goes on without them: identity, keys and kept answers are erased all the same, for that was done once.
    """
    in_open_cases = 0
    for member in members:
        try:
            leave.forget(deployment.platform, member, by)
        except NotFound:
            continue  # not known yet when the backup was made
        except Refusal:
            in_open_cases += 1
            run(deployment.platform, Command("leave", by), partial(_erase_answers, member))
            leave.erase(deployment.platform, member)
    return in_open_cases


def _erase_answers(member: str, act: Act) -> None:
    act.note(ForgetAnswers(member))
