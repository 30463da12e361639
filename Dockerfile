# Portero as it runs in production: the server and what it needs, nothing else. Everything that is secret comes from the environment.
FROM node:24-slim AS packages
WORKDIR /portero
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY tool-server/package.json tool-server/
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production PORTERO_LAB=0 DATA_DIR=/data
WORKDIR /portero
COPY --from=packages /portero ./
COPY shared/src shared/src
COPY tool-server tool-server
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "tool-server/main.ts"]
