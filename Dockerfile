# syntax=docker/dockerfile:1
# Two stages: the first has a compiler, so that ssh2's crypto addon is built (the bastion is much slower without it); the
# second has Node, the program and nothing else. Nothing secret is in any layer: keys are made, or mounted, at run time.
#
#   docker build -t cocod .
#   docker run -d --name cocod -p 2222:2222 -p 5000:5000 --stop-timeout 35 \
#     -v cocod-data:/data -v cocod-keys:/keys \
#     -e CORE_HOST=http://core:8080 -e BOOTSTRAP_TOKEN=... cocod

FROM node:20-bookworm AS build
WORKDIR /opt/cocod
# node-gyp takes the headers that came with Node instead of downloading them.
ENV npm_config_nodedir=/usr/local
COPY . .
# npm ci also patches ssh2 and builds dist/ (scripts/prepare.mjs). prune leaves what was built for ssh2 where it is.
RUN npm ci --no-audit --no-fund \
 && npm prune --omit=dev --no-audit --no-fund \
 && node scripts/patch-ssh2.mjs \
 && test -f node_modules/ssh2/lib/protocol/crypto/build/Release/sshcrypto.node \
 && node bin/cocod version

FROM node:20-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data KEYS_DIR=/keys
WORKDIR /opt/cocod
COPY --from=build /opt/cocod/package.json /opt/cocod/LICENSE /opt/cocod/README.md /opt/cocod/config.example.ini ./
COPY --from=build /opt/cocod/bin bin
COPY --from=build /opt/cocod/scripts/healthcheck.mjs scripts/
COPY --from=build /opt/cocod/node_modules node_modules
COPY --from=build /opt/cocod/dist dist
# A volume that is new takes owner and mode from here.
RUN ln -s /opt/cocod/bin/cocod /usr/local/bin/cocod \
 && install -d -o node -g node -m 0700 /data /keys
USER node
VOLUME ["/data", "/keys"]
EXPOSE 2222 5000
# Unhealthy also means: still waiting for core to take this bastion. It looks where the environment says, not where a
# config.ini says.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/opt/cocod/scripts/healthcheck.mjs"]
# SIGTERM ends sessions and records in order, for which the program gives itself 30 seconds: docker stop -t 35.
ENTRYPOINT ["cocod"]
CMD ["start"]
