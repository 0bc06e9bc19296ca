"""Mutation testing of `domain/`: mutmut makes the mutants and keeps and shows the results, this runs them.

mutmut starts pytest anew for each mutant and names it hundreds of tests, which takes seconds. Here the tests are collected once; each
mutant is a fork in which one change is switched on, and which runs, up to the first that fails, the tests that reach the function and
their neighbours in the same file: of a fixture or a table that a file makes once only one of its tests seems to reach what made it.
What already ran when the tests were imported is asked of a new process, where no fork's test noticed.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

os.environ["HYPOTHESIS_PROFILE"] = "mutants"  # read when the tests are imported

import pytest
from _pytest.runner import runtestprotocol
from mutmut.__main__ import create_mutants
from mutmut.configuration import config
from mutmut.mutation import trampoline
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline_templates import mangle_function_name
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name

MUTANTS = Path("mutants").absolute()
REACHED = MUTANTS / "reached.json"
KILLED, SURVIVED, UNREACHED, TIMEOUT = 1, 0, 33, 36
"""As mutmut writes them down."""
SPARE, TIMES, MEMORY = 5, 4, 6 << 30
"""A mutant has so many seconds of processor time and so many times what its tests need, and so many bytes."""
ENDS = (signal.SIGTERM, signal.SIGINT)
REACH = 3
"""A number for `sys.monitoring` that no known tool has."""
DEAR = 0.15
"""Tests of so many seconds are left to the second try: a few that draw many cases take as long as all others."""
KILLERS = 8
"""So many tests are tried first that noticed most of a module's other mutants."""


class Functions:
    """The functions that have mutants. One is switched on by giving the function its code, which costs the others nothing."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[FunctionType, Mapping[str, Any]]] = {}
        self._names: dict[CodeType, str] = {}
        self.reached: set[str] = set()
        sys.monitoring.use_tool_id(REACH, "mutants")
        sys.monitoring.register_callback(REACH, sys.monitoring.events.PY_START, self._reach)

    def decorator(self, mutants: Mapping[str, Any], is_classmethod: bool = False) -> Callable[[FunctionType], FunctionType]:
        """In place of mutmut's, which asks at each call whether a mutant is on."""

        def known(function: FunctionType) -> FunctionType:
            *_, owner, name = ("", *function.__qualname__.split("."))
            name = f"{function.__module__}.{mangle_function_name(name=name, class_name=owner or None)}"
            self._known[name], self._names[function.__code__] = (function, mutants), name
            sys.monitoring.set_local_events(REACH, function.__code__, sys.monitoring.events.PY_START)
            return function

        return known

    def _reach(self, code: CodeType, offset: int) -> object:
        self.reached.add(self._names[code])
        return sys.monitoring.DISABLE

    def forget(self) -> None:
        """Look anew at what is reached."""
        self.reached.clear()
        sys.monitoring.restart_events()

    def mutate(self, name: str) -> None:
        """Switch a mutant on, in this process."""
        function, mutants = self._known[mangled_name_from_mutant_name(name)]
        mutant = mutants[name.rpartition(".")[2]]
        mutant = getattr(mutant, "__func__", mutant)
        function.__code__, function.__defaults__, function.__kwdefaults__ = mutant.__code__, mutant.__defaults__, mutant.__kwdefaults__


class Tests:
    """The tests of the rules, collected: what each reaches, and how long it takes."""

    def __init__(self, items: Sequence[pytest.Item], functions: Functions, at_import: set[str]) -> None:
        self.items, self.functions, self.at_import = items, functions, at_import
        self._killed: defaultdict[str, Counter[int]] = defaultdict(Counter)
        known = self._measured()
        self._seconds = [known[item.nodeid][1] for item in items]
        self._reach: defaultdict[str, set[int]] = defaultdict(set)
        for place, item in enumerate(items):
            for function in known[item.nodeid][2]:
                self._reach[function].add(place)

    def _measured(self) -> dict[str, tuple[str, float, list[str]]]:
        """Of each test the digest of its file and of the rules, its seconds and what it reaches; where that is known it is not asked."""
        rules = b"".join(path.read_bytes() for path in sorted(Path("domain").rglob("*.py")))
        files = {item.path: hashlib.sha256(item.path.read_bytes() + rules).hexdigest() for item in self.items}
        kept = json.loads(REACHED.read_text()) if REACHED.exists() else {}
        known = {item.nodeid: kept[item.nodeid] for item in self.items if kept.get(item.nodeid, [""])[0] == files[item.path]}
        asked = [item for item in self.items if item.nodeid not in known]
        told, _ = _forked(lambda: self._measure(asked))
        if len(told) < len(asked) or (asked and told[-1] == asked[-1].nodeid):
            raise pytest.UsageError(f"a test fails without any mutant: {told[-1:]}")
        for item, line in zip(asked, told, strict=True):
            seconds, *functions = line.split()
            known[item.nodeid] = (files[item.path], float(seconds), functions)
        REACHED.write_text(json.dumps(known))
        return known

    def _measure(self, items: Sequence[pytest.Item]) -> Iterator[str]:
        for place, item in enumerate(items):
            self.functions.forget()
            start = time.process_time()
            if _fails(item, items[place + 1] if place + 1 < len(items) else None):
                yield item.nodeid
                return
            yield " ".join((f"{time.process_time() - start:.4f}", *self.functions.reached))

    def verdict(self, name: str, anew: bool) -> int:
        """What became of a mutant, as mutmut writes it down."""
        function, module = mangled_name_from_mutant_name(name), name.rpartition(".")[0]
        chosen = self._order(self._reach.get(function, set()), module)
        if not anew:
            chosen = [one for one in chosen if self._seconds[one] < DEAR]
        told, ended = _forked(lambda: self._noticed(name, chosen), TIMES * sum(self._seconds[one] for one in chosen))
        if ended in (-signal.SIGXCPU, -signal.SIGKILL):
            return TIMEOUT
        if told[:1] != ["on"]:
            raise RuntimeError(f"{name} cannot be switched on")
        if told != ["on", "none"]:
            self._killed[module].update(map(int, told[1:]))
            return KILLED  # also where it broke what runs the tests
        if anew and function in self.at_import and _noticed_anew(name):
            return KILLED
        return SURVIVED if chosen or function in self.at_import else UNREACHED

    def _order(self, reach: set[int], module: str) -> list[int]:
        files = {self.items[one].path for one in reach}
        chosen = [place for place, item in enumerate(self.items) if item.path in files]
        price: Counter[Path] = Counter()
        for one in chosen:
            price[self.items[one].path] += self._seconds[one]
        first = [one for one, _ in self._killed[module].most_common(KILLERS)]
        first = [one for one in first if one in set(chosen)]
        rest = sorted(set(chosen) - set(first), key=lambda one: (one not in reach, price[self.items[one].path], one))
        return first + rest

    def _noticed(self, name: str, chosen: Sequence[int]) -> Iterator[str]:
        self.functions.mutate(name)
        yield "on"
        for place, one in enumerate(chosen):
            if _fails(self.items[one], self.items[chosen[place + 1]] if place + 1 < len(chosen) else None):
                yield str(one)
                return
        yield "none"


def _fails(item: pytest.Item, after: pytest.Item | None) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=after))


def _forked(tell: Callable[[], Iterator[str]], seconds: float | None = None) -> tuple[list[str], int]:
    """The lines that a fork of this process tells, and how it ended; it is ended where it takes more processor time."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            if seconds is not None:
                limit = SPARE + math.ceil(seconds)
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            with os.fdopen(writing, "w") as out:
                for line in tell():
                    print(line, file=out, flush=True)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        lines = told.read().splitlines()
    return lines, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _noticed_anew(name: str) -> bool:
    """Whether a run notices that has the change from its first import on."""
    command = [sys.executable, "-m", "pytest", "-x", *_arguments()]
    anew = subprocess.run(command, cwd=MUTANTS, env={**os.environ, "MUTANT_UNDER_TEST": name}, capture_output=True, check=False)
    return anew.returncode != 0


def _arguments() -> list[str]:
    return ["-q", "--rootdir=.", "--assert=plain", "--tb=no", *config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]


def _save(data: SourceFileMutationData) -> None:
    """Write the results down, whole: mutmut writes over the file, and whoever ends this ends it in between."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    data.save()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


class Run:
    """The plugin that runs mutants in place of tests."""

    def __init__(self, functions: Functions, patterns: Sequence[str], again: bool) -> None:
        self._functions, self._patterns, self._again = functions, patterns, again

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What was reached so far was reached by imports."""
        self._at_import = set(self._functions.reached)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the mutants, file by file; a result is kept as soon as it is there."""
        os.chdir(MUTANTS.parent)
        tests = None
        for data, names in self._asked():
            tests = tests or Tests(session.items, self._functions, self._at_import)
            start = time.monotonic()
            for name in names:
                data.exit_code_by_key[name] = tests.verdict(name, anew=self._again)
                _save(data)
            codes = Counter(data.exit_code_by_key[name] for name in names)
            figures = f"{len(names)} run, {codes[SURVIVED]} survived, {codes[UNREACHED]} reached by no test, {codes[TIMEOUT]} without end"
            print(f"{data.path}: {figures}, {time.monotonic() - start:.0f} s", flush=True)
        return True

    def _asked(self) -> Iterator[tuple[SourceFileMutationData, list[str]]]:
        """By file, in the order of the patterns, what was never run; or what was run and not noticed."""
        files = []
        for path in walk_mutatable_files():
            data = SourceFileMutationData(path=path)
            data.load()
            files.append(data)
        for pattern in self._patterns or ["*"]:
            for data in files:
                results = data.exit_code_by_key
                names = [name for name in results if fnmatch.fnmatch(name, pattern)]
                names = [name for name in names if (results[name] in (SURVIVED, UNREACHED) if self._again else results[name] is None)]
                if names:
                    yield data, names


def main() -> int:
    """Make the mutants of what has changed since, and run those that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="such as 'domain.case.settling.*'; else all")
    parser.add_argument("--again", action="store_true", help="those that no test noticed, and no others")
    asked = parser.parse_args()
    MUTANTS.mkdir(exist_ok=True)
    shutil.rmtree(MUTANTS / "tests", ignore_errors=True)
    with redirect_stdout(StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(1)
    setup_source_paths()
    os.environ["PYTHONPATH"] = str(MUTANTS)
    functions = Functions()
    trampoline.wrap_in_trampoline = functions.decorator
    config()
    os.chdir(MUTANTS)
    return int(pytest.main(["-s", *_arguments()], plugins=[Run(functions, asked.patterns, asked.again)]))


if __name__ == "__main__":
    sys.exit(main())
