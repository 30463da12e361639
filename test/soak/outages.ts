import type { FaultWanted } from '../lab/faults.ts'
import type { Lab } from '../lab/index.ts'

// What goes wrong at the vendors, in turn: out, slow, too much asked, 503, answers that are lost.
export type Outage = { vendor: Vendor; is: FaultWanted['fault']; from: number; to: number | undefined }
type Vendor = 'bird' | 'hubspot' | 'google' | 'graph' | 'openai'
type Ill = { vendor: Vendor; fault: FaultWanted }
const noticedMs = 90_000 // a breaker stays open until somebody calls there again: a calendar, within a minute
const always = { on: '*', times: 10_000_000 }
const ills: readonly Ill[] = [
  { vendor: 'hubspot', fault: { ...always, fault: 'down' } },
  { vendor: 'google', fault: { ...always, fault: 'away' } },
  { vendor: 'bird', fault: { ...always, fault: 'down' } },
  { vendor: 'graph', fault: { ...always, fault: 'slow', ms: 8_000 } },
  { vendor: 'hubspot', fault: { ...always, fault: 'throttled', retryAfter: 2 } },
  { vendor: 'google', fault: { ...always, fault: 'down' } },
  { vendor: 'bird', fault: { ...always, fault: 'slow', ms: 4_000 } },
  { vendor: 'graph', fault: { ...always, fault: 'down' } },
  { vendor: 'openai', fault: { ...always, fault: 'away' } },
  { vendor: 'google', fault: { ...always, fault: 'slow', ms: 8_000 } },
  { vendor: 'bird', fault: { ...always, fault: 'throttled', retryAfter: 2 } },
  { vendor: 'graph', fault: { ...always, fault: 'away' } },
  { vendor: 'hubspot', fault: { ...always, fault: 'slow', ms: 4_000 } },
]

export type Outages = { all: Outage[]; begin(): void; end(): void; during(at: number): string; isAiling(vendor: string): boolean } // isAiling: now, or so lately that we needn't have noticed
export const makeOutages = (lab: Lab): Outages => {
  const all: Outage[] = []
  let next = 0
  const end = (): void => {
    const last = all.at(-1)
    if (!last || last.to !== undefined) return
    last.to = Date.now()
    lab[last.vendor].clearFaults()
    lab[last.vendor].release()
  }
  return {
    all, end,
    begin() {
      end()
      const { vendor, fault } = ills[next++ % ills.length]!
      all.push({ vendor, is: fault.fault, from: Date.now(), to: undefined })
      lab[vendor].fault(fault)
    },
    isAiling: (vendor) => all.some((one) => one.vendor === vendor && Date.now() < (one.to ?? Infinity) + noticedMs),
    during: (at) => all.filter(({ from, to = Infinity }) => at >= from && at < to + 10_000).map(({ vendor, is }) => `${vendor} ${is}`).join(', ') || 'none',
  }
}
