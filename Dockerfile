# Seatwise as one container: the site, its worker and the daily tick. How to start it: compose.yaml and docs/installing.md.
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY requirements.lock ./
RUN python -m venv /opt/seatwise && /opt/seatwise/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /opt/seatwise/bin/pip install --no-cache-dir --no-deps . \
    && SEATWISE_DATA_DIR=/tmp/none DJANGO_SETTINGS_MODULE=seatwise.settings /opt/seatwise/bin/python -c "import seatwise.settings"

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin seatwise && install -d -o seatwise -g seatwise -m 0700 /data
COPY --from=build /opt/seatwise /opt/seatwise
ENV PATH=/opt/seatwise/bin:$PATH SEATWISE_DATA_DIR=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as request; request.urlopen('http://127.0.0.1:8000/health/', timeout=4)"]
# The keys are made in /data at the first start, and a password for the first administrator is made and printed once.
CMD ["sh", "-c", "seatwise init --login admin --make-password && exec seatwise serve --bind 0.0.0.0:8000"]
