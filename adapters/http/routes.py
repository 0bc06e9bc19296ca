"""Routes that are compiled for matching at once, and for building addresses when somebody first asks."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
"""What werkzeug makes of a rule to build its address: the rule and the values of its variables in, domain and path out."""


class MatchedRule(Rule):
    """A rule whose builders wait until an address is built of it.

    werkzeug (3.1) writes and compiles two functions for every rule when it is added, which was half of what the application costs
    to make. Nearly all of the interface's rules are only ever matched.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compile_now = super()._compile_builder
        made: list[Builder] = []

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compile_now(append_unknown))
            return made[0](rule, **values)

        return build
