import type { Effect } from '../lab/eco/simulator.ts'
import type { Event } from './client.ts'

// What was promised against what is there. Every sentence that comes out is a promise broken.
export type Facts = {
  events: { event: Event; acknowledged: boolean }[]
  effects: Effect[]
  tally: { what: 'said' | 'done' | 'dead'; key: string }[]
  jobs: { id: string; kind: 'turn' | 'command'; name: string; key: string; state: string; attempts: number; fence: number; uncertain: boolean; code: string | null }[]
  audited: { what: string; object: string }[]
  inbox: { state: string; count: number }[]
  chain: { sealed: number; unsealed: number; broken: number | undefined }
}

export const broken = (facts: Facts): string[] => {
  const said = counted(facts.tally.filter(({ what }) => what === 'said').map(({ key }) => key))
  const done = counted(facts.tally.filter(({ what }) => what === 'done').map(({ key }) => key))
  const dead = counted(facts.tally.filter(({ what }) => what === 'dead').map(({ key }) => key))
  const effects = counted(facts.effects.map(({ command, reference }) => `${command} ${reference}`))
  const audited = counted(facts.audited.map(({ object }) => object))
  const commands = new Map(facts.jobs.filter(({ kind }) => kind === 'command').map((job) => [job.key, job]))

  const ofEvent = ({ event: { id, asks }, acknowledged }: Facts['events'][number]): string[] => {
    const times = said(id)
    if (times > 1) return [`${id} changed our state ${times} times`]
    if (times === 0) return acknowledged ? [`${id} was acknowledged and lost`] : asks.filter((ask) => effects(`${ask} ${id}:${ask}`) > 0).map((ask) => `${id} was never heard, and yet ${ask} happened`)
    return asks.flatMap((ask) => ofCommand(ask, `${id}:${ask}`))
  }

  const ofCommand = (ask: string, key: string): string[] => {
    const job = commands.get(key)
    const happened = effects(`${ask} ${key}`)
    if (!job) return [`${key} is not in the outbox`]
    const found: string[] = []
    if (happened > 1) found.push(`${key} happened ${happened} times at the vendor`)
    if (done(key) + dead(key) !== 1) found.push(`${key} was answered ${done(key) + dead(key)} times`)
    if (audited(key) !== 1) found.push(`${key} is ${audited(key)} times in the audit`)
    // Only what can't be looked up may stay unknown; and what is unknown says so.
    if (job.state === 'dead' && (ask !== 'shout' || !job.uncertain || dead(key) !== 1)) found.push(`${key} is dead by ${job.code}${job.uncertain ? ', uncertain' : ''}`)
    if (job.state === 'done' && (happened !== 1 || done(key) !== 1)) found.push(`${key} is done, happened ${happened} times and was answered as ${done(key) === 1 ? 'done' : 'dead'}`)
    if (job.state !== 'done' && job.state !== 'dead') found.push(`${key} is ${job.state}`)
    return found
  }

  const ofHouse = [
    ...facts.jobs.filter(({ kind, state }) => kind === 'turn' && state !== 'done').map(({ name, key, state, code }) => `the turn ${name} ${key} is ${state} by ${code}`),
    ...facts.inbox.filter(({ state }) => state !== 'parsed').map(({ state, count }) => `${count} raw deliveries are ${state}`),
    ...(facts.chain.broken === undefined ? [] : [`the audit's chain breaks at ${facts.chain.broken}`]),
    ...(facts.chain.unsealed === 0 && facts.chain.sealed > 0 ? [] : [`${facts.chain.unsealed} audit rows are unsealed, ${facts.chain.sealed} sealed`]),
  ]
  return [...facts.events.flatMap(ofEvent), ...ofHouse]
}

const counted = (keys: readonly string[]): ((key: string) => number) => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return (key) => counts.get(key) ?? 0
}
