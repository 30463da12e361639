import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { takeoverWords } from '@portero/shared'
import { homeBySlug, type Catalogue } from './homes.ts'
import { isOver } from './leads.ts'
import type { putCommunication, putContact, putDeal, putMeeting, putTask } from './ports/crm.ts'
import type { Counterpart, Line, Own } from './reads.ts'

// What the CRM is to hold of a person, as it follows from our own state; and what of that it hasn't been told yet.
type PersonRecord = NonNullable<Awaited<ReturnType<Own['people']['record']>>>
type Args<C extends { args: z.ZodType }> = Omit<z.infer<C['args']>, 'contact' | 'deal'>
export type Entry =
  | { kind: 'contact'; args: Args<typeof putContact> }
  | { kind: 'deal'; args: Args<typeof putDeal> }
  | { kind: 'meeting'; args: Args<typeof putMeeting> }
  | { kind: 'communication'; args: Args<typeof putCommunication> }
  | { kind: 'task'; args: Args<typeof putTask> }
// number: how often the CRM was told of this thing, this time included.
export type Due = Entry & { number: number; digest: string }

export const entriesOf = ({ known, leads, tours, conversations, calls }: PersonRecord, catalogue: Catalogue): Entry[] => {
  const { id: ours, phone, name, language } = known
  const who = name ?? phone ?? 'Prospecto de WhatsApp'
  return [
    { kind: 'contact', args: { ours, language, ...(phone && { phone }), ...(name && { name }), ...(calls.length > 0 && { needsPerson: calls.some(({ isOpen }) => isOpen) }) } },
    ...leads.map((lead): Entry => {
      const home = homeOf(catalogue, lead.facts.home, tours)
      return { kind: 'deal', args: { ours: lead.id, title: home ? `${who} · ${home.title}` : who, stage: lead.stage, facts: lead.facts, ...(home && { rentMxn: home.rentMxn }) } }
    }),
    ...tours.map((tour): Entry => {
      const home = catalogue.homes.find(({ id }) => id === tour.home)
      const agent = catalogue.agents.find(({ id }) => id === tour.agent)
      const place = home ? `${home.building.name}, ${home.unit} · ${home.building.address}` : ''
      return { kind: 'meeting', args: { ours: tour.id, title: `Visita: ${home?.title ?? 'vivienda'}`, body: `${who} visita con ${agent?.name ?? 'un asesor'}.`, location: place, startsAt: tour.startsAt, endsAt: tour.endsAt, status: tour.status } }
    }),
    ...calls.map(({ id, reason, summary, owner, dueAt, isOpen }): Entry => ({
      kind: 'task', args: { ours: id, title: `${who}: ${takeoverWords['es-MX'].reason(reason)}`, body: owner === undefined ? summary : `${summary}\n${takeoverWords['es-MX'].inCharge(owner)}`, dueAt, isUrgent: urgent.has(reason), isDone: !isOpen },
    })),
    ...conversations.flatMap(({ id, lines, openedAt }): Entry[] => (lines.length === 0 ? [] : [{ kind: 'communication', args: { ours: id, body: lines.map(spoken).join('\n'), at: lines[0]?.at ?? openedAt } }])),
  ]
}

const urgent: ReadonlySet<string> = new Set(['emergency', 'complaint'])
const homeOf = (catalogue: Catalogue, slug: string | undefined, tours: PersonRecord['tours']) => {
  const visited = tours.find(({ status }) => status !== 'cancelled')?.home
  return visited ? catalogue.homes.find(({ id }) => id === visited) : slug ? homeBySlug(catalogue, slug) : undefined
}
const speakers: Record<Line['author'], string> = { prospect: 'Prospecto', bot: 'Asistente', human: 'Asesor', portero: 'Portero' }
const spoken = ({ author, text }: Line): string => `${speakers[author]}: ${text}`

export const dueOf = (entries: readonly Entry[], counterparts: readonly Counterpart[]): Due[] =>
  entries.flatMap((entry) => {
    const [number = '0', digest] = counterparts.find(({ kind, ours }) => kind === entry.kind && ours === entry.args.ours)?.told?.split(':') ?? []
    const wanted = createHash('sha256').update(JSON.stringify(entry.args)).digest('hex').slice(0, 16)
    return wanted === digest ? [] : [{ ...entry, number: Number(number) + 1, digest: wanted }]
  })

// Meetings and conversations hang on the deal that is open, else on the last one.
export const mainLead = ({ leads }: PersonRecord): string | undefined => (leads.find(({ stage }) => !isOver(stage)) ?? leads.at(-1))?.id

// A command's key says which thing was told, for the how-many-eth time, and what.
export const keyOf = ({ kind, args, number, digest }: Due): string => `crm:${kind}:${args.ours}:${number}:${digest}`
const key = /^crm:(contact|deal|meeting|communication|task):([0-9a-f-]{36}):(\d+:[0-9a-f]{16})$/
export const toldBy = (text: string): { kind: Counterpart['kind']; ours: string; told: string } | undefined => {
  const [, kind, ours, told] = key.exec(text) ?? []
  return isKind(kind) && ours && told ? { kind, ours, told } : undefined
}
const isKind = (kind: string | undefined): kind is Counterpart['kind'] => kind === 'contact' || kind === 'deal' || kind === 'meeting' || kind === 'communication' || kind === 'task'
