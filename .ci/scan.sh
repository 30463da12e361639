#!/usr/bin/env bash
# wapiti and sqlmap against a lab server of its own. Not a part of CI, since it takes ten minutes. SCAN_PORT: where that server listens, and its lab one above.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
port="${SCAN_PORT:-4170}"
dir=$(mktemp -d /tmp/portero-scan.XXXXXX)
url="http://127.0.0.1:$port"

if ! command -v wapiti >/dev/null || ! command -v sqlmap >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q wapiti sqlmap
fi

env -u DATABASE_URL DATA_DIR="$dir/data" PORT="$port" LAB_PORT="$((port + 1))" PUBLIC_BASE_URL="$url" node tool-server/main.ts >"$dir/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for _ in $(seq 120); do [ -f "$dir/data/lab.json" ] && break; sleep 1; done
read -r key conversation user password < <(node -e 'const { toolKey, conversationId, console: c } = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(toolKey, conversationId, c.user, c.password)' "$dir/data/lab.json")

# Signed in as the operator, so that the pages behind the door are looked at too.
jar="$dir/jar"
csrf=$(curl -s -c "$jar" "$url/console/sign-in" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1)
curl -s -o /dev/null -b "$jar" -c "$jar" --data-urlencode "csrf=$csrf" --data-urlencode next=/console --data-urlencode "name=$user" --data-urlencode "password=$password" "$url/console/sign-in"
session=$(awk '$6 == "portero_session" && $3 == "/console" { print $7 }' "$jar")

printf '{"127.0.0.1":{"/":{"portero_session":{"version":0,"expires":null,"secure":false,"value":"%s","port":null}}}}' "$session" >"$dir/cookies.json"
# Only modules that ask nobody but the server: those for SSRF and XXE call a machine of wapiti's own. Its own pattern for what to leave alone (-x) does not compile on Debian's Python 3.11.
wapiti=(/usr/bin/python3 -c 'import fnmatch, re, wapitiCore.net.crawler as crawler; crawler.wildcard_translate = lambda text: re.compile(fnmatch.translate(text)); from wapitiCore.main.wapiti import wapiti_main; wapiti_main()')
"${wapiti[@]}" -u "$url/console" -s "$url/aviso" -s "$url/readyz" -s "$url/console/people" -s "$url/console/queue" -s "$url/console/hubspot" -x "$url/console/sign-out" -c "$dir/cookies.json" \
  -m backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,xss --max-scan-time 300 --max-links-per-page 40 -S normal --flush-session --no-bugreport -f txt -o "$dir/wapiti.txt" >"$dir/wapiti.log" 2>&1 || echo "wapiti ended with $?"
cat "$dir/wapiti.txt"

try_sql() { timeout "${SQL_SECONDS:-70}" sqlmap --batch --flush-session --level 1 --risk 1 --ignore-code 400,401,404 --threads 4 --technique BEUST --dbms PostgreSQL --output-dir "$dir/sqlmap" "$@" 2>&1 | grep -E 'is vulnerable|injection point|CRITICAL|appear to be injectable' | cut -c1-160 | tail -n 3 || true; }
headers=(-H "Authorization: Bearer $key" -H "X-Bird-Conversation-Id: $conversation" -H 'Content-Type: application/json')
try_sql -u "$url/tools/find_homes" "${headers[@]}" --data '{"zone":"roma*","bedrooms":"1*"}'
try_sql -u "$url/tools/check_availability" "${headers[@]}" --data '{"home":"roma-1*","from_day":"2026-12-01*"}'
try_sql -u "$url/tools/book_tour" "${headers[@]}" --data '{"home":"roma-1*","when":"martes a las 11*"}'
try_sql -u "$url/book/AAAA*"
try_sql -u "$url/console/people?person=0199a3e2*" --cookie "portero_session=$session"
try_sql -u "$url/oauth/google/callback?state=a*&code=b*"
if grep -qE '"level":"error"' "$dir/server.log"; then echo 'The server wrote errors:'; grep -E '"level":"error"' "$dir/server.log" | head -5; else echo 'The server wrote no error.'; fi
if grep -rqs 'Parameter:' "$dir/sqlmap"; then echo 'sqlmap found something'; exit 1; fi
echo "All of it is in $dir"
