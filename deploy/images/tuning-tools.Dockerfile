# Tuning tools: fetch the data of a tuning run, pack its result and push it as an image.
# The bundle comes from "pnpm build"; "pnpm images --push <registry>" makes it, builds this and pushes it.
# Pin what it is made of for a build: --build-arg BASE=<repository>@sha256:<digest>, the same for CRANE
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot
ARG CRANE=gcr.io/go-containerregistry/crane:v0.22.1
FROM ${CRANE} AS crane
FROM ${BASE}
LABEL org.opencontainers.image.title="tuning-tools" \
      org.opencontainers.image.description="Tuning tools: fetch the data of a tuning run, pack its result and push it as an image." \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=crane --chmod=0555 /ko-app/crane /usr/local/bin/crane
COPY --chmod=0555 dist/tuning-tools /app
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
USER 65532:65532
ENTRYPOINT ["node", "/app/tuning-tools.mjs"]
