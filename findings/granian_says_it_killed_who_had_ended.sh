#!/usr/bin/env bash
# granian 2.8.9 (2026), Python 3.13: on a busy machine a server that was ended by TERM warns "Killing worker-N after it refused to
# gracefully stop", long before the time of `--workers-kill-timeout` is over, though the worker had ended by itself. Each worker is
# waited for by two threads of the parent: one that watches it, and the one that ends the server. Where the first has taken the end
# from the system and has not yet come to say so, the second finds neither an end nor a child, waits a thousandth of a second and
# takes the worker for alive. What it then kills is the number of a process that is gone. We took the warning for work that was cut off.
#
# On a busy machine it comes now and then; here the watching thread is held up for 50 ms, as a scheduler does, and it comes each time.
# Seen here:
#   said to be killed after less than 5 of 60 seconds: yes; the worker had come to its end: yes
#   without the 50 ms: no; the worker had come to its end: yes
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q granian==2.8.9

cat >"$work/served.py" <<'PY'
async def app(scope, receive, send):
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    with open("ended", "a") as ended:
        ended.write("by itself\n")
    await send({"type": "lifespan.shutdown.complete"})
PY
cat >"$work/serving.py" <<'PY'
import multiprocessing, os, sys, threading, time

waited = os.waitpid


def waited_on_a_busy_machine(process, flags):
    found = waited(process, flags)
    if threading.current_thread() is not threading.main_thread():
        time.sleep(float(sys.argv[1]))
    return found


os.waitpid = waited_on_a_busy_machine
multiprocessing.set_start_method("fork")
from granian import Granian

Granian("served:app", port=int(sys.argv[2]), interface="asgi", workers=4, workers_kill_timeout=60).serve()
PY
cat >"$work/tried.py" <<'PY'
import pathlib, signal, socket, subprocess, sys, time

work = pathlib.Path(sys.argv[1])


def ended(delay):
    """Whether it was said within five seconds that a worker was killed, and whether that had come to its end."""
    (work / "ended").unlink(missing_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "serving.py", str(delay), str(port)]
    with subprocess.Popen(command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        last = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert time.monotonic() < last, "the server did not start"
                time.sleep(0.05)
        time.sleep(3)  # until the workers have their application
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        told = server.communicate()[0]
        quick = time.monotonic() - began < 5
    return "refused to gracefully stop" in told and quick, (work / "ended").exists()


late, soon = ended(0.05), ended(0)
answer = {True: "yes", False: "no"}
print(f"said to be killed after less than 5 of 60 seconds: {answer[late[0]]}; the worker had come to its end: {answer[late[1]]}")
print(f"without the 50 ms: {answer[soon[0]]}; the worker had come to its end: {answer[soon[1]]}")
sys.exit(0 if late == (True, True) else 1)
PY
"$work/venv/bin/python" "$work/tried.py" "$work"
