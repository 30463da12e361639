import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Incident } from '../domain/incident.ts'
import type { Audit } from '../spine/audit.ts'
import type { Connections } from '../spine/connections.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Registry } from '../spine/registry.ts'
import type { Vault } from '../spine/vault.ts'
import { agentIn } from '../store/agent-channels.ts'
import { cardZone } from '../store/card-transcript.ts'
import { loadCatalogue } from '../store/homes.ts'
import { answersIn, calendarOf, conversationNamed, deedsIn, livesIn, messagesIn, minutesIn, slowIn } from '../store/incidents.ts'
import { actionsTold, incidentOf } from './incident.ts'

// What went odd in one conversation, for whoever mends it: written by whoever is woken, played by them as often as they like.
export type House = { db: Db; vault: Vault; audit: Audit; connections: Connections; tenant: string }
export type IncidentFlags = { out?: string | undefined; since?: string | undefined; until?: string | undefined }
type Needs = { clock: Pick<Clock, 'now'>; registry: Registry; tools: readonly { name: string }[]; say(line: string): void; withHouse(work: (house: House) => Promise<void>): Promise<void> }
const mostMessages = 1_000

export const printIncident = async (named: string, { out = 'incident.json', since, until }: IncidentFlags, { clock, registry, tools, say, withHouse }: Needs): Promise<void> => {
  const span = { from: timeIn(since, '--since') ?? 0, to: timeIn(until, '--until') ?? clock.now() + 1 }
  await withHouse(async (house) => {
    const told = await incidentIn(house, { named, ...span }, { registry, tools })
    writeFileSync(out, `${JSON.stringify(told, null, 1)}\n`, { mode: 0o600 })
    say(`${told.came.length} that came from outside and ${told.did.length} that were done about it, written to ${out}: kinds and times, and nothing that anybody wrote.`)
    for (const line of leftOut(told)) say(line)
    say(`In a checkout, npm run sim -- --incident ${out} plays it.`)
  })
}
const timeIn = (text: string | undefined, flag: string): Millis | undefined => {
  if (text === undefined) return undefined
  if (z.union([z.iso.date(), z.iso.datetime({ offset: true })]).safeParse(text).success) return Date.parse(text)
  throw new AppError('invalid_input', `${flag} ${text} is no time: write it as 2026-11-23 or 2026-11-23T17:00:00Z`)
}
const leftOut = ({ left, came }: Incident): string[] => [
  ...(left.files > 0 ? [`${left.files} came with a file or a place: they are played as words.`] : []), ...(left.edited > 0 ? [`${left.edited} were edited or taken back: they are played as they stood last.`] : []), ...(left.unread > 0 ? [`${left.unread} can't be read any more.`] : []),
  ...(came.some((each) => each.is === 'wrote' && each.means.wish === 'other') ? ['Of some messages it is not known what they meant.'] : []),
]

// Who looks is in the audit before anything is opened, as for every read of a conversation.
export const incidentIn = async (house: House, { named, from: asked, to }: { named: string; from: Millis; to: Millis }, { registry, tools }: Pick<Needs, 'registry' | 'tools'>): Promise<Incident> => {
  const { db, audit, tenant } = house
  const whose = await conversationNamed(house, named)
  if (!whose) throw new AppError('not_found', `there is no conversation ${named}: the console has its id in the address of its page`)
  await audit.record(db.bare, { subject: { tenant, by: 'staff', user: 'cli', conversation: whose.id, ...(whose.people[0] !== undefined && { person: whose.people[0] }) }, what: 'read:incident', object: whose.id })
  const span = { from: Math.max(asked, whose.openedAt - dayMs), to }
  const said = await messagesIn(house, whose, span, mostMessages + 1)
  const [first] = said
  if (!first) throw new AppError('not_found', 'nobody wrote anything there in that time: --since and --until say another')
  if (said.length > mostMessages) throw new AppError('too_large', `there are more than ${mostMessages} messages: --since and --until say of which time`)
  const during = { from: first.at, to }
  const deeds = await deedsIn(house, whose, during, actionsTold)
  const calendars = new Map<string, string>()
  for (const tour of new Set(deeds.flatMap(({ args, result }) => toursIn(args, result)))) {
    const vendor = await calendarOf(house, tour)
    if (vendor !== undefined) calendars.set(tour, vendor)
  }
  const catalogue = await loadCatalogue(db.bare, tenant)
  const channel = (await house.connections.all(db.bare)).find(({ id }) => id === whose.connection)
  const connectors = [...registry.connectors.values()]
  return incidentOf(
    { agent: agentIn(channel?.settings) === 'portero' ? 'portero' : 'bird', said, deeds, calendars, facts: await answersIn(house, whose, during), slow: await slowIn(house, whose, during), minutes: await minutesIn(house, during), lives: await livesIn(house, during) },
    { catalogue, zone: catalogue.homes[0]?.building.zone ?? cardZone, tools: tools.map(({ name }) => name), vendors: connectors.map(({ name }) => name), commands: connectors.flatMap(({ does = [] }) => does.map(({ command }) => command.name)) },
  )
}
const dayMs: Millis = 86_400_000
const tourIn = z.looseObject({ tour: z.union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)]) })
const toursIn = (...told: readonly unknown[]): string[] => told.flatMap((each) => tourIn.safeParse(each).data?.tour ?? [])
