# A front end: Discord, Telegram or the web page. No torch in it.
#   docker build -f docker/front.Dockerfile -t atelier-front .
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/atelier
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE NOTICE ./
COPY atelier atelier
COPY bot bot
COPY workers workers
COPY models models
# The lock as constraints: the versions that were tested, and of them only what a front end needs.
RUN /opt/atelier/bin/pip install --constraint requirements.lock ".[bot,postgres,s3]"

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 atelier \
 && useradd --uid 10001 --gid atelier --no-create-home --home-dir /var/lib/atelier atelier \
 && install --directory --owner atelier --group atelier --mode 700 /var/lib/atelier
COPY --from=build /opt/atelier /opt/atelier
COPY docker/bucket.py /opt/atelier/docker/
ENV PATH=/opt/atelier/bin:$PATH PYTHONUNBUFFERED=1 ATELIER_HOME=/var/lib/atelier ATELIER_WEB_HOST=0.0.0.0
WORKDIR /var/lib/atelier
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["atelier"]
CMD ["web"]
