import { realClock } from '@portero/tool-server/spine/clock.ts'
import { startLab } from './index.ts'

// `npm run lab`: the simulated vendors alone, for a server that runs elsewhere. It must be told of them, and the agent of a key: TOOL_KEY, made by `portero keys tool lab`.
const port = Number(process.env['LAB_PORT'] ?? 3100)
const serverUrl = process.env['PUBLIC_BASE_URL'] ?? `http://localhost:${process.env['PORT'] ?? 3000}`

const lab = await startLab({ clock: realClock(), port, serverUrl, toolKey: process.env['TOOL_KEY'] })
console.log(`The lab is at ${lab.url}; its webhooks and its agent's calls go to ${serverUrl}. What the server needs to be told:`)
for (const { vendor, account, settings } of lab.accounts) if (vendor !== 'eco') console.log(`  echo '${JSON.stringify(settings)}' | npx portero connect ${vendor} ${account}`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void lab.close().then(() => process.exit(0)))
