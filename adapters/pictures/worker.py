"""A decoding process: reads orders from a socket, decodes under limits of memory and of its own processor time, answers, and ends
when the server is gone."""

from __future__ import annotations

import math
import os
import resource
import select
import socket
import sys
import time

import msgspec

from adapters.pictures import limits
from adapters.pictures.decode import execute
from adapters.pictures.heaps import give_back, keep_freed
from adapters.pictures.protocol import Order, Report, receive, send

_CPUCLOCK_PROF = -8  # MAKE_PROCESS_CPUCLOCK(0, CPUCLOCK_PROF) of include/linux/posix-timers.h: this process


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 (before the limit, and as small as can be)
        return int(file.read().split()[0]) * resource.getpagesize()


def _limit() -> None:
    """Bound the memory of this process and what it may do beside decoding."""
    try:
        most = _address_space() + limits.DECODE_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (OSError, ValueError):
        pass  # a system without /proc: the timeout still holds
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _allow(seconds: float) -> None:
    """End this process by SIGXCPU once it has worked that many seconds more, to the next whole one: time in which it waits for a
    busy machine does not count (rule B2)."""
    ends = math.ceil(_worked() + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard != resource.RLIM_INFINITY:
        ends = min(ends, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (ends, hard))


def _worked() -> float:
    """The seconds that this process has worked by the very clock that RLIMIT_CPU is compared with.

    On Linux that is the process's CPUCLOCK_PROF, which many kernels count by ticks; getrusage and CLOCK_PROCESS_CPUTIME_ID tell
    more or less than that, by as much as half, and in a process that lives long the difference would pass any limit.
    """
    try:
        return time.clock_gettime(_CPUCLOCK_PROF)
    except OSError:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        return spent.ru_utime + spent.ru_stime


def _tired() -> bool:
    """Whether this process has grown. Its peak is read from /proc, since that of getrusage begins with the parent's."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 (short and often)
            peak = next((line.split()[1] for line in file if line.startswith("VmHWM")), "0")
    except OSError:
        return False
    return int(peak) * 1024 > limits.TIRED_BYTES


def serve(channel: socket.socket) -> None:
    """Answer orders until the other side is gone or this process has grown."""
    parent = os.getppid()
    reader = msgspec.msgpack.Decoder(Order)
    encode = msgspec.msgpack.encode
    while True:
        if not select.select([channel], [], [], limits.REST_SECONDS)[0]:
            give_back()
        while not select.select([channel], [], [], 15)[0]:
            if os.getppid() != parent:
                return
        try:
            order = reader.decode(receive(channel))
            _allow(order.seconds)
            report = execute(order)
            tired = _tired()
            try:
                answer = encode(msgspec.structs.replace(report, tired=True) if tired else report)
            except MemoryError:
                answer = encode(Report(flaws=(("unreadable", None, "memory"),), tired=tired))
            send(channel, answer)
        except (EOFError, OSError):
            return
        if tired:
            return


def main() -> None:
    """Serve on the socket that stands in for standard input: a low descriptor, however many files the server has open."""
    channel = socket.socket(fileno=sys.stdin.fileno())
    _limit()
    keep_freed()
    serve(channel)


if __name__ == "__main__":
    main()
