"""Why an act is not allowed: the one error type of the domain."""

from __future__ import annotations


class Refusal(Exception):
    """A rule forbids the act. `code` is a stable name of the contract; `facts` are shown to whoever asked, so they hold
    only what that party may know (rule C5).

    A `RefusedAttempt` is itself a fact that the application records (rule D5) before it answers.
    """

    __slots__ = ("code", "facts")

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class RefusedAttempt(Refusal):
    """The act came at the wrong time, or to something that is not, or no longer, as it has to be.

    Such an attempt is a fact (rule D5); what is malformed or unauthorised is none.
    """

    __slots__ = ()
