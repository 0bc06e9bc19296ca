#!/usr/bin/env bash
# dask.distributed 2026.8.0: a LocalCluster with `security=Security.temporary()` (TLS with certificates of its own, so that only its
# client may speak to it) and `dashboard_address=None` (said to switch the dashboard off) still listens with plain HTTP, on port 8787 or
# another one, and answers whoever asks: addresses, workers, processing times, logs, metrics. We expected nothing to listen but TLS.
# Without the routes in the settings `distributed.scheduler.http.routes` and `distributed.worker.http.routes` it answers 404.
#
# Seen here:
#   as configured by default, answered without a certificate: 200
#   without the routes: 404
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q distributed==2026.8.0 cryptography

cat >"$work/tried.py" <<'PY'
import logging
import sys
import urllib.error
import urllib.request

import dask
from distributed import LocalCluster
from distributed.security import Security


def answered(**settings):
    with dask.config.set(settings), LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        security=Security.temporary(),
        silence_logs=logging.CRITICAL,
    ) as cluster:
        assert cluster.scheduler_address.startswith("tls://")
        port = cluster.scheduler.http_server.port
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/json/identity.json", timeout=30).status
        except urllib.error.HTTPError as error:
            return error.code


if __name__ == "__main__":
    first = answered()
    print("as configured by default, answered without a certificate:", first)
    routes = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    second = answered(**routes)
    print("without the routes:", second)
    sys.exit((first, second) != (200, 404))
PY
cd "$work"
"$work/venv/bin/python" "$work/tried.py"
