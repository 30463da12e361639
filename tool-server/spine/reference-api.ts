import { errors } from '@portero/shared'
import type { Connector, Tool } from '../define.ts'
import { openApi } from './tools-openapi.ts'

// The doors, for whoever calls them from outside. A test holds the list against what the house registers.
type Door = { path: string; methods: string; who: string; proof: string; does: string }
const key = '`Authorization: Bearer KEY` or `X-API-Key: KEY`'
const token = 'none but the address, which is signed and ends'
const ops = 'from the machine itself, or `Authorization: Bearer OPS_TOKEN`'
export const doors: readonly Door[] = [
  { path: '/tools/:name', methods: 'POST', who: "an agent's action", proof: `${key}; \`X-Bird-Conversation-Id\``, does: 'calls a tool for the prospect of that conversation' },
  { path: '/gate/inbound', methods: 'POST', who: "the first step of Bird's flow", proof: `${key} with the scope \`gate\`; \`X-Bird-Conversation-Id\``, does: 'says who answers a message, and what must be said first' },
  { path: '/tools', methods: 'GET', who: 'whoever sets an agent up', proof: key, does: 'the tools as functions of OpenAI, strict' },
  { path: '/openapi.json', methods: 'GET', who: 'gateways, imports', proof: key, does: 'the tools as OpenAPI 3.1' },
  { path: '/mcp', methods: 'POST', who: 'any MCP client', proof: `${key}; \`X-Bird-Conversation-Id\`, or a token of one conversation`, does: 'the tools over Streamable HTTP, stateless' },
  { path: '/webhooks/:vendor', methods: 'POST, GET', who: 'vendors', proof: "the vendor's signature", does: 'takes a delivery, where the vendor says which account it is of' },
  { path: '/webhooks/:vendor/:connection', methods: 'POST, GET', who: 'vendors', proof: "the vendor's signature", does: 'takes a delivery of one connection; GET and POST shake hands' },
  { path: '/cards/:name', methods: 'POST', who: "HubSpot's cards and app page", proof: "HubSpot's signature (v3)", does: 'a view, or an action of whoever looks' },
  { path: '/workflow/:name', methods: 'POST', who: "HubSpot's workflows and agents", proof: "HubSpot's signature (v3, else v2)", does: 'calls a tool for the record that is enrolled' },
  { path: '/book/:token', methods: 'GET, POST', who: 'a prospect', proof: token, does: 'the page to book a visit' },
  { path: '/ics/:token', methods: 'GET', who: 'a prospect', proof: token, does: 'the visit as a calendar file' },
  { path: '/media/:token', methods: 'GET', who: 'people of yours, from a card', proof: token, does: 'a picture or voice note of a conversation; it is noted in the audit' },
  { path: '/aviso', methods: 'GET', who: 'anybody', proof: 'none', does: 'the privacy notice' },
  { path: '/aviso/:version', methods: 'GET', who: 'anybody', proof: 'none', does: 'the notice as it was' },
  { path: '/privacidad', methods: 'GET, POST', who: 'anybody', proof: 'none; who it is about is proved later', does: 'the form to ask about one\'s own data' },
  { path: '/oauth/:vendor/start', methods: 'GET, POST', who: 'operators, agents', proof: 'sign-in', does: 'begins to connect an account' },
  { path: '/oauth/:vendor/callback', methods: 'GET', who: 'the vendor, by way of a browser', proof: 'what was begun', does: 'ends it' },
  { path: '/console', methods: 'GET, POST', who: 'operators', proof: 'sign-in, by role', does: 'the console and all pages below it: for people, and not for programs' },
  { path: '/_assets/:name', methods: 'GET', who: 'browsers', proof: 'none', does: 'style and script of the pages' },
  { path: '/livez', methods: 'GET', who: 'operations', proof: 'none', does: '200 as long as the process lives' },
  { path: '/readyz', methods: 'GET', who: 'operations', proof: 'none', does: '200 when it can serve, 503 with what is missing' },
  { path: '/healthz', methods: 'GET', who: 'operations', proof: ops, does: 'each dependency, and what waits' },
  { path: '/metrics', methods: 'GET', who: 'operations', proof: ops, does: 'Prometheus' },
]
// Which of them a registered route belongs to.
export const doorOf = (route: string, vendors: readonly string[]): Door | undefined => {
  const path = vendors.reduce((rest, vendor) => rest.replace(`/webhooks/${vendor}`, '/webhooks/:vendor'), route)
  return doors.find((door) => door.path === path) ?? (path.startsWith('/console/') ? doors.find((door) => door.path === '/console') : undefined)
}

export const documentUrl = 'https://portero.example.com'
export const openApiDocument = (tools: readonly Tool[]): string => `${JSON.stringify(openApi({ tools, publicBaseUrl: documentUrl }), null, 2)}\n`

export const apiReference = (tools: readonly Tool[], connectors: readonly Connector[]): string => `# The HTTP doors

Written by \`npx portero docs api\` from the doors and tools. The tools as OpenAPI 3.1: [openapi.json](openapi.json), and by \`GET /openapi.json\` with your own address. Errors of all doors: [errors.md](errors.md).

| door | methods | who | proof | does |
|---|---|---|---|---|
${doors.map(({ path, methods, who, proof, does }) => `| \`${path.replaceAll(/:(\w+)/g, '{$1}')}\` | ${methods} | ${who} | ${proof} | ${does} |`).join('\n')}

Vendors that send webhooks: ${connectors.filter(({ webhook }) => webhook).map(({ name }) => `\`${name}\``).toSorted().join(', ')}. \`portero webhook sign\` shows what each of them would send.

## Calling a tool

\`POST /tools/{name}\`, JSON. The arguments stand flat in the body, or as \`{ "context", "arguments" }\` or \`{ "input" }\`; numbers and truth may come as text. Whose conversation it is says the header \`X-Bird-Conversation-Id\` (or \`X-Conversation-Id\`, or \`context.conversation_id\`), set by the flow and never by a model.
What a tool takes and answers: [tools.md](tools.md). The same write twice is done once, and answered as the first time.

| status | when |
|---|---|
| 200 | done, or \`ok: false\` with a reason of business: [errors.md](errors.md#of-tools-as-business) |
${(['invalid_input', 'unauthorized', 'refused', 'not_found', 'too_large', 'throttled', 'bug', 'unavailable', 'timeout'] as const).map((code) => `| ${errors[code].status} | \`${code}\`: ${errors[code].say.en} |`).join('\n')}

| tool | effect | scopes | answers within |
|---|---|---|---|
${tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, policy: { effect, scopes, timeoutMs } }) => `| [\`${name}\`](tools.md#${name}) | ${effect} | ${scopes.map((scope) => `\`${scope}\``).join(' ')} | ${timeoutMs / 1_000} s |`).join('\n')}

## The gate

\`POST /gate/inbound\` with \`{ "text": "what the person wrote" }\`, which may be left out. It answers \`{ "ok": true, "answer", "notice" }\`: \`bot\` (go on), \`human\` or \`paused\` (end the flow), \`optout\` (end the flow; nothing is sent any more). Where there is a \`notice\`, it goes out as it is before anything else. 403 where the conversation is nobody's.

## Webhooks

The raw body is what is signed; a megabyte at most, and not compressed. 200 with \`{ "ok": true, "repeated" }\` only after the delivery is stored: the same bytes again are \`repeated\`, and nothing happens twice. What can't be understood is kept, and tried again after a fix (\`portero replay\`).
`
