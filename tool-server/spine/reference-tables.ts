import { errorCodes, errorGuide, errors, toolErrorGuide, type Guide, type Mender, type RetryRule } from '@portero/shared'
import type { Connector, Quota } from '../define.ts'

// Pages of docs/ that are written from what the house knows of itself. A test says when one is out of date.
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

const menders: Record<Mender, string> = { asker: 'whoever asked', admin: 'an admin', nobody: 'nobody: it passes', makers: 'whoever maintains Portero' }
const retries: Record<RetryRule, string> = { never: 'no', later: 'yes, after a pause', wait: 'yes; it costs no attempt' }
const guided = ([code, { means, who, mend }]: [string, Guide]): string[] => [`\`${code}\``, means, menders[who], mend]

export const errorReference = (): string => `# Errors

Written by \`npx portero docs errors\` from \`shared/src/errors.ts\` and \`shared/src/error-guide.ts\`.

Every door answers a fault with its status and \`{ "ok": false, "say", "error": { "code", "retryable" }, "trace" }\`; the console shows the sentence and the trace; the command line prints the sentence and ends with 1. Callers match the code, never the words.
The trace, also in the header \`x-trace-id\`, finds the lines of the log and the row of the audit that belong to it.

## Of all doors, the console and the command line

${table(['code', 'status', 'tried again?', 'means', 'who puts it right', 'how'], errorCodes.map((code) => { const [name = '', ...rest] = guided([code, errorGuide[code]]); return [name, errors[code].status, retries[errors[code].retry], ...rest] }))}

The sentences that people read: ${errorCodes.map((code) => `\`${code}\` «${errors[code].say['es-MX']}»`).join(' ')}

## Of tools, as business

HTTP 200, \`ok: false\`: nothing is wrong with the call. \`say\` is ready to be spoken, \`error.alternatives\` is what can be had instead.

${table(['code', 'means', 'who goes on', 'how'], Object.entries(toolErrorGuide).map(guided))}

A tool may also answer \`invalid_input\` and \`not_found\` so, where the words of the prospect were not understood: \`say\` asks for what is missing.
`

const sure: Record<Quota['sure'], string> = { read: 'read at the source', told: 'told by others than the vendor', unknown: 'not known to us' }
export const quotaReference = (connectors: readonly Connector[]): string => `# Quotas

Written by \`npx portero docs quotas\` from \`limits\` and \`quotas\` of the connectors.

What Portero keeps to at each vendor, and what the vendor allows, as it stood in November 2026. A limit holds for one connection, over all servers on one database; live work has its share reserved, so that a backfill never starves a reply. Who is told to wait, waits as long as the vendor says, and no attempt is spent.

${connectors.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, limits: { perSecond, burst = perSecond, apart, concurrent, timeoutMs }, quotas = [] }) => `## ${name}

Ours: ${perSecond} a second, ${burst} at once after a rest, so at most ${burst + 60 * perSecond} in a minute;${apart ? ` \`…${apart.path}\` ${apart.perSecond} a second besides;` : ''} ${concurrent} under way at once from one server; an answer is waited for ${timeoutMs / 1_000} s.

${table(['what', "the vendor's", 'how sure', 'source'], quotas.map((quota) => [quota.what, quota.theirs, sure[quota.sure], quota.source ?? '']))}
`).join('\n')}`

// What the house runs on, as its own files say it.
export type Surroundings = { node: string; image: string; composeDatabase: string; oldestDatabase: number; embeddedDatabase: string; mcp: readonly string[] }
export const compatibilityReference = (connectors: readonly Connector[], { node, image, composeDatabase, oldestDatabase, embeddedDatabase, mcp }: Surroundings): string => `# Compatibility

Written by \`npx portero docs compatibility\` from \`package.json\`, \`Dockerfile\`, \`compose.yaml\`, the connectors and the MCP library.

| what | which | how it is known |
|---|---|---|
| Node | ${node}, a dependency of its own | the suite runs on it; the image is \`${image}\` |
| PostgreSQL | ${oldestDatabase} or newer | the suite runs on ${oldestDatabase}; \`compose.yaml\` starts \`${composeDatabase}\`; nothing newer than ${oldestDatabase} is used |
| embedded | PGlite ${embeddedDatabase} | the suite runs on it |
| browsers: console, booking page, cards in the lab | Chromium | walked by \`npm run browser\`; pages need no script but for what is live, and no build step. Firefox and Safari are not run |
| MCP, at \`/mcp\` | ${mcp.join(', ')} | a client of each wire is run: the current one, and those before it |
| OpenAPI | 3.1, at \`/openapi.json\` and [openapi.json](openapi.json) | validated by the suite |

## Vendors

| vendor | version of its interface |
|---|---|
${connectors.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, apiVersion }) => `| ${name} | ${apiVersion === undefined ? 'has none' : `\`${apiVersion}\``} |`).join('\n')}

Each vendor's calls are held against its contract by \`test/connectors.test.ts\`; unknown fields and kinds of events pass, a missing field is \`bad_response\`.
`
