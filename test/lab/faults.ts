import { z } from 'zod'

// What a vendor may do to us. on: one of its routes, such as 'POST /things', or '*' for all of them; times: for how many requests.
const where = { on: z.string().min(1), times: z.int().min(1).default(1) }
const ms = z.int().min(0)
const seconds = z.int().min(0)

const kinds = {
  down: {}, // the connection is reset before anything is done
  slow: { ms: ms.optional() }, // nothing is done until ms have passed, or a test releases it
  drip: { ms }, // done, but the answer comes a byte every ms
  lost: {}, // done, but the connection is reset instead of an answer
  garbled: {}, // done, but the answer is JSON that breaks off
  misshapen: {}, // done, but the answer is JSON of another shape
  unauthorized: {}, // 401
  missing: {}, // 404
  expired: {}, // 410
  throttled: { retryAfter: seconds.default(1) }, // 429
  away: { retryAfter: seconds.optional() }, // 503
  lag: { ms: ms.optional() }, // a look-up that doesn't show what is younger than ms, or anything at all
} as const

const kind = <Name extends keyof typeof kinds>(name: Name) => z.strictObject({ ...where, fault: z.literal(name), ...kinds[name] })

export const anyFault = z.discriminatedUnion('fault', [
  kind('down'), kind('slow'), kind('drip'), kind('lost'), kind('garbled'), kind('misshapen'), kind('unauthorized'), kind('missing'), kind('expired'), kind('throttled'), kind('away'), kind('lag'),
])
export type Fault = z.infer<typeof anyFault>
export type FaultWanted = z.input<typeof anyFault>

export type Faults = { add(wanted: unknown): void; take(on: string): Fault | undefined; left(): Fault[]; clear(): void }

export const makeFaults = (routes: readonly string[]): Faults => {
  let queue: Fault[] = []
  return {
    add(wanted) {
      const faults = z.array(anyFault).parse(Array.isArray(wanted) ? wanted : [wanted])
      for (const { on } of faults) if (on !== '*' && !routes.includes(on)) throw new Error(`no route is ${on}; there are ${routes.join(', ')}`)
      queue.push(...faults)
    },
    take(on) {
      const next = queue.find((fault) => fault.on === on || fault.on === '*')
      if (next) queue = queue.flatMap((fault) => (fault !== next ? fault : fault.times > 1 ? { ...fault, times: fault.times - 1 } : []))
      return next
    },
    left: () => [...queue],
    clear() {
      queue = []
    },
  }
}

// The faults that are an answer by themselves, and mean that nothing was done.
export const refusalOf = (fault: Fault | undefined): { status: number; headers: Record<string, string> } | undefined => {
  switch (fault?.fault) {
    case 'unauthorized':
      return { status: 401, headers: {} }
    case 'missing':
      return { status: 404, headers: {} }
    case 'expired':
      return { status: 410, headers: {} }
    case 'throttled':
      return { status: 429, headers: { 'retry-after': String(fault.retryAfter) } }
    case 'away':
      return { status: 503, headers: fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) } }
    default:
      return undefined
  }
}
