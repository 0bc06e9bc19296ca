"""A replay's report as one HTML page that needs nothing else: charts, the same figures as tables, and the first changed cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TextIO

from adapters.replay import as_causes, charts
from adapters.replay.as_table import HEADS, figures, rows
from adapters.replay.running import Replayed
from adapters.wording.instants import instant
from adapters.wording.printer import in_html
from domain.case.causes_in_sum import CauseSums
from domain.case.comparison import Comparison, Sums

SHOWN = 500
"""How many changed cases, and members, a page shows."""
MULTIPLES = 12
"""Of how many keys a page draws the months."""

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}th,td{border-bottom:1px solid #8886;padding:.25rem .6rem;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;font:12px system-ui,sans-serif}svg text{fill:currentColor}
.note{color:#667}code{font-size:.85em}.scroll{overflow-x:auto}th,td{overflow-wrap:break-word}
.wide table{font-size:.78rem}.wide th,.wide td{padding:.25rem .35rem}
figure{display:inline-block;width:16rem;margin:.5rem 1rem .5rem 0;vertical-align:top}figcaption{font-size:.8rem;overflow-wrap:anywhere}
"""


def write_page(out: TextIO, replayed: Replayed) -> None:
    """One section a rulebook; of several, the table of all of them first."""
    facts = replayed.tally.verified
    title = "A history told again"
    out.write(f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>')
    out.write('<meta name="viewport" content="width=device-width,initial-scale=1">')
    out.write(f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>")
    out.write(f"<p>{facts.cases} cases, {facts.events} events, up to {instant(replayed.until)} at log position {replayed.head}. ")
    out.write(f"Under their own rules: {facts.differences} differences, {facts.pending} consequences due and not yet written.</p>")
    if len(replayed.names) > 1:
        out.write(f"<div class='wide'>{_table(HEADS, rows(replayed), numbers=True)}</div>")
    for number, name in enumerate(replayed.names):
        _section(out, replayed, number, name)
    out.write("</main></body></html>\n")


def _section(out: TextIO, replayed: Replayed, number: int, name: str) -> None:
    sums = replayed.tally.alternatives[number]
    out.write(f"<h2>{in_html(name)}</h2><ul>")
    for country, source in sorted(replayed.used[number]):
        out.write(f"<li>Calendar of {in_html(f'{country}: {source}')}.</li>")
    out.write(f"</ul><h3>Endings</h3>{charts.flow(sums.endings)}{_endings(sums)}")
    out.write('<p class="note">Undetermined are cases whose ending hangs on a decision that never happened.</p>')
    days = [
        ("in fact", sums.penalty_days),
        ("replayed", sums.would_penalty_days),
        ("more", sums.penalty_days_more),
        ("less", sums.penalty_days_less),
    ]
    out.write(f"<h3>Days under penalty</h3>{charts.bars(days)}")
    out.write('<p class="note">Of the determined cases, to their end or to the horizon.</p>')
    loads = [(week, load.actual, load.would) for week, load in sorted(sums.weeks.items())]
    out.write("<h3>Questions put to the desk by week</h3><p class='note'>Grey, solid: in fact. Red, dashed: replayed.</p>")
    out.write(f"{charts.weeks(loads)}<details><summary>The same as a table</summary>")
    out.write(_table(("week of", "in fact", "replayed"), ((week, str(a), str(b)) for week, a, b in loads), numbers=True))
    out.write(f"</details><h3>In sum</h3>{_table(('', 'in fact', 'replayed'), figures(sums), numbers=True)}")
    _causes(out, sums.causes)
    out.write(f"<h3>Cases that end otherwise: {sums.changed}</h3>")
    changed = (one for one in replayed.changed_cases(number) if one.changed)
    out.write(
        _table(("case", "in fact", "replayed", "first divergence", "acts", "because of"), (_case(one) for one in islice(changed, SHOWN)))
    )
    if sums.changed > SHOWN:
        out.write(f"<p class='note'>And {sums.changed - SHOWN} more: the JSON and CSV reports have them all.</p>")


def _case(one: Comparison) -> Sequence[str]:
    diverges = one.first_divergence
    acts = [f"heard: {act.command}" for act in one.heard] + [f"refused: {act.command} ({act.code})" for act in one.refused]
    acts += [f"unreached: {act.command}" for act in one.unreached]
    at = "" if diverges is None else f"{diverges.event} {instant(diverges.at)}"
    return one.case, one.ending, one.would_end, at, "; ".join(acts), as_causes.sets(one.causes)


def _causes(out: TextIO, sums: CauseSums) -> None:
    """The keys that made a difference, each with its months beside the others', and the members most concerned."""
    out.write("<h3>Why</h3><p class='note'>The fewest keys that alone give the very ending; a case counts under each of its keys.</p>")
    found = as_causes.most_first(sums)
    lines = ((cause.key, cause.was, cause.would, str(cases)) for cause, cases in found)
    out.write(_table(("because of", "in fact", "replayed", "cases"), lines))
    keys = list(dict.fromkeys(cause.key for cause, _ in found))[:MULTIPLES]
    months = sorted(sums.months.items())
    for key in keys:
        values = [(name, month.because[key]) for name, month in months]
        out.write(f"<figure><figcaption>{in_html(key)}, by the month of lodging</figcaption>{charts.months(values)}</figure>")
    out.write("<details><summary>By month</summary>")
    by_month = ((name, str(month.cases), str(month.changed), *(str(month.because[key]) for key in keys)) for name, month in months)
    out.write(_table(("month", "cases", "end otherwise", *keys), by_month, numbers=True))
    out.write("</details><details><summary>By member</summary>")
    by_member = ((name, str(one.complained), str(one.responded)) for name, one in as_causes.members(sums)[:SHOWN])
    out.write(_table(("member", "as complainant", "as respondent"), by_member, numbers=True))
    out.write("</details>")


def _endings(sums: Sums) -> str:
    ends = sorted({to for counts in sums.endings.values() for to in counts}, key=charts.ORDER.index)
    lines = (
        (ending, *(str(counts[to]) if counts[to] else "" for to in ends))
        for ending, counts in sorted(sums.endings.items(), key=lambda item: charts.ORDER.index(item[0]))
    )
    return _table(("in fact, replayed as", *ends), lines, numbers=True)


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]], numbers: bool = False) -> str:
    head = "".join(f"<th scope='col'>{in_html(name)}</th>" for name in heads)
    kind = " class='n'" if numbers else ""
    body = "".join(
        f"<tr><th scope='row'>{in_html(line[0])}</th>" + "".join(f"<td{kind}>{in_html(cell)}</td>" for cell in line[1:]) + "</tr>"
        for line in lines
    )
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
