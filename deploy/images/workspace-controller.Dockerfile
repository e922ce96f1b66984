# Workspace controller: turns a Workspace into GPU nodes and a served model.
# The bundle comes from "pnpm build"; "pnpm images --push <registry>" makes it, builds this and pushes it.
# Pin the base for a build: --build-arg BASE=<repository>@sha256:<digest>
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot
FROM ${BASE}
LABEL org.opencontainers.image.title="workspace" \
      org.opencontainers.image.description="Workspace controller: turns a Workspace into GPU nodes and a served model." \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --chmod=0555 dist/workspace-controller /app
ENV MALLOC_ARENA_MAX=1
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=2", "--optimize-for-size", "--disable-sigusr1", "/app/main.mjs"]
