import type { PoolClient } from 'pg'
import { faultCode } from './fault.ts'

// Most of what a turn costs PostgreSQL is parsing and planning the same statements again, so a connection prepares what it is asked a second time.
const most = 400 // that a connection keeps, for as long as it lives; those with lists of any length make ever new ones
const mostOnce = 2_000 // texts that are remembered for having been asked once
const changed = '0A000' // a prepared statement refuses to give other columns than at first

export const preparing = (client: PoolClient): void => {
  const names = new Map<string, string>()
  const once = new Set<string>()
  let named = 0
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known !== undefined) return known
    if (names.size >= most || !planned.test(text) || columnsAsThereAre.test(text)) return undefined
    if (!once.has(text)) {
      if (once.size >= mostOnce) once.clear()
      once.add(text)
      return undefined
    }
    once.delete(text)
    const name = `p${named++}`
    names.set(text, name)
    return name
  }
  const query: unknown = client.query.bind(client)
  if (typeof query !== 'function') return
  Object.assign(client, {
    query(text: unknown, values: unknown, ...rest: unknown[]): unknown {
      const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined
      if (name === undefined) return Reflect.apply(query, client, [text, values, ...rest])
      const answer: Promise<unknown> = Reflect.apply(query, client, [{ name, text, values }])
      return answer.catch((thrown: unknown) => {
        if (faultCode(thrown) === changed) names.clear()
        throw thrown
      })
    },
  })
}

const planned = /^\s*(select|insert|update|delete|with|values)\b/i
// A migration may add one while old servers run.
const columnsAsThereAre = /(\b(select|distinct|returning)|[.,])\s*\*/i
