import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { DB, Millis } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { CalendarReads } from '../domain/ports/calendar.ts'
import { isNo, type ConsentStatus } from '../domain/consent.ts'
import type { Attended, Call, Known, Line, Note, Own } from '../domain/reads.ts'
import { noPreference, type ShowRates } from '../domain/show-rate.ts'
import type { Db } from '../spine/db.ts'
import type { Clock } from '../spine/clock.ts'
import type { Log } from '../spine/log.ts'
import type { Vault } from '../spine/vault.ts'
import { agentOf } from './agent-channels.ts'
import { bookingToken } from './booking-links.ts'
import { makeBusy } from './busy-lists.ts'
import { calendarsOf } from './calendars.ts'
import { calendarToken } from './calendar-links.ts'
import { consentTo, heldNow } from './consents.ts'
import { counterpartsOf, toldAt } from './counterparts.ts'
import { makeHandles } from './handles.ts'
import { loadCatalogue } from './homes.ts'
import { findLead, openLead, type LeadRow } from './leads.ts'
import { mediaToken } from './media-links.ts'
import { toTell } from './media-told.ts'
import { meetingsOf } from './met.ts'
import { claimValue, escalationSummary, messageBody, noteText, personName } from './places.ts'
import { makeShowRates } from './show-rates.ts'
import { takenTimes, toursOf } from './tours.ts'

// What tools and flows may ask of our own state. The catalogue is the same for everybody and changes rarely, so it is remembered for a moment.
const rememberMs: Millis = 10_000
const mostLines = 200

export type OwnReads = ((tenant: string) => Own) & { forget(): void } // forget: the catalogue, which is another one
export const makeOwnReads = ({ db, clock, vault, log, publicBaseUrl, shadow = false, calendarVendors = [], lateVendors = [], calendar }: { db: Db; clock: Clock; vault: Vault; log?: Log; publicBaseUrl: string; shadow?: boolean; calendarVendors?: readonly string[]; lateVendors?: readonly string[]; calendar?: (tenant: string) => CalendarReads }): OwnReads => {
  const remembered = new Map<string, { catalogue: Promise<Catalogue>; until: Millis }>()
  const catalogueOf = (tenant: string): Promise<Catalogue> => {
    const known = remembered.get(tenant)
    if (known && known.until > clock.now()) return known.catalogue
    const catalogue = loadCatalogue(db.bare, tenant)
    remembered.set(tenant, { catalogue, until: clock.now() + rememberMs })
    catalogue.catch(() => remembered.delete(tenant))
    return catalogue
  }
  const busy = makeBusy({ db, clock, log, vendors: calendarVendors, late: lateVendors, ask: calendar })
  const showRatesOf = makeShowRates({ db, clock, log })
  // Asked each time, since it holds at once; but only where it would change anything.
  const ratesFor = async (on: Kysely<DB>, tenant: string, person: string): Promise<ShowRates> => {
    const rates = await showRatesOf(tenant)
    return rates !== noPreference && isNo(await consentTo(on, tenant, person, 'profiling')) ? noPreference : rates
  }
  const channels = new Map<string, { agent: ReturnType<typeof agentOf>; until: Millis }>()
  const agentAt = (tenant: string, connection: string): ReturnType<typeof agentOf> => {
    const known = channels.get(connection)
    if (known && known.until > clock.now()) return known.agent
    const agent = agentOf({ on: db.bare, vault }, tenant, connection)
    channels.set(connection, { agent, until: clock.now() + rememberMs / 2 })
    agent.catch(() => channels.delete(connection))
    return agent
  }
  const ownOf = (tenant: string): Own => {
    const on = db.bare
    const open = async (place: string, sealed: Buffer): Promise<string> => (await vault.open(on, tenant, place, sealed)).toString()
    return {
      house: { isShadow: async () => shadow },
      channels: { agentOf: (connection) => agentAt(tenant, connection) },
      calendars: { all: () => calendarsOf(on, tenant, calendarVendors), busy: () => busy.busy(tenant), now: (asked) => busy.now(tenant, asked) },
      homes: { catalogue: () => catalogueOf(tenant) },
      files: { toTell: (which) => toTell({ on, vault, tenant, now: clock.now() }, which) },
      tours: { taken: (range) => takenTimes(on, tenant, { ...range, now: clock.now() }), of: (person) => toursOf(on, tenant, person), showRates: (person) => ratesFor(on, tenant, person) },
      people: {
        toldAt: (kind, external) => toldAt(on, tenant, kind, external),
        async lead(person) {
          const row = await findLead(on, tenant, person)
          return row && openLead(row, open)
        },
        async record(person) {
          const known = await personOf(on, tenant, person, open)
          if (!known) return undefined
          const { rows: leads } = await sql<LeadRow>`select id, person_id, stage, facts_sealed from lead where tenant_id = ${tenant} and person_id = ${person} order by opened_at`.execute(on)
          return {
            known, tours: await toursOf(on, tenant, person), meetings: await meetingsOf(on, tenant, person, open), conversations: await conversationsOf(on, tenant, person, open), calls: await callsOf(on, tenant, person, open), notes: await notesOf(on, tenant, person, open), attended: await attendedOf(on, tenant, person), counterparts: await counterpartsOf(on, tenant, person),
            leads: await Promise.all(leads.map((row) => openLead(row, open))),
          }
        },
      },
      handles: { ...makeHandles({ on, vault, tenant, now: clock.now }), calendarUrl: async (tour) => `${publicBaseUrl}/ics/${await calendarToken({ on, vault }, { tenant, tour })}`, bookingUrl: async (which) => `${publicBaseUrl}/book/${await bookingToken({ on, vault }, { tenant, ...which }, clock.now())}`, conversationsUrl: async () => `${publicBaseUrl}/console/conversations/`, mediaUrl: async (which) => `${publicBaseUrl}/media/${await mediaToken({ on, vault }, { tenant, ...which }, clock.now())}` },
    }
  }
  return Object.assign(ownOf, { forget: () => remembered.clear() })
}

const claimed = (kind: 'phone' | 'whatsapp') => sql`(select value_sealed from claim c where c.tenant_id = p.tenant_id and c.person_id = p.id and kind = ${kind} order by claimed_at limit 1)`
type Open = (place: string, sealed: Buffer) => Promise<string>
const personOf = async (on: Kysely<DB>, tenant: string, person: string, open: Open): Promise<Known | undefined> => {
  const { rows: [row] } = await sql<Pick<Known, 'language'> & { consent: ConsentStatus | null; marketing: ConsentStatus | null; source: 'whatsapp' | 'crm' | null; name_sealed: Buffer | null; phone_sealed: Buffer | null; whatsapp_sealed: Buffer | null }>`select name_sealed, language, source, ${claimed('phone')} as phone_sealed, ${claimed('whatsapp')} as whatsapp_sealed,
    ${heldNow(sql`p.tenant_id`, sql`p.id`, 'messages')} as consent, ${heldNow(sql`p.tenant_id`, sql`p.id`, 'marketing')} as marketing from person p where tenant_id = ${tenant} and id = ${person} and blocked_at is null`.execute(on)
  if (!row) return undefined
  return {
    id: person, language: row.language, consent: yesOrNo(row.consent), marketing: yesOrNo(row.marketing), ...(row.source && { source: row.source }),
    name: row.name_sealed ? await open(personName(person), row.name_sealed) : undefined,
    phone: row.phone_sealed ? await open(claimValue('phone', person), row.phone_sealed) : undefined,
    whatsapp: row.whatsapp_sealed ? await open(claimValue('whatsapp', person), row.whatsapp_sealed) : undefined,
  }
}

// The CRM needs not know which way somebody said no.
const yesOrNo = (status: ConsentStatus | null): 'granted' | 'revoked' | undefined => (status === null ? undefined : isNo(status) ? 'revoked' : 'granted')

const words = z.looseObject({ text: z.string() })
const conversationsOf = async (on: Kysely<DB>, tenant: string, person: string, open: Open): Promise<{ id: string; lines: Line[]; openedAt: Millis }[]> => {
  const { rows: conversations } = await sql<{ id: string; openedAt: Millis }>`select id, opened_at as "openedAt" from conversation where tenant_id = ${tenant} and person_id = ${person} order by opened_at desc limit 3`.execute(on)
  return Promise.all(conversations.map(async (conversation) => {
    const { rows } = await sql<{ id: string; author: Line['author']; body_sealed: Buffer; at: Millis }>`select id, author, body_sealed, sent_at as at from message
      where tenant_id = ${tenant} and conversation_id = ${conversation.id} and body_sealed is not null order by sent_at desc, id desc limit ${mostLines}`.execute(on)
    const lines = await Promise.all(rows.toReversed().map(async ({ id, author, body_sealed, at }): Promise<Line> => ({ author, at, text: words.parse(JSON.parse(await open(messageBody(id), body_sealed))).text })))
    return { ...conversation, lines }
  }))
}

const mostCalls = 20
const callsOf = async (on: Kysely<DB>, tenant: string, person: string, open: Open): Promise<Call[]> => {
  const { rows } = await sql<Omit<Call, 'summary'> & { summary_sealed: Buffer }>`select id, reason, summary_sealed, owner, owner_id as agent, due_at as "dueAt", closed_at is null as "isOpen" from escalation
    where tenant_id = ${tenant} and person_id = ${person} order by opened_at desc limit ${mostCalls}`.execute(on)
  return Promise.all(rows.map(async ({ id, reason, summary_sealed, owner, agent, dueAt, isOpen }) => ({ id, reason, summary: await open(escalationSummary(id), summary_sealed), owner: owner ?? undefined, agent: agent ?? undefined, dueAt, isOpen })))
}

// By e-mail where an operator goes by one, and as the door knows them where that is none of ours: another name means nothing to the CRM.
const mostNotes = 50
const notesOf = async (on: Kysely<DB>, tenant: string, person: string, open: Open): Promise<Note[]> => {
  const { rows } = await sql<Omit<Note, 'text' | 'author'> & { text_sealed: Buffer; author: string | null; name: string | null }>`select n.id, n.text_sealed, n.written_at as at, n.author, o.name from note n
    left join operator o on o.tenant_id = n.tenant_id and o.id::text = n.author where n.tenant_id = ${tenant} and n.person_id = ${person} order by n.written_at desc, n.id desc limit ${mostNotes}`.execute(on)
  return Promise.all(rows.map(async ({ id, text_sealed, at, author, name }) => ({ id, at, text: await open(noteText(id), text_sealed), author: (name === null ? author : z.email().safeParse(name).data) ?? undefined })))
}

const attendedOf = async (on: Kysely<DB>, tenant: string, person: string): Promise<Attended> => {
  const { rows: [row] } = await sql<{ heardAt: Millis | null; answeredAt: Millis | null; byBot: boolean | null; byHuman: boolean | null; calls: number; lastReason: string | null }>`with
    said as (select m.author, m.sent_at from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id where c.tenant_id = ${tenant} and c.person_id = ${person} and m.author <> 'portero' and m.status <> 'failed'),
    heard as (select min(sent_at) as at from said where author = 'prospect'),
    called as (select reason, opened_at from escalation where tenant_id = ${tenant} and person_id = ${person})
    select (select at from heard) as "heardAt", min(sent_at) filter (where author <> 'prospect' and sent_at >= (select at from heard)) as "answeredAt", bool_or(author = 'bot') as "byBot", bool_or(author = 'human') as "byHuman",
      (select count(*) from called) as calls, (select reason from called order by opened_at desc limit 1) as "lastReason" from said`.execute(on)
  const { heardAt = null, answeredAt = null, byBot = false, byHuman = false, calls = 0, lastReason = null } = row ?? {}
  return { firstReplyS: heardAt !== null && answeredAt !== null ? Math.round((answeredAt - heardAt) / 1000) : undefined, byBot: byBot === true, byHuman: byHuman === true, calls, lastReason: lastReason ?? undefined }
}
