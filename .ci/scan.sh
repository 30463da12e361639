#!/usr/bin/env bash
# wapiti and sqlmap against a lab server of its own; not a part of CI, since it takes twenty minutes. It says how much was really tried, and fails when that is too little to have found nothing.
# SCAN_PORT: where the proxy that counts listens; the server and its lab have the next two. SCAN_ONLY: sqlmap or wapiti. SCAN_PLACES: the names of those that sqlmap is to try, where not all. SCAN_SECONDS: how long each module of wapiti may attack.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
port="${SCAN_PORT:-4170}"
dir=$(mktemp -d /tmp/portero-scan.XXXXXX)
url="http://127.0.0.1:$port"
lab="http://127.0.0.1:$((port + 2))"
mkdir "$dir/sqlmap"
touch "$dir"/{asked,rows,faults,conversations,book-links,ics-links}

if ! command -v wapiti >/dev/null || ! command -v sqlmap >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q wapiti sqlmap
fi

env -u DATABASE_URL DATA_DIR="$dir/data" PORT="$((port + 1))" LAB_PORT="$((port + 2))" PUBLIC_BASE_URL="$url" PORTERO_TRUST_PROXY=1 node tool-server/main.ts >"$dir/server.log" 2>&1 &
server=$!
node .ci/scan-proxy.mjs "$port" "$((port + 1))" "$dir" &
proxy=$!
trap 'kill "$server" "$proxy" 2>/dev/null || true' EXIT
for _ in $(seq 120); do
  kill -0 "$server" 2>/dev/null || { cat "$dir/server.log"; exit 1; }
  [ -f "$dir/data/lab.json" ] && curl -sf "$url/readyz" >/dev/null && break
  sleep 1
done
read -r key user password < <(node -e 'const { toolKey, console: c } = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(toolKey, c.user, c.password)' "$dir/data/lab.json")
fault() { echo "$1" >>"$dir/faults"; }
tool() { curl -s -H "Authorization: Bearer $key" -H "X-Bird-Conversation-Id: $2" -H 'Content-Type: application/json' --data "$3" "$url/tools/$1"; echo; }

# Sixty prospects, since a conversation may call sixty tools a minute and a booking link be asked for forty times.
prospects=60
for n in $(seq 100 "$((99 + prospects))"); do
  { curl -s -H 'Content-Type: application/json' --data '{"text":"Hola, busco departamento"}' "$lab/_lab/phone/%2B525590000$n/messages"; echo; } | sed -n 's/.*"conversationId":"\([^"]*\)".*/\1/p' >>"$dir/conversations"
done
sleep 5
home=$(tool find_homes "$(head -n 1 "$dir/conversations")" '{"area":"roma"}' | grep -o '"home":"[^"]*"' | cut -d'"' -f4 | tail -n 1)
while read -r conversation; do
  tool check_availability "$conversation" "{\"home\":\"$home\"}" | sed -n 's#.*/book/\([^"]*\)".*#\1#p' >>"$dir/book-links"
done <"$dir/conversations"
tool book_tour "$(head -n 1 "$dir/conversations")" "{\"home\":\"$home\",\"when\":\"martes a las 11\"}" >/dev/null
tool my_tours "$(head -n 1 "$dir/conversations")" '{}' | sed -n 's#.*/ics/\([^"]*\)".*#\1#p' >"$dir/ics-links"
[ "$(sort -u "$dir/book-links" | wc -l)" -eq "$prospects" ] && [ -s "$dir/ics-links" ] || { echo "There are no links of $prospects prospects to try: $dir"; exit 1; }

# Signed in as the operator, so that the pages behind the door are looked at too.
jar="$dir/jar"
csrf=$(curl -s -c "$jar" "$url/console/sign-in" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1)
curl -s -o /dev/null -b "$jar" -c "$jar" --data-urlencode "csrf=$csrf" --data-urlencode next=/console --data-urlencode "name=$user" --data-urlencode "password=$password" "$url/console/sign-in"
session=$(awk '$6 == "portero_session" && $3 == "/console" { print $7 }' "$jar")
form=$(curl -s -b "portero_session=$session" "$url/console" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1)
talk=$(curl -s -b "portero_session=$session" "$url/console" | grep -o '/console/conversations/[0-9a-f-]*' | head -1)
signed_in() { [ "$(curl -s -o /dev/null -w '%{http_code}' -b "portero_session=$session" "$url/console/access")" = 200 ]; }
signed_in || { echo "Nobody is signed in: $dir"; exit 1; }

# A place is tried when its own words are answered as they should be, every * in it was tried to the end, and little was turned away unread.
least=50 # requests for each *
sql() {
  local what=$1 answer=$2 at=$3 body=$4 got asked places tried cut verdict=nothing
  shift 4
  local log="$dir/sqlmap/$what.log"
  local -a with=(-H "X-Scan: $what" "$@")
  got=$(curl -s -w ' status:%{http_code}' "${@//\*/}" ${body:+--data "${body//\*/}"} "$url${at//\*/}")
  timeout 900 sqlmap -u "$url$at" ${body:+--data "$body"} "${with[@]}" --batch --flush-session --level 3 --risk 2 --technique BEUST --dbms PostgreSQL --ignore-code 400,401,403,404,409 --timeout 60 --output-dir "$dir/sqlmap/$what" >"$log" 2>&1 </dev/null || true
  places=$(printf %s "$at$body$*" | tr -cd '*' | wc -c)
  tried=$(grep -c 'does not seem to be injectable' "$log" || true)
  asked=$(grep -c "^$what " "$dir/asked" || true)
  cut=$(grep -cE "^$what (000|429|5..) " "$dir/asked" || true)
  if grep -q 'Parameter:' "$log"; then verdict=FOUND; fault "sqlmap found something at $what: $log"; fi
  [[ $got == *"$answer"* ]] || fault "$what was not answered as it should be: ${got:0:200}"
  [ "$verdict" = FOUND ] || { [ "$tried" -ge "$places" ] && grep -q 'all tested parameters do not appear to be injectable' "$log"; } || fault "$what: $tried of $places places were tried: $log"
  [ "$asked" -ge "$((least * places))" ] && [ "$((cut * 100))" -le "$asked" ] || fault "$what: of $asked requests $cut were cut off"
  printf '%-22s %s places, %5s requests: %s\n' "$what" "$places" "$asked" "$verdict" | tee -a "$dir/rows"
}
try() {
  [[ " ${SCAN_PLACES:-$1} " == *" $1 "* ]] || return 0
  while [ "$(jobs -rp | wc -l)" -ge 5 ]; do sleep 1; done # three of them beside the server and the proxy
  sql "$@" &
}
scan_sql() {
  local -a json=(-H 'Content-Type: application/json') keyed=(-H "Authorization: Bearer $key") any=(-H 'X-Bird-Conversation-Id: any') operator=(-H "Cookie: portero_session=$session")
  local -a agent=("${json[@]}" "${keyed[@]}" "${any[@]}")
  try find_homes '"ok":true' /tools/find_homes '{"area":"roma*","move_in":"2026-12-01*"}' "${agent[@]}"
  try check_availability '"ok":true' /tools/check_availability "{\"home\":\"$home*\",\"from_day\":\"mañana*\"}" "${agent[@]}"
  try get_home '"ok":true' /tools/get_home "{\"home\":\"$home*\",\"about\":\"internet*\"}" "${agent[@]}"
  try book_tour '"ok":true' /tools/book_tour "{\"home\":\"$home*\",\"when\":\"miércoles a las 12*\",\"name\":\"Ana*\"}" "${agent[@]}"
  try book_slot status:200 /tools/book_tour '{"slot_id":"s_AciamwAAAAIByJsElpwjT_hbVJKJTg*"}' "${agent[@]}"
  try join_waitlist '"ok":true' /tools/join_waitlist "{\"home\":\"$home*\",\"from_day\":\"mañana*\",\"to_day\":\"viernes*\"}" "${agent[@]}"
  try reschedule_tour status:200 /tools/reschedule_tour '{"tour_id":"t_AcnmewGiA2Up9XWjqg4QW-VbqmaFqhB8S3gEij2u*","when":"jueves a las 12*"}' "${agent[@]}"
  try cancel_tour status:200 /tools/cancel_tour '{"tour_id":"t_AcnmewGiA2Up9XWjqg4QW-VbqmaFqhB8S3gEij2u*","reason":"ya no*"}' "${agent[@]}"
  try qualify_lead '"ok":true' /tools/qualify_lead '{"months":12,"move_in":"2026-12-01*"}' "${agent[@]}"
  try update_deal '"ok":true' /tools/update_deal "{\"home\":\"$home*\",\"move_in\":\"2026-12-01*\"}" "${agent[@]}"
  try send_home_media '"ok":true' /tools/send_home_media "{\"home\":\"$home*\"}" "${agent[@]}"
  try privacy_request '"ok":true' /tools/privacy_request '{"kind":"access","details":"quiero ver mis datos*"}' "${agent[@]}"
  try mcp '\"ok\":true' /mcp '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find_homes","arguments":{"area":"roma*"}}}' "${agent[@]}" -H 'Accept: application/json, text/event-stream'
  try gate '"answer":"bot"' /gate/inbound '{"text":"hola*"}' "${agent[@]}"
  try conversation_header '"ok":true' /tools/my_tours '{}' "${json[@]}" "${keyed[@]}" -H "X-Bird-Conversation-Id: $(tail -n 1 "$dir/conversations")*"
  try key_header status:200 /tools '' -H "X-API-Key: $key*"
  try booking_link status:200 '/book/any*?from=2026-12-01*&lang=en*' ''
  try booking_form status:409 /book/any 'do=hold&slot=s_A*&people=1*'
  try calendar_link status:200 '/ics/any*' ''
  try media_link status:404 '/media/AAAA*' ''
  try privacy_page status:200 '/aviso?lang=en*' ''
  try console_list status:200 '/console?before=1795353099977.01a20362-448f-777c-a419-0d9670fd4b73*&waiting=1*' '' "${operator[@]}"
  try console_talk status:200 "$talk*?before=1795353099977.01a20362-448f-777c-a419-0d9670fd4b73*" '' "${operator[@]}"
  try console_note status:303 "$talk/hands" "csrf=$form&do=note*&key=AAAAAAAAAAAAAAAA*&text=hola*" "${operator[@]}"
  try console_people status:200 '/console/people?before=1*' '' "${operator[@]}"
  try console_merge status:303 /console/people "csrf=$form&one=%2B525590000100*&other=%2B525590000101*" "${operator[@]}"
  try console_privacy status:303 /console/privacy "csrf=$form&kind=access*&name=Ana*&contact=%2B525590000102*&language=en*&details=x*" "${operator[@]}"
  try console_queue status:303 '/console/queue/01a20362-448f-777c-a419-0d9670fd4b73*/replay' "csrf=$form&sure=yes*" "${operator[@]}"
  try console_kit status:200 /console/bird-kit "csrf=$form&key=portero_x*" "${operator[@]}"
  try session_cookie status:200 /console '' -H "Cookie: portero_session=$session*"
  try oauth_start status:303 '/oauth/google/start?agent=renata-ochoa*' '' "${operator[@]}"
  try oauth_callback status:403 '/oauth/google/callback?state=a*&code=b*' ''
  try escalate '"ok":true' /tools/escalate '{"reason":"other","summary":"quiere hablar con alguien*"}' "${agent[@]}" # last: from here on people are in charge
  while [ "$(jobs -rp | wc -l)" -gt 2 ]; do sleep 1; done
  awk '{ places += $2; asked += $4 } END { printf "sqlmap: %d places in %d kinds of requests, %d requests\n", places, NR, asked }' "$dir/rows"
}

# Only modules that ask nobody but the server: those for SSRF and XXE call a machine of wapiti's own. Its own pattern for what to leave alone (-x) does not compile on Debian's Python 3.11.
# Left alone: what would sign it out in the middle. wapiti knows the cookie from a file.
scan_wapiti() {
  local asked pages cut
  printf '{"127.0.0.1":{"/":{"portero_session":{"version":0,"expires":null,"secure":false,"value":"%s","port":null}}}}' "$session" >"$dir/cookies.json"
  local -a wapiti=(/usr/bin/python3 -c 'import fnmatch, re, wapitiCore.net.crawler as crawler; crawler.wildcard_translate = lambda text: re.compile(fnmatch.translate(text)); from wapitiCore.main.wapiti import wapiti_main; wapiti_main()')
  "${wapiti[@]}" -u "$url/" -s "$url/console" -s "$url/aviso" -s "$url/book/$(head -n 1 "$dir/book-links")" -s "$url/ics/$(cat "$dir/ics-links")" -s "$url/readyz" -x "$url/console/sign-out" -x "$url/console/access/people/*/out" -c "$dir/cookies.json" -H 'X-Scan: wapiti' \
    -m backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,xss --max-scan-time 300 --max-attack-time "${SCAN_SECONDS:-100}" --max-links-per-page 60 -S normal --flush-session --store-session "$dir/wapiti-session" --no-bugreport -f txt -o "$dir/wapiti.txt" >"$dir/wapiti.log" 2>&1 || fault "wapiti ended with $?"
  asked=$(grep -c '^wapiti ' "$dir/asked" || true)
  cut=$(grep -cE '^wapiti (000|429) ' "$dir/asked" || true)
  pages=$(awk '$1 == "wapiti" && $2 == 200 && $3 == "GET" && $4 ~ /^\/console/ { print $4 }' "$dir/asked" | sort -u | tee "$dir/wapiti-pages" | wc -l)
  printf 'wapiti: %d requests, %d cut off; %d pages behind the door were shown to it, %d forms and links tried\n' "$asked" "$cut" "$pages" "$(awk '$1 == "wapiti" { print $3, $4 }' "$dir/asked" | sort -u | wc -l)"
  awk '$1 == "wapiti" { print $2 }' "$dir/asked" | sort | uniq -c | awk '{ printf "  %s times %s\n", $1, $2 }'
  awk '/^Max scan time/ { print "  the clock ended looking for links" } /^Max attack time/ { sub(/,.*/, "", $8); print "  the clock ended the module " $8 }' "$dir/wapiti.log"
  [ "$asked" -ge 1500 ] && [ "$pages" -ge 15 ] && [ "$((cut * 100))" -le "$asked" ] || fault 'wapiti saw too little.'
  signed_in || fault 'wapiti was signed out on its way.'
  # What it says of plain http and of forms in which no cookie gives a right is explained in SECURITY.md. All else is a finding.
  sed -n '/^Summary/,/^\*\*\*/p' "$dir/wapiti.txt" | awk -F: 'NF == 2 && $2 > 0 { gsub(/^ +/, "", $1); printf "  wapiti says: %s%d\n", $1 ": ", $2 }' | tee "$dir/wapiti-says"
  { grep -vE 'Cross Site Request Forgery|HTTP Secure Headers|Secure Flag cookie' "$dir/wapiti-says" || true
    grep -A 2 '^Lack of anti CSRF' "$dir/wapiti.txt" | grep -E '^ +(GET|POST)' | grep -vE ' /(book/|privacidad)' || true
    grep -E '^[A-Za-z-]+ is not set$' "$dir/wapiti.txt" | grep -v '^X-XSS-Protection' || true; } >"$dir/wapiti-found"
  if [ -s "$dir/wapiti-found" ]; then fault "wapiti found something: $dir/wapiti.txt"; cat "$dir/wapiti-found" >>"$dir/faults"; fi
}

[ "${SCAN_ONLY:-sqlmap}" != sqlmap ] || scan_sql
signed_in || fault 'sqlmap was signed out on its way.'
[ "${SCAN_ONLY:-wapiti}" != wapiti ] || scan_wapiti
if grep -qE '"level":"error"' "$dir/server.log"; then fault 'The server wrote errors:'; grep -E '"level":"error"' "$dir/server.log" | head -5 >>"$dir/faults"; fi
awk '$2 ~ /^5/ { print }' "$dir/asked" | sort | uniq -c | sort -rn | head -5 >"$dir/5xx"
if [ -s "$dir/5xx" ]; then fault 'The server answered 5xx:'; cat "$dir/5xx" >>"$dir/faults"; fi
echo "All of it is in $dir"
if [ -s "$dir/faults" ]; then cat "$dir/faults"; exit 1; fi
echo 'The server wrote no error and answered no 5xx.'
