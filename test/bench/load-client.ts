import { Pool } from 'undici'
import { signEco } from '../lab/eco/sign.ts'

// A vendor in a hurry, in a process of its own so that its work is not counted as the server's.
export type Load = { url: string; secret: string; concurrency: number; seconds: number }
export type Loaded = { acknowledged: number; refused: number; seconds: number; latencies: number[] }

const run = async ({ url, secret, concurrency, seconds }: Load): Promise<Loaded> => {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: concurrency })
  const latencies: number[] = []
  let refused = 0
  let sent = 0
  const began = performance.now()
  const one = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1_000) {
      const data = { thing_id: `th_${++sent % 997}`, text: 'Hola, ¿sigue disponible el departamento de la Roma?', revision: sent, asks: [] }
      const body = Buffer.from(JSON.stringify([{ id: `ev_${process.pid}_${sent}`, type: 'thing.said', at: '2026-11-23T17:00:00.000Z', data }]))
      const start = performance.now()
      const reply = await pool.request({ method: 'POST', path: pathname, body, headers: { 'content-type': 'application/json', 'eco-account': 'casa', 'eco-signature': signEco({ body, secrets: [secret], nowMs: Date.now() }) } })
      await reply.body.dump()
      if (reply.statusCode === 200) latencies.push(performance.now() - start)
      else refused++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, one))
  const took = (performance.now() - began) / 1_000
  await pool.close()
  return { acknowledged: latencies.length, refused, seconds: took, latencies: latencies.toSorted((a, b) => a - b) }
}

process.once('message', (load: Load) => {
  void run(load).then((loaded) => process.send?.(loaded, () => process.disconnect()))
})
