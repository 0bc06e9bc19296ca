#!/usr/bin/env bash
# granian 2.8.9 (2026): when the parent process is killed (SIGKILL, or the system's killer of processes that took too much memory),
# its worker processes go on: they keep the port and answer requests, and nobody restarts or ends them. We expected them to end with
# it. A supervisor that starts the server anew then finds the
# address taken, or, as granian sets SO_REUSEPORT, a second generation that shares the port with the orphans of the first unseen.
#
# Seen here:
#   parent killed
#   answered by an orphan: yes
#   a second server on the same port, and the orphans of the first: both answer
set -euo pipefail
work=$(mktemp -d)
trap '[ -s "$work/pids" ] && xargs -a "$work/pids" kill -KILL 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q granian==2.8.9

cat >"$work/served.py" <<'PY'
import os


async def app(scope, receive, send):
    body = f"{os.environ['GENERATION']} {os.getpid()} {os.getppid()}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
PY
cat >"$work/tried.py" <<'PY'
import os, signal, socket, subprocess, sys, time, urllib.request

work = sys.argv[1]
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]


def start(generation):
    command = [f"{work}/venv/bin/granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "served:app"]
    return subprocess.Popen(command, cwd=work, env={**os.environ, "GENERATION": generation}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def answers():
    try:
        generation, process, parent = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode().split()
    except OSError:
        return None
    with open(f"{work}/pids", "a") as noted:
        noted.write(f"{process}\n")
    return generation, int(process), int(parent)


def until(wanted, seconds=60):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if wanted():
            return True
        time.sleep(0.05)
    return False


first = start("first")
assert until(answers), "the server did not start"
assert answers()[2] == first.pid, "the worker is the parent's child"
first.send_signal(signal.SIGKILL)
first.wait()
print("parent killed")
time.sleep(10)  # long enough for any look at whether the parent is there
orphan = answers()
print("answered by an orphan:", "yes" if orphan and orphan[0] == "first" else "no")
second = start("second")
seen = set()
both = until(lambda: (seen.add((answers() or ("nobody",))[0]), {"first", "second"} <= seen)[1])
print("a second server on the same port, and the orphans of the first:", "both answer" if both else f"seen {sorted(seen)}")
second.send_signal(signal.SIGTERM)
second.wait()
os.kill(orphan[1], signal.SIGKILL)
sys.exit(0 if orphan and orphan[0] == "first" and both else 1)
PY
"$work/venv/bin/python" "$work/tried.py" "$work"
