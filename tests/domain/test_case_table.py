"""The contract's table on the pure domain: every command in every state gives exactly the tabled refusal, or is allowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.refusal import Refusal
from tests.domain.tale import Tale, law

RULES = {
    "built-in": law(),
    "final": law(penalty={"when": "final"}),
    "lapses": law(complaint={"on_lapse": "decline"}, appeal={"on_lapse": "release"}),
    "first": law(withdrawal={"until": "first_appeal_decided"}),
    "strict": law(appeal={"decide_within": [{"from_days": 3, "days": 5, "count": "working", "not_before": True}]}),
    "all": law(appeal={"fresh_reviewer": "all"}),
    "none": law(appeal={"fresh_reviewer": "none"}),
}

STEPS: dict[str, Callable[[Tale], Tale]] = {
    "wait": lambda t: t.wait(t.now.replace(day=t.now.day + 12)),
    "accept": lambda t: t.accept(),
    "accept3": lambda t: t.accept("desk-3"),
    "decline": lambda t: t.decline(),
    "appeal": lambda t: t.appeal(),
    "special": lambda t: t.special(),
    "claim": lambda t: t.claim("desk-2"),
    "reject": lambda t: t.decide("rejected"),
    "reject2": lambda t: t.decide("rejected", "desk-2"),
    "reject3": lambda t: t.decide("rejected", "desk-3"),
    "not_accept": lambda t: t.decide("not_accepted"),
    "uphold": lambda t: t.decide("upheld"),
    "uphold2": lambda t: t.decide("upheld", "desk-2"),
    "withdraw": lambda t: t.withdraw(),
    "lift": lambda t: t.lift(),
    "void": lambda t: t.void(),
    "reopen": lambda t: t.reopen(),
}

COMMANDS: dict[str, Callable[[Tale], Tale]] = {
    "acceptance": lambda t: t.accept("desk-3"),
    "refusal": lambda t: t.decline("desk-3"),
    "appeal": lambda t: t.appeal(),
    "decision": lambda t: t.decide("rejected", "desk-3", max(1, len(t.case.rounds))),
    "special": lambda t: t.special(),
    "withdrawal": lambda t: t.withdraw(),
    "lift": lambda t: t.lift("desk-3"),
    "reopening": lambda t: t.reopen(t.voiding is not None),
    "body": lambda t: t.to_body("complainant"),
}

CODES = {
    "AD": "already_decided",
    "CC": "case_closed",
    "AO": "appeal_open",
    "WC": "window_closed",
    "AE": "appeals_exhausted",
    "NO": "appeal_not_open",
    "AS": "already_special",
    "SR": "same_reviewer",
    "CL": "claimed",
    "TE": "too_early",
    "NW": "not_withdrawable",
    "NL": "nothing_to_lift",
    "NR": "not_reopenable",
    "CO": "case_open",
}

# rules | steps | status and because | acceptance refusal appeal decision special withdrawal lift reopening body ("-": no such object)
STATES = """
built-in |                                          | lodged                  | ok ok -  -  -  ok NL NR CO
built-in | wait                                     | lodged                  | ok ok -  -  -  ok NL NR CO
built-in | decline                                  | declined                | AD AD -  -  -  NW NL NR ok
built-in | accept                                   | penalized               | AD AD ok NO NO ok ok NR CO
built-in | accept appeal                            | appealed                | AD AD AO ok ok ok ok NR CO
built-in | accept appeal special                    | appealed                | AD AD AO ok AS ok ok NR CO
built-in | accept appeal wait                       | appealed                | AD AD AO ok ok ok ok NR CO
built-in | accept appeal claim                      | appealed                | AD AD AO CL CL ok CL NR CO
built-in | claim                                    | lodged                  | CL CL -  -  -  ok NL NR CO
built-in | accept appeal reject                     | penalized               | AD AD ok NO NO ok ok NR CO
built-in | accept appeal not_accept                 | penalized               | AD AD ok NO NO ok ok NR CO
built-in | accept appeal reject appeal              | appealed                | AD AD AO ok ok ok ok NR CO
built-in | accept appeal reject3 appeal             | appealed                | AD AD AO SR ok ok ok NR CO
none     | accept appeal reject3 appeal             | appealed                | AD AD AO ok ok ok ok NR CO
built-in | accept appeal uphold                     | lifted appeal           | AD AD CC NO NO NW NL NR ok
built-in | accept appeal reject appeal uphold2      | lifted appeal           | AD AD CC NO NO NW NL NR ok
built-in | accept lift                              | lifted desk             | AD AD CC NO NO NW NL NR ok
built-in | accept appeal lift                       | lifted desk             | AD AD CC NO NO NW NL NR ok
built-in | accept wait lift                         | lifted desk             | AD AD CC NO NO NW NL NR ok
built-in | withdraw                                 | withdrawn               | CC CC -  -  -  NW NL NR ok
built-in | accept withdraw                          | withdrawn               | CC CC CC NO NO NW NL NR ok
built-in | accept appeal withdraw                   | withdrawn               | CC CC CC NO NO NW NL NR ok
built-in | void                                     | voided                  | CC CC -  -  -  NW NL NR ok
built-in | accept void                              | voided                  | CC CC CC NO NO NW NL NR ok
built-in | accept appeal void                       | voided                  | CC CC CC NO NO NW NL NR ok
built-in | accept wait                              | final no_appeal         | AD AD WC NO NO NW ok NR ok
built-in | accept appeal reject wait                | final no_appeal         | AD AD WC NO NO NW ok NR ok
built-in | accept appeal reject appeal reject2      | final appeals_exhausted | AD AD AE NO NO NW ok NR ok
built-in | accept wait void                         | final no_appeal         | AD AD WC NO NO NW ok ok ok
built-in | accept wait void reopen                  | voided                  | CC CC CC NO NO NW NL NR ok
final    | accept                                   | noticed                 | AD AD ok NO NO ok ok NR CO
final    | accept appeal                            | appealed                | AD AD AO ok ok ok ok NR CO
final    | accept appeal reject                     | noticed                 | AD AD ok NO NO ok ok NR CO
final    | accept wait                              | final no_appeal         | AD AD WC NO NO NW ok NR ok
final    | accept appeal uphold                     | lifted appeal           | AD AD CC NO NO NW NL NR ok
lapses   | wait                                     | declined                | AD AD -  -  -  NW NL NR ok
lapses   | accept appeal wait                       | lifted lapse            | AD AD CC NO NO NW NL NR ok
lapses   | accept appeal special wait               | appealed                | AD AD AO ok AS ok ok NR CO
first    | accept appeal reject                     | penalized               | AD AD ok NO NO NW ok NR CO
first    | accept appeal not_accept                 | penalized               | AD AD ok NO NO NW ok NR CO
first    | accept appeal reject appeal              | appealed                | AD AD AO ok ok NW ok NR CO
strict   | accept appeal                            | appealed                | AD AD AO TE ok ok ok NR CO
strict   | accept appeal wait                       | appealed                | AD AD AO ok ok ok ok NR CO
all      | accept3 appeal                           | appealed                | AD AD AO SR ok ok ok NR CO
"""

ROWS = [[part.strip() for part in row.split("|")] for row in STATES.strip().splitlines()]
CELLS = [(*row[:3], command, want) for row in ROWS for command, want in zip(COMMANDS, row[3].split(), strict=True) if want != "-"]


def told(rules: str, steps: str) -> Tale:
    tale = Tale(RULES[rules])
    for step in steps.split():
        tale = STEPS[step](tale)
    return tale


@pytest.mark.rule("C3", "C4", "C6", "D1", "D2", "D3", "D4", "H2", "H3", "H9", "B7")
@pytest.mark.parametrize(("rules", "steps", "state", "command", "want"), CELLS)
def test_every_command_in_every_state(rules: str, steps: str, state: str, command: str, want: str) -> None:
    tale = told(rules, steps)
    before = tale.case
    assert " ".join(filter(None, [before.status, before.final_because or before.lifted_because])) == state
    if want == "ok":
        after = COMMANDS[command](tale).case
        assert after != before
        assert not after.ended or (after.window, after.claim) == (None, None)
    else:
        with pytest.raises(Refusal) as refused:
            COMMANDS[command](tale)
        assert refused.value.code == CODES[want]
        assert tale.case == before
