# The portal and the commands of Telusur. Not run yet, like compose.yaml; tests/test_compose.py checks what it can.
#
#   docker build -t telusur .                                             the portal with its own embedding model
#   docker build -t telusur --build-arg EXTRAS=elastic,models .           for another model: torch, several gigabytes
#
# Nothing secret belongs into a build: passwords come with the environment when a container starts.

# constraints.txt was tried with this Python. Both stages need the same one: the environment is copied as it is.
FROM python:3.11-slim-bookworm AS build
ARG EXTRAS=elastic
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY ingest ingest
COPY search search
COPY portal portal
COPY marc_samples marc_samples
RUN python -m venv /opt/telusur \
 && /opt/telusur/bin/pip install --no-cache-dir -c constraints.txt ".[${EXTRAS}]"

FROM python:3.11-slim-bookworm
# A number, not a name: Kubernetes and file shares go by it. A new volume at /data takes over its owner.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin telusur \
 && install -d -o 10001 -g 10001 /data
COPY --from=build /opt/telusur /opt/telusur
ENV PATH=/opt/telusur/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TELUSUR_DATA=/data \
    TELUSUR_HOST=0.0.0.0
USER 10001:10001
# telusur.toml is read from here, and reports are written here.
WORKDIR /data
EXPOSE 8501
ENTRYPOINT ["telusur"]
CMD ["portal"]
