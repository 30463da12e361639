import type { Millis } from '../define.ts'
import { ofHouse, type ConnectionTrouble } from '../domain/troubles.ts'
import { minuteMs } from '../domain/zones.ts'
import type { Drift, Line } from '../store/connection-health.ts'
import type { AccountShown, ConnectionsShown } from '../store/connections-view.ts'
import type { Figures, FiguresOf, Resting } from '../store/vendor-figures.ts'

// What the page on integrations is made of, and what of it somebody should do something about.
export type Health = { figures: FiguresOf; resting: readonly Resting[]; lines: readonly Line[]; silent: readonly string[]; drift: Drift } // silent: connections of which an alarm says so
export type PageShown = ConnectionsShown & Health & { unasked: number; refused: number } // unasked: visits over which something came, that nobody could be called for. refused: and those that their calendar didn't take.
// One account of a system, or all calendars of a vendor, which are too many to be looked at one by one.
export type System = { id: string; vendor: string; accounts: readonly AccountShown[]; isCalendar: boolean; mostAMinute: number; mustHear: boolean; figures: Figures; resting: readonly Resting[]; lines: readonly Line[]; isSilent: boolean }

export const behindMs: Millis = 15 * minuteMs // three looks that failed
const lateMs: Millis = 5 * minuteMs
const unheardMs: Millis = 24 * 60 * minuteMs
const outages: ReadonlySet<string> = new Set(['unavailable', 'timeout', 'bad_response', 'disconnected', 'bug']) // another code is an answer
const fewest = 5 // calls of which a share says something
const tooMany = 0.05
const crowded = 0.8

type About = (vendor: string) => { mostAMinute: number; mustHear: boolean } | undefined
export const systemsOf = ({ accounts, figures, resting, lines, silent }: PageShown, calendars: readonly string[], about: About): System[] => {
  const systemOf = (id: string, vendor: string, ours: readonly AccountShown[]): System => {
    const ids = ours.map((each) => each.id)
    const { mostAMinute = 0, mustHear = false } = about(vendor) ?? {}
    const of = <T extends { connection?: string | undefined }>(all: readonly T[]): T[] => all.filter(({ connection }) => connection !== undefined && ids.includes(connection))
    return { id, vendor, accounts: ours, isCalendar: calendars.includes(vendor), mostAMinute, mustHear, figures: figures(ids), resting: of(resting), lines: of(lines), isSilent: ids.some((each) => silent.includes(each)) }
  }
  const single = accounts.filter(({ vendor }) => !calendars.includes(vendor)).map((account) => systemOf(account.id, account.vendor, [account]))
  const grouped = calendars.flatMap((vendor) => {
    const ours = accounts.filter((each) => each.vendor === vendor)
    return ours.length === 0 ? [] : [systemOf(vendor, vendor, ours)]
  })
  return [...single, ...grouped]
}

export type Sign = { tone: 'bad' | 'warn' } & (
  | { is: Exclude<ConnectionTrouble, 'silent'> | 'breaker' | 'refused' | 'unheard' }
  | { is: 'failing' | 'crowded' | 'throttled'; share: number }
  | { is: 'late'; forMs: Millis }
  | { is: 'dead' | 'behind'; count: number }
  | { is: 'silent'; since: Millis | undefined }
)
// The worst first.
export const signsOf = ({ accounts, isCalendar, mustHear, mostAMinute, figures: { hour, peak }, resting, lines, isSilent }: System, now: Millis): Sign[] => {
  const rests = (state: Resting['state']): boolean => resting.some((each) => each.state === state)
  const troubles = [...new Set(accounts.flatMap((each) => each.troubles))].filter((is) => is !== 'silent' && !ofHouse(is))
  const failed = hour.failures.reduce((total, { code, count }) => total + (outages.has(code) ? count : 0), 0)
  const behind = isCalendar ? accounts.filter(({ readAt }) => readAt !== undefined && now - readAt > behindMs).length : 0
  const oldestAt = Math.min(now, ...lines.flatMap((each) => each.oldestAt ?? []))
  const dead = lines.reduce((total, each) => total + each.dead, 0)
  const heard = accounts.flatMap(({ heardAt }) => heardAt ?? [])
  const isUnheard = mustHear && accounts.some(({ heardAt, since }) => heardAt === undefined && now - since > unheardMs)
  const signs: (Sign | false)[] = [
    ...troubles.map((is): Sign => ({ tone: 'bad', is })),
    rests('breaker') && { tone: 'bad', is: 'breaker' },
    rests('key') && troubles.length === 0 && { tone: 'bad', is: 'refused' },
    !rests('breaker') && hour.sent >= fewest && failed / hour.sent > tooMany && { tone: 'bad', is: 'failing', share: failed / hour.sent },
    isSilent && { tone: 'bad', is: 'silent', since: heard.length === 0 ? undefined : Math.max(...heard) },
    isUnheard && { tone: 'warn', is: 'unheard' },
    behind > 0 && { tone: 'warn', is: 'behind', count: behind },
    now - oldestAt > lateMs && { tone: 'warn', is: 'late', forMs: now - oldestAt },
    dead > 0 && { tone: 'warn', is: 'dead', count: dead },
    mostAMinute > 0 && peak / mostAMinute >= crowded && { tone: 'warn', is: 'crowded', share: peak / mostAMinute },
    hour.theirs >= fewest && hour.theirs / hour.sent > tooMany && { tone: 'warn', is: 'throttled', share: hour.theirs / hour.sent },
  ]
  return signs.filter((sign) => sign !== false)
}
