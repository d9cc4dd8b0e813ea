# Upriver's processes and command line. The image holds no secrets and no sandbox.
FROM python:3.11-slim-bookworm AS build
COPY requirements.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
      --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin upriver
COPY --from=build /venv /venv
WORKDIR /app
COPY LICENSE ./
COPY activities activities
COPY backfill backfill
COPY commands commands
COPY digital_river digital_river
COPY doctor doctor
COPY eligibility eligibility
COPY lifecycle lifecycle
COPY milestones milestones
COPY serving serving
COPY storefront storefront
COPY webhooks webhooks
COPY workflows workflows
COPY leaving.py receiver.py settings.py starter.py storefront_api.py worker.py working.py ./
# Compiled while it may be written to: the containers run read-only.
RUN /venv/bin/python -m compileall -q /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER upriver
CMD ["python", "worker.py"]
