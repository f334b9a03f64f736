# A worker, on processors or on a GPU; with the train extra also the trainer.
#   docker build -f docker/worker.Dockerfile -t atelier-worker .
#   on NVIDIA:  --build-arg TORCH_INDEX=https://pypi.org/simple  (there torch's Linux wheel is built for CUDA)
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
ARG TORCH=torch==2.13.0
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG EXTRAS=worker,postgres,s3
# First and apart: the biggest layer, which changes least. $TORCH may be several packages.
# hadolint ignore=SC2086
RUN python -m venv /opt/atelier \
 && /opt/atelier/bin/pip install --index-url "$TORCH_INDEX" $TORCH
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE NOTICE ./
COPY atelier atelier
COPY bot bot
COPY workers workers
COPY models models
RUN /opt/atelier/bin/pip install --constraint requirements.lock ".[$EXTRAS]"

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 atelier \
 && useradd --uid 10001 --gid atelier --no-create-home --home-dir /var/lib/atelier atelier \
 && install --directory --owner atelier --group atelier --mode 700 /var/lib/atelier
COPY --from=build /opt/atelier /opt/atelier
COPY docker/worker_health.py /opt/atelier/docker/
ENV PATH=/opt/atelier/bin:$PATH PYTHONUNBUFFERED=1 ATELIER_HOME=/var/lib/atelier
WORKDIR /var/lib/atelier
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
  CMD ["python", "/opt/atelier/docker/worker_health.py"]
ENTRYPOINT ["atelier"]
CMD ["worker"]
