# Debian, not Alpine: the programs of the bundled Postgres link glibc.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json knexfile.ts ./
COPY migrations migrations
COPY seeds seeds
COPY scripts scripts
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
RUN groupadd --gid 10001 kiremisu \
  && useradd --uid 10001 --gid kiremisu --home-dir /data --shell /usr/sbin/nologin kiremisu \
  && install -d -o kiremisu -g kiremisu -m 0750 /data
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules node_modules
COPY --from=build --chown=root:root /app/dist dist
# a cluster to copy, for `docker run --user 1234`: initdb refuses a user without a name
COPY scripts/make-template.mjs scripts/
RUN node scripts/make-template.mjs && rm -r scripts
USER kiremisu
VOLUME /data
EXPOSE 25600
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 25600}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Folders given as arguments are added as libraries; mount them read-only: docker run … -v /comics:/comics:ro kiremisu /comics
# The young generation of V8 would grow to 3 × 16 MB, which what answers requests does not need (docs/decisions/0010).
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/src/main.js"]
