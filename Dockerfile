# The server in a container: built from the source here, run by nobody in particular, its data in one volume.
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /srv/originals --create-home originals
COPY constraints.txt /tmp/constraints.txt
COPY --from=build /wheels /tmp/wheels
RUN python -m pip install --no-cache-dir --constraint /tmp/constraints.txt /tmp/wheels/*.whl && rm -r /tmp/wheels /tmp/constraints.txt
USER originals
WORKDIR /srv/originals
ENV ORIGINALS_HOST=0.0.0.0 \
    ORIGINALS_STORE=/srv/originals/store \
    ORIGINALS_VAULT=/srv/originals/vault \
    ORIGINALS_KEYS=/srv/originals/keys
VOLUME /srv/originals
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["originals"]
CMD ["serve"]
