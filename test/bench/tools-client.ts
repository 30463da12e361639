import { Pool } from 'undici'

// Agents in a hurry, in a process of their own. It says 'ready', waits for 'go', and answers what it saw.
// lanes: so many calls at a time, one after the other; perSecond: begun at their time, whether or not those before have been answered.
export type Call = { kind: string; path: string; headers: Record<string, string>; body: string }
export type ToolLoad = { origin: string; calls: Call[]; pace: { lanes: number } | { perSecond: number } }
export type Answered = { waits: Record<string, number[]>; failed: string[]; ms: number } // waits: by kind, sorted, in ms

let pool: Pool | undefined
let load: ToolLoad | undefined

const answered = async ({ calls, pace }: ToolLoad, to: Pool): Promise<Answered> => {
  const waits: Record<string, number[]> = {}
  const failed: string[] = []
  const one = async ({ kind, path, headers, body }: Call, since: number): Promise<void> => {
    const reply = await to.request({ method: 'POST', path, headers, body })
    const text = await reply.body.text()
    if (reply.statusCode === 200 && text.includes('"ok":true')) (waits[kind] ??= []).push(performance.now() - since)
    else failed.push(`${kind} ${reply.statusCode} ${text.slice(0, 300)}`)
  }
  const began = performance.now()
  if ('lanes' in pace) {
    const left = calls.values()
    const lane = async (): Promise<void> => {
      for (const call of left) await one(call, performance.now())
    }
    await Promise.all(Array.from({ length: pace.lanes }, lane))
  } else {
    const at = (n: number): number => began + (n * 1_000) / pace.perSecond
    await Promise.all(calls.map((call, n) => new Promise((resolve) => setTimeout(resolve, at(n) - began)).then(() => one(call, at(n)))))
  }
  const ms = performance.now() - began
  for (const each of Object.values(waits)) each.sort((a, b) => a - b)
  return { waits, failed, ms }
}

process.on('message', (message: ToolLoad | 'go') => {
  if (message === 'go') {
    if (load && pool) void answered(load, pool).then((seen) => process.send?.(seen))
    return
  }
  void pool?.close()
  load = message
  pool = new Pool(load.origin, { connections: 64 })
  process.send?.('ready')
})
