import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { takeoverWords } from '@portero/shared'
import { theirFields, type Kind, type Theirs } from './ports/crm-fields.ts'
import { homeBySlug, type Agent, type Catalogue, type Home } from './homes.ts'
import { isOver, type Stage } from './leads.ts'
import { callReasons, type putCommunication, type putContact, type putDeal, type putMeeting, type putNote, type putTask, type putTicket, type report } from './ports/crm.ts'
import type { Counterpart, Line, Own } from './reads.ts'
import type { TourStatus } from './tours.ts'

// What the CRM is to hold of a person, as it follows from our own state; and what of that it hasn't been told yet.
type PersonRecord = NonNullable<Awaited<ReturnType<Own['people']['record']>>>
type Args<C extends { args: z.ZodType }> = Omit<z.infer<C['args']>, 'contact' | 'deal'>
// What is ours to say, and what is people's (domain/ports/crm-fields.ts): told once, and then only when it changes on our side.
type EntryOf<K extends Kind, C extends { args: z.ZodType }> = { kind: K; args: Omit<Args<C>, Theirs<K>>; theirs: Partial<Pick<Args<C>, Theirs<K> & keyof Args<C>>> }
export type Entry = EntryOf<'contact', typeof putContact> | EntryOf<'deal', typeof putDeal> | EntryOf<'meeting', typeof putMeeting> | EntryOf<'communication', typeof putCommunication> | EntryOf<'task', typeof putTask> | EntryOf<'note', typeof putNote> | EntryOf<'ticket', typeof putTicket>
// number: how often the CRM was told of this thing, this time included. news: which of what is people's has changed on our side since.
export type Due = Entry & { number: number; digest: string; news: ReadonlySet<string> }
export const newsIn = <T extends object>(theirs: T, { news }: Due): Partial<T> => {
  const kept: Partial<T> = {}
  for (const field in theirs) if (news.has(field)) kept[field] = theirs[field]
  return kept
}

// hasHelpDesk: whether the CRM has one, where whoever waits for a person of ours has a ticket too.
export const entriesOf = (record: PersonRecord, catalogue: Catalogue, hasHelpDesk = false): Entry[] => {
  const { known: { id: ours, phone, whatsapp, name, language, consent, marketing }, leads, tours, conversations, calls, notes, meetings, counterparts } = record
  const who = name ?? phone ?? 'Prospecto de WhatsApp'
  const agentOf = (id: string | undefined): Agent | undefined => catalogue.agents.find((agent) => agent.id === id)
  const ownerOf = (id: string | undefined): { owner?: string } => {
    const { email } = agentOf(id) ?? {}
    return email === undefined ? {} : { owner: email }
  }
  const lifecycle = furthest(leads)
  const report = reportOf(record)
  const main = mainLead(record)
  return [
    {
      kind: 'contact',
      args: { ours, language, ...(phone && { phone }), ...(whatsapp && { whatsapp }), ...(name && { name }), ...(consent && { consent }), ...(marketing && { marketing }), ...(calls.length > 0 && { needsPerson: calls.some(({ isOpen }) => isOpen) }), ...report },
      theirs: { leadStatus: 'new', ...(lifecycle && { lifecycle }) },
    },
    ...leads.map((lead): Entry => {
      const home = homeOf(catalogue, lead.facts.home, tours)
      return { kind: 'deal', args: { ours: lead.id, title: home ? `${who} · ${home.title}` : who, facts: lead.facts, ...(lead.id === main && report) }, theirs: { stage: lead.stage, ...(home && { rentMxn: home.rentMxn }), ...ownerOf(tours.find(stands)?.agent) } }
    }),
    ...tours.map((tour): Entry => {
      const home = catalogue.homes.find(({ id }) => id === tour.home)
      const agent = agentOf(tour.agent)
      const place = home ? placeOf(home) : ''
      return { kind: 'meeting', args: { ours: tour.id, title: `Visita: ${home?.title ?? 'vivienda'}`, body: `${who} visita con ${agent?.name ?? 'un asesor'}.${tour.party > 1 ? ` Van ${tour.party} personas.` : ''}`, location: place, startsAt: tour.startsAt, endsAt: tour.endsAt, status: tour.status, ...(home && { home: home.slug }), ...(agent && { agent: agent.slug }) }, theirs: ownerOf(tour.agent) }
    }),
    // What one of ours arranged with them: a visit it is not, so it names no home.
    ...meetings.map(({ id, agent, title, startsAt, endsAt, status }): Entry => ({
      kind: 'meeting', args: { ours: id, title: title || `Reunión: ${who}`, body: `${who} se reúne con ${agentOf(agent)?.name ?? 'un asesor'}.`, location: '', startsAt, endsAt, status }, theirs: ownerOf(agent),
    })),
    ...calls.map(({ id, reason, summary, owner, agent, dueAt, isOpen }): Entry => ({
      kind: 'task', args: { ours: id, title: `${who}: ${takeoverWords['es-MX'].reason(reason)}`, body: owner === undefined ? summary : `${summary}\n${takeoverWords['es-MX'].inCharge(owner)}`, dueAt, isUrgent: urgent.has(reason), isDone: !isOpen }, theirs: ownerOf(agent),
    })),
    // One that was over before anybody there heard of it needs none.
    ...calls.filter(({ id, isOpen }) => hasHelpDesk && (isOpen || counterparts.some((each) => each.kind === 'ticket' && each.ours === id))).map(({ id, reason, owner, agent, isOpen }): Entry => ({
      kind: 'ticket', args: { ours: id, title: `${who}: ${takeoverWords['es-MX'].reason(reason)}`, body: takeoverWords['es-MX'].ticket(owner) }, theirs: { isUrgent: urgent.has(reason), stage: isOpen ? 'open' : 'closed', ...ownerOf(agent) },
    })),
    ...notes.map(({ id, text, author, at }): Entry => ({ kind: 'note', args: { ours: id, at }, theirs: { body: text, ...(author !== undefined && { owner: author }) } })),
    ...conversations.flatMap(({ id, lines, openedAt }): Entry[] => (lines.length === 0 ? [] : [{ kind: 'communication', args: { ours: id, body: lines.map(spoken).join('\n'), at: lines[0]?.at ?? openedAt }, theirs: {} }])),
  ]
}

// A stage that a lead may be taken back to is as far as the one it came from, so nobody is taken back; a lost lead says nothing.
const far: Record<Stage, number> = { lost: -1, new: 0, qualified: 1, visit_scheduled: 1, visit_done: 1, application: 2, won: 3 }
const lifecycles = ['lead', 'qualified', 'opportunity', 'customer'] as const
const furthest = (leads: PersonRecord['leads']): (typeof lifecycles)[number] | undefined => lifecycles[Math.max(-1, ...leads.map(({ stage }) => far[stage]))]

const reportOf = ({ known, attended: { firstReplyS, byBot, byHuman, calls, lastReason }, tours, conversations }: PersonRecord): z.infer<typeof report> => {
  const counted = (...statuses: TourStatus[]): number => tours.filter(({ status }) => statuses.includes(status)).length
  return {
    source: conversations.length > 0 ? 'whatsapp' : (known.source ?? 'crm'),
    ...(firstReplyS !== undefined && { firstReplyS }),
    ...((byBot || byHuman) && { answeredBy: byBot && byHuman ? 'both' : byBot ? 'bot' : 'human' }),
    ...(calls > 0 && { escalations: calls, escalationReason: callReasons.find((reason) => reason === lastReason) ?? 'other' }),
    ...(tours.length > 0 && { visitsBooked: counted('confirmed', 'completed', 'no_show'), visitsDone: counted('completed'), visitsMissed: counted('no_show') }),
  }
}
export const placeOf = ({ unit, building: { name, address } }: Home): string => `${name}, ${unit} · ${address}`
const urgent: ReadonlySet<string> = new Set(['emergency', 'complaint'])
const stands = ({ status }: { status: TourStatus }): boolean => status !== 'cancelled'
const homeOf = (catalogue: Catalogue, slug: string | undefined, tours: PersonRecord['tours']) => {
  const visited = tours.find(stands)?.home
  return visited ? catalogue.homes.find(({ id }) => id === visited) : slug ? homeBySlug(catalogue, slug) : undefined
}
const speakers: Record<Line['author'], string> = { prospect: 'Prospecto', bot: 'Asistente', human: 'Asesor', portero: 'Portero' }
const spoken = ({ author, text }: Line): string => `${speakers[author]}: ${text}`

// What was told is kept as one hash of all that is ours, and one of each field that is people's: of those, what is as it was told is left out.
export const dueOf = (entries: readonly Entry[], counterparts: readonly Counterpart[]): Due[] =>
  entries.flatMap((entry) => {
    const [number = '0', told = ''] = counterparts.find(({ kind, ours }) => kind === entry.kind && ours === entry.args.ours)?.told?.split(':') ?? []
    const now = new Map<string, unknown>(Object.entries(entry.theirs))
    const marks = theirFields[entry.kind].map((field) => ({ field, mark: hashOf(now.get(field) ?? null, 6) }))
    const digest = [hashOf(entry.args, 8), ...marks.map(({ mark }) => mark)].join('')
    if (digest === told) return []
    const news = marks.flatMap(({ field, mark }, at) => (told.slice(8 + at * 6, 14 + at * 6) === mark ? [] : [field]))
    return [{ ...entry, number: Number(number) + 1, digest, news: new Set(news) }]
  })
const hashOf = (what: unknown, digits: number): string => createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, digits)

// Meetings and conversations hang on the deal that is open, else on the last one.
export const mainLead = ({ leads }: PersonRecord): string | undefined => (leads.find(({ stage }) => !isOver(stage)) ?? leads.at(-1))?.id

// A contact hangs on nothing. Instead it says there which of the CRM's it was that is gone, or that its person had it erased: then nothing of theirs is told until people say that another one is them.
export const goneAs = (external: string): string => `gone:${external}`
export const erasedThere = 'erased'
export const isErasedThere = (counterparts: readonly Counterpart[]): boolean => counterparts.some(({ kind, hung }) => kind === 'contact' && hung === erasedThere)

export const hangsOn = (contact: string, deal: string | undefined): string => `${contact}/${deal ?? ''}`
// An end that people cut there is marked: asked, until they have said whether they meant it; meant, after. Nothing of such a record is hung by itself.
export const ends = ['contact', 'deal'] as const
export type End = (typeof ends)[number]
export const isEnd = (field: string): field is End => ends.some((end) => end === field)
type Cut = 'asked' | 'meant'
const cutMarks: Record<Cut, string> = { asked: '?', meant: '-' }
export const endOf = (hung: string | undefined, end: End): { id: string; cut?: Cut } | undefined => {
  const text = hung?.split('/')[ends.indexOf(end)]
  const cut = (['asked', 'meant'] as const).find((each) => text?.startsWith(cutMarks[each]))
  return text ? { id: text.replace(/^[?-]/, ''), ...(cut && { cut }) } : undefined
}
export const cutAt = (hung: string, which: End, cut: Cut): string =>
  ends.map((end) => (end === which ? `${cutMarks[cut]}${endOf(hung, end)?.id ?? ''}` : (hung.split('/')[ends.indexOf(end)] ?? ''))).join('/')
export const isCut = (hung: string | undefined): boolean => ends.some((end) => endOf(hung, end)?.cut !== undefined)

// Of one record of the CRM, one thing is told at a time; whatever is told of another one needn't wait for it.
export const lineOf = ({ kind, ours }: { kind: Counterpart['kind']; ours: string }): string => `crm:${kind}:${ours}`
// A command's key says which thing was told, for the how-many-eth time, and what.
export const keyOf = ({ kind, args, number, digest }: Due): string => `${lineOf({ kind, ours: args.ours })}:${number}:${digest}`
const key = /^crm:(contact|deal|meeting|communication|task|note|ticket):([0-9a-f-]{36}):(\d+:[0-9a-f]{8,})$/
export const toldBy = (text: string): { kind: Counterpart['kind']; ours: string; told: string } | undefined => {
  const [, kind, ours, told] = key.exec(text) ?? []
  return isKind(kind) && ours && told ? { kind, ours, told } : undefined
}
const isKind = (kind: string | undefined): kind is Counterpart['kind'] => kind !== undefined && Object.hasOwn(theirFields, kind)
