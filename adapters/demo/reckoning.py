"""The last chapters: what the respondent never learned, the audit, and the replay (C5 and section G of the rules)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from adapters.demo.client import WentWrong
from adapters.demo.stage import Stage


def anonymity(stage: Stage) -> None:
    """Nothing that reached the respondent tells who complained (rule C5)."""
    stage.chapter("What Mo never learned")
    received = b"\n".join(stage["mo"].heard)
    names = [b"Lin", b"lin", *(stage.facts[name].encode() for name in ("first", "second", "contested", "silent"))]
    if any(re.search(rb"\b" + name + rb"\b", received) for name in names):
        raise WentWrong("the respondent was told who complained")
    size = f"{len(received):,} bytes in {len(stage['mo'].heard) // 2} answers"
    stage.narrator.says(
        f"All that reached Mo, headers included ({size}), holds neither Lin's name nor the id of a complaint or of a filing: "
        "what he is served is made from the notice alone, and the notice never knew."
    )


def history(stage: Stage) -> None:
    """The full history, now and as of an earlier instant (rules G1, T8)."""
    stage.chapter("The audit")
    path = f"/audit/cases/{stage.facts['contested']}"
    stage.narrator.says("Audra, an auditor, reads the first case. Who, when, under which rulebook and why:")
    read = stage.reads("audra", path)
    parties = {read["complaint"]["complainant"]: "the complainant", read["complaint"]["respondent"]: "the respondent", "clock": "the clock"}
    for one in read["events"]:
        if one["stream"] == "complaint":
            stage.narrator.answer(f"{one['at']}  {one['type']:<16} {_rules(one):<29} {parties.get(one['by'], one['by'])}{_why(one)}")
    then = stage["audra"].get(f"{path}?as_of=2026-02-13T12:00:00Z")
    stage.narrator.answer(f"As of 13 February, noon UTC, it was {then['complaint']['status']}; now it is {read['complaint']['status']}.")
    stage.narrator.answer("That she looked is on record, too.")


def _rules(event: dict[str, Any]) -> str:
    """The rulebook that was applied, where one was."""
    return f"{event['rulebook']['name']} {event['rulebook']['version']}" if event["rulebook"] else ""


def _why(event: dict[str, Any]) -> str:
    reasons = event["data"].get("reasons") or []
    return f": {' '.join(reasons)}" if reasons else ""


def evidence(stage: Stage, folder: Path) -> None:
    """An export is verified alone; one changed byte is found (rule G4)."""
    file, key = folder / "history.ndjson", folder / "log.pub"
    stage.narrator.says("The whole history goes into one file, which anybody can verify without this store, with the log's public key.")
    key.write_text(stage.command("audit", "key"))
    stage.command("audit", "export", str(file))
    for line in stage.command("audit", "verify", str(file), "--key", str(key)).splitlines()[:2]:
        stage.narrator.answer(line)
    stage.narrator.says('Somebody changes one word in it: the first appeal was "upheld", not "rejected".')
    head, *lines = file.read_text(encoding="utf-8").split("\n")
    first = next((n for n, line in enumerate(lines) if '"RoundDecided"' in line), None)
    if first is None:
        raise WentWrong("the export does not tell of the first appeal")
    lines[first] = lines[first].replace("rejected", "upheld")
    file.write_text("\n".join([head, *lines]), encoding="utf-8")
    said = stage.command("audit", "verify", str(file), "--key", str(key), code=1)
    stage.narrator.answer(said.strip().replace(str(folder) + "/", ""))


def replay(stage: Stage, folder: Path) -> None:
    """Every consequence is derived again from the facts: no difference (rule G2); and under another rulebook (rule G3)."""
    stage.chapter("The replay")
    stage.narrator.says("Every deadline, closing and restoring is derived again from what people did, the rulebook and the calendar.")
    until = stage["admin"].get("/test-clock")["now"]
    found = json.loads(stage.command("replay", "--until", until, "--json"))
    if found["differences"]:
        raise WentWrong(f"the replay differs: {found['differences']}")
    stage.narrator.answer(f"{found['cases']} cases, {found['events']} events, 0 differences.")
    stage.narrator.says("And had there been one appeal instead of two?")
    (folder / "one-appeal.toml").write_text("[appeal]\nrounds = 1\n", encoding="utf-8")
    other = json.loads(stage.command("replay", "--rulebook", str(folder / "one-appeal.toml"), "--until", until, "--json"))
    for one in other["changed"]:
        stage.narrator.answer(f"Case {one['case']} would have ended {one['to']}, not {one['from']}.")
