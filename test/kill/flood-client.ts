import { Pool } from 'undici'
import { signBird } from '../lab/bird/sign.ts'

// Bird in a hurry, in a process of its own: each webhook has its moment, whether or not those before it are answered, and what wasn't taken comes again. How long one took counts from its moment on.
export type Flood = { type: 'flood'; ports: number[]; path: string; publicUrl: string; key: string; channel: string; rate: number; seconds: number; people: number; lostShare: number; again: readonly number[] }
export type Told = { id: string; person: number; at: number } 
export type FloodNews =
  | { is: 'pace'; sent: number; acknowledged: number; open: number }
  | { is: 'over'; took: Taken; cpuMs: number; rssMb: number; sendingMs: number; lateMs: number }
// In the order of their numbers; 0: never sent. dueAt: by the machine's clock. ackMs: from its moment to its acknowledgement, tryMs: of the try that was taken.
export type Taken = { dueAt: number[]; ackMs: number[]; tryMs: number[]; tries: number[]; refusals: Record<string, number> }
export type FloodOrder = { type: 'server'; port: number; isUp: boolean } | Flood

export const idOf = (number: number): string => `flood-${String(number).padStart(7, '0')}`
// As Bird shows it, in a webhook and in its list.
export const wireOf = (channel: string, { id, person, at }: Told): object => {
  const when = new Date(at).toISOString()
  const contact = { id: `contact-${person}`, identifierKey: 'phonenumber', identifierValue: `+52155${String(10_000_000 + person)}`, annotations: { name: 'Prospecto' } }
  return {
    id, channelId: channel, sender: { contact }, receiver: { connector: { id: `${channel}:connector`, identifierValue: '+525588990011' } }, body: { type: 'text', text: { text: `¿Sigue disponible el departamento? (${id})` } }, meta: { extraInformation: {} },
    context: { type: 'conversation_message', id: `conversation-${person}:${id}:contact-${person}` }, reference: '', status: 'delivered', direction: 'incoming', createdAt: when, updatedAt: when,
  }
}

export const isLost = (number: number, share: number): boolean => (number * 7_919) % 1_000 < share * 1_000

const tellMs = 250
const run = ({ ports, path, publicUrl, key, channel, rate, seconds, people, lostShare, again }: Flood, up: Set<number>): void => {
  const pools = new Map(ports.map((port) => [port, new Pool(`http://127.0.0.1:${port}`, { connections: 128, headersTimeout: 30_000, bodyTimeout: 30_000 })]))
  const total = Math.round(rate * seconds)
  const took: Taken = { dueAt: Array(total).fill(0), ackMs: Array(total).fill(0), tryMs: Array(total).fill(0), tries: Array(total).fill(0), refusals: {} }
  const began = performance.now()
  const beganAt = Date.now()
  let [next, sent, acknowledged, open, done, lateMs, turn] = [0, 0, 0, 0, 0, 0, 0]
  const refused = (why: string): void => void (took.refusals[why] = (took.refusals[why] ?? 0) + 1)

  // As a plain proxy does: in turn over those that are up, and on to the next one where nobody lets it in.
  const through = async (request: { body: Buffer; headers: Record<string, string> }): Promise<number> => {
    const open = ports.filter((port) => up.has(port))
    for (let at = 0; at < open.length; at++) {
      const pool = pools.get(open[turn++ % open.length] ?? 0)
      if (!pool) break
      try {
        const reply = await pool.request({ method: 'POST', path, ...request })
        await reply.body.dump()
        return reply.statusCode
      } catch (thrown) {
        if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'ECONNREFUSED') return 0
      }
    }
    return 502
  }
  const send = async (number: number, dueMs: number): Promise<void> => {
    const at = beganAt + dueMs
    const told = { id: idOf(number), person: number % people, at: Math.floor(at) }
    took.dueAt[number] = at
    if (isLost(number, lostShare)) return over(0)
    const body = Buffer.from(JSON.stringify({ service: 'channels', event: 'whatsapp.inbound', payload: wireOf(channel, told) }))
    const seconds = Math.floor(at / 1_000)
    const headers = { 'content-type': 'application/json', 'messagebird-request-timestamp': String(seconds), 'messagebird-signature': signBird({ url: publicUrl + path, body, key, seconds }) }
    sent++
    open++
    for (let tries = 0; ; tries++) {
      const start = performance.now()
      const status = await through({ body, headers })
      took.tries[number] = tries + 1
      if (status === 200) {
        const now = performance.now()
        took.ackMs[number] = now - began - dueMs
        took.tryMs[number] = now - (tries === 0 ? began + dueMs : start)
        acknowledged++
        break
      }
      refused(status === 0 ? 'broken' : String(status))
      await new Promise((resolve) => setTimeout(resolve, again[Math.min(tries, again.length - 1)]))
    }
    over(1)
  }
  const over = (settled: number): void => {
    open -= settled
    done++
    if (done === total) end()
  }
  const tick = setInterval(() => {
    const now = performance.now() - began
    for (; next < total && (next * 1_000) / rate <= now; next++) {
      const dueMs = (next * 1_000) / rate
      lateMs = Math.max(lateMs, now - dueMs)
      void send(next, dueMs)
    }
    if (next >= total) clearInterval(tick)
  }, 1)
  const telling = setInterval(() => {
    process.send?.({ is: 'pace', sent, acknowledged, open } satisfies FloodNews)
  }, tellMs)
  const end = (): void => {
    clearInterval(telling)
    const { user, system } = process.cpuUsage()
    const news: FloodNews = { is: 'over', took, cpuMs: (user + system) / 1_000, rssMb: Math.round(process.memoryUsage().rss / 2 ** 20), sendingMs: performance.now() - began, lateMs }
    process.send?.(news, () => process.exit(0))
  }
}

const up = new Set<number>()
process.on('message', (order: FloodOrder) => {
  if (order.type === 'flood') return run(order, up)
  if (order.isUp) up.add(order.port)
  else up.delete(order.port)
})
process.once('disconnect', () => process.exit(1))
