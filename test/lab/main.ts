import { realClock } from '@portero/tool-server/spine/clock.ts'
import { startLab } from './index.ts'

// `npm run lab`: the simulated vendors alone, for a server that runs elsewhere.
const port = Number(process.env['LAB_PORT'] ?? 3100)
const serverUrl = process.env['PUBLIC_BASE_URL'] ?? `http://localhost:${process.env['PORT'] ?? 3000}`

const lab = await startLab({ clock: realClock(), port, serverUrl })
console.log(`The lab listens on ${lab.url}; its webhooks go to ${serverUrl}.`)
for (const { vendor } of lab.accounts) console.log(`  ${vendor}: ${lab.url}/${vendor}   what it holds: ${lab.url}/_lab/${vendor}/state`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void lab.close().then(() => process.exit(0)))
