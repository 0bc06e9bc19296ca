#!/usr/bin/env bash
# s3fs 2026.9.0 (aiobotocore 3.10.0), against a server that speaks S3 (moto 5.2.5): s3fs turns errors into those of the standard library,
# so we expected one `except OSError` to catch a store that is away, and FileNotFoundError to mean that there is no such object. Neither
# holds. A store that refuses connections raises botocore's EndpointConnectionError, which is no OSError; one that hangs, with a limit of
# time, fsspec's FSTimeoutError, which is one; and a bucket that does not exist is FileNotFoundError, as is an object that does not, so
# that whoever catches that takes a wrong bucket for an empty one, and `exists` says False. Only the code of the error beneath tells.
#
# Seen here:
#   no such object: FileNotFoundError, OSError True, NoSuchKey
#   no such bucket: FileNotFoundError, OSError True, NoSuchBucket
#   exists in no such bucket: False
#   hanging: FSTimeoutError, OSError True, None
#   refused: EndpointConnectionError, OSError False, None
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q s3fs==2026.9.0 aiobotocore==3.10.0 "moto[s3]==5.2.5" flask flask-cors

cat >"$work/tried.py" <<'PY'
import os
import signal
import socket
import subprocess
import sys
import time

with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
named = {"ENDPOINT_URL": f"http://127.0.0.1:{port}", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "DEFAULT_REGION": "us-east-1"}
os.environ.update({f"AWS_{name}": value for name, value in named.items()})

import s3fs  # noqa: E402
from fsspec.asyn import sync  # noqa: E402

seen = []


def told(what, store, path):
    try:
        sync(store.loop, store._cat_file, path, max_concurrency=1, timeout=10)
    except Exception as error:
        code = getattr(error.__cause__, "response", {}).get("Error", {}).get("Code") if error.__cause__ is not None else None
        seen.append((type(error).__name__, isinstance(error, OSError), code))
        print(f"{what}: {type(error).__name__}, OSError {isinstance(error, OSError)}, {code}", flush=True)


server = subprocess.Popen(
    [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
)
try:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    store = s3fs.S3FileSystem(use_listings_cache=False)
    store.mkdir("pictures")
    told("no such object", store, "pictures/x")
    told("no such bucket", store, "no-such-bucket/x")
    there = store.exists("no-such-bucket/x")
    print("exists in no such bucket:", there)
    server.send_signal(signal.SIGSTOP)
    told("hanging", store, "pictures/x")
    server.send_signal(signal.SIGCONT)
finally:
    server.kill()
    server.wait()
quick = {"connect_timeout": 2, "read_timeout": 2, "retries": {"total_max_attempts": 1}}
told("refused", s3fs.S3FileSystem(skip_instance_cache=True, config_kwargs=quick), "pictures/x")
expected = [
    ("FileNotFoundError", True, "NoSuchKey"),
    ("FileNotFoundError", True, "NoSuchBucket"),
    ("FSTimeoutError", True, None),
    ("EndpointConnectionError", False, None),
]
sys.exit(seen != expected or there)
PY
"$work/venv/bin/python" "$work/tried.py"
