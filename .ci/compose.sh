#!/usr/bin/env bash
# Builds the image and brings compose.yaml up by a real Docker, in a copy of what the image is made of; leaves nothing behind.
set -euo pipefail
place=$(mktemp -d /tmp/portero-compose.XXXXXX)
cp -r --parents Dockerfile .dockerignore compose.yaml package.json package-lock.json .npmrc shared/package.json shared/src tool-server "$place"
cd "$place"
cp tool-server/catalogue.sample.yaml catalogue.yaml
printf 'POSTGRES_PASSWORD=%s\nPORTERO_KEY=%s\nPUBLIC_BASE_URL=https://portero.example.com\nLEGAL_NAME=Casas\nLEGAL_ADDRESS=Calle 1\nPORT=38080\n' "$(openssl rand -hex 32)" "$(openssl rand -base64 32)" >.env
compose() { docker compose -p portero-ci "$@"; }
trap '[ $? = 0 ] || compose logs --tail 50; compose down -v --rmi local; rm -rf "$place"' EXIT
compose up -d --build --wait
curl -fsS localhost:38080/readyz
compose exec -T portero node tool-server/cli.ts keys status
compose restart portero
compose up -d --wait
[ "$(compose exec -T portero id -un)" = node ]
if compose exec -T portero sh -c 'touch /portero/x' 2>/dev/null; then echo 'the image can be written' >&2; exit 1; fi
