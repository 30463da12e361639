import { sql, type RawBuilder } from 'kysely'
import { sendMessage } from '@portero/tool-server/domain/ports/messaging.ts'
import { makeDb, type Db, type Engine } from '@portero/tool-server/spine/db.ts'
import { makeAudit } from '@portero/tool-server/spine/audit.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { messageBody } from '@portero/tool-server/store/places.ts'
import type { Lab } from '../lab/index.ts'
import type { Message } from '../lab/bird/wire.ts'
import { googleWorld, graphWorld } from '../support/calendar-worlds.ts'
import { numberOf } from './story.ts'
import { inFlightMs, recordHolds, saidRightly, sentIn } from './verdict-record.ts'

// What must hold, whatever happened. Every sentence that comes out is a promise broken.
type Seen = { engine: Engine; lab: Lab; people: number; masterKey: Buffer; acknowledged: ReadonlySet<string>; nowMs: number }

// What may not be for a moment either.
export const alwaysHolds = async ({ engine, lab, people }: Pick<Seen, 'engine' | 'lab' | 'people'>): Promise<string[]> => {
  const db = makeDb(engine)
  return [...sentOnce(lab), ...afterStop(lab, await stoppedIn(db)), ...(await rules(db)), ...(await saidRightly({ db, lab, people }))]
}

// A model is asked, and a message tried, a few times only, since somebody waits: whoever wrote is owed an answer or a person, which is looked at. A letter or a note that may have arrived is for a person to find out.
const mayDie = sql`name in ('mail.send', 'model.respond') or (name = 'messaging.send' and attempts >= ${sendMessage.attempts - 1}) or (name = 'messaging.note' and uncertain_since is not null)`

export const verdictOf = async ({ engine, lab, people, masterKey, acknowledged, nowMs }: Seen): Promise<string[]> => {
  const db = makeDb(engine)
  const clock = realClock()
  const vault = makeVault({ db, clock, keys: keyring([masterKey]) })
  const rows = async <T>(statement: RawBuilder<T>): Promise<T[]> => (await statement.execute(db.bare)).rows
  const said = async (statement: RawBuilder<{ said: string }>): Promise<string[]> => (await rows(statement)).map((row) => row.said)
  const texts = await rows(sql<{ id: string; ours: string; person: string; author: string; sealed: Buffer | null }>`select m.external_id as id, m.id as ours, c.person_id as person, m.author, m.body_sealed as sealed from message m join conversation c on c.id = m.conversation_id`)

  return [
    ...(await heard({ db, vault, lab, people, texts })),
    ...sentOnce(lab),
    ...afterStop(lab, await stoppedIn(db)),
    ...(await unanswered({ db, lab, people, nowMs })),
    ...(await rules(db)),
    ...(await said(sql`select format('%s %s is %s by %s: %s', name, key, state, error_code, error) as said from job where kind in ('turn', 'command') and (state = 'dead' or (state = 'running' and run_at < to_timestamp(${nowMs - inFlightMs}::double precision / 1000)) or (state = 'ready' and attempts > 0)) and not (${mayDie})`)),
    ...(await said(sql`select format('%s raw deliveries are %s: %s', count(*), state, min(error_code)) as said from inbox where state <> 'parsed' group by state`)),
    ...(await calendarsAgree({ db, lab, nowMs })),
    ...(await crmAgrees({ db, lab })),
    ...(await chainHolds(db, vault, clock)),
    ...(await recordHolds({ db, vault, lab, people, acknowledged, nowMs })),
  ]
}

// Each that a phone wrote stands in the transcript once, in its words, and each phone is one person.
type Text = { id: string; ours: string; person: string; author: string; sealed: Buffer | null }
const heard = async ({ db, vault, lab, people, texts }: { db: Db; vault: ReturnType<typeof makeVault>; lab: Lab; people: number; texts: readonly Text[] }): Promise<string[]> => {
  const found: string[] = []
  const all = (lab.bird.state() as { messages: Message[] }).messages
  const persons = new Set<string>()
  let talkers = 0
  for (let person = 0; person < people; person++) {
    const onPhone = lab.bird.phone.messages(numberOf(person))
    if (onPhone.length === 0) continue
    talkers++
    const whose = new Set<string>()
    for (const { id, text, from } of onPhone) {
      const same = texts.filter((each) => each.id === id)
      if (same.length !== 1) found.push(`${numberOf(person)}: «${text}» (${from}) stands in the transcript ${same.length} times`)
      for (const each of same) whose.add(each.person)
      const [one] = same
      if (from !== 'me' || !one?.sealed) continue
      const body: unknown = JSON.parse((await vault.open(db.bare, firstTenant, messageBody(one.ours), one.sealed)).toString())
      if ((body as { text?: string }).text !== text) found.push(`${numberOf(person)}: «${text}» stands in other words`)
    }
    if (whose.size !== 1) found.push(`${numberOf(person)} is ${whose.size} people`)
    for (const each of whose) persons.add(each)
  }
  const strangers = texts.filter(({ id }) => !all.some((message) => message.id === id))
  const { rows: [counted] } = await sql<{ count: number }>`select count(*)::int as count from person where merged_into is null`.execute(db.bare)
  return [...found, ...strangers.map(({ id }) => `nobody wrote ${id}, which stands in the transcript`), ...(persons.size === talkers && counted?.count === talkers ? [] : [`${talkers} phones are ${persons.size} of ${counted?.count} people`])]
}

const sentOnce = (lab: Lab): string[] => {
  const arrived = Map.groupBy(lab.bird.sent().filter(({ by, isDraft }) => by === 'api' && !isDraft), ({ reference }) => reference)
  return [...arrived].flatMap(([reference, sent]) => (sent.length > 1 ? [`${reference} was sent ${sent.length} times`] : []))
}

// Whoever writes more than thanks is answered, unless they wanted no more messages, or somebody of ours is called, will be when they come in the morning, has it in hand, or gave it back after reading what was said, or so shortly before that Bird, whose bot is silent meanwhile, hadn't heard of it.
const unanswered = async ({ db, lab, people, nowMs }: { db: Db; lab: Lab; people: number; nowMs: number }): Promise<string[]> => {
  const { rows } = await sql<{ external: string }>`select c.external_id as external from conversation c where c.state <> 'bot' or exists (select from escalation e where e.conversation_id = c.id)
    or exists (select from audit a where a.person_id = c.person_id and a.what = 'action:opt-out')
    or exists (select from job j where j.key = 'timer:silence:' || c.id and j.state = 'scheduled' and j.run_at > to_timestamp(${nowMs + 30 * 60_000}::double precision / 1000))
    or exists (select from audit a where a.person_id = c.person_id and a.what = 'action:hand-back' and a.by = 'staff' and a.at > (select max(m.sent_at) from message m where m.conversation_id = c.id and m.author = 'prospect') - make_interval(secs => ${inFlightMs / 1_000}))`.execute(db.bare)
  return Array.from({ length: people }, (_, person) => numberOf(person)).flatMap((number) => {
    const last = lab.bird.phone.messages(number).at(-1)
    return last?.from !== 'me' || last.text === 'gracias' || rows.some(({ external }) => external === lab.bird.conversationFor(number)) ? [] : [`${number} wrote «${last.text}», and nobody answered`]
  })
}

const stoppedIn = async (db: Db): Promise<{ conversation: string; at: number }[]> =>
  (await sql<{ conversation: string; at: number }>`select c.id as conversation, min(a.at) as at from audit a join conversation c on c.person_id = a.person_id where a.what = 'action:opt-out' group by c.id`.execute(db.bare)).rows
const afterStop = (lab: Lab, stopped: readonly { conversation: string; at: number }[]): string[] =>
  sentIn(lab).flatMap(({ at, body }) => {
    const reference = String((body as { reference?: string }).reference)
    const [, conversation] = /^portero:say:([0-9a-f-]{36}):bot:/.exec(reference) ?? []
    const known = stopped.find((each) => each.conversation === conversation)
    return known && at > known.at + inFlightMs ? [`${reference} left after a stop`] : []
  })

// No double booking, no broken limit, by other words than the constraint's.
const rules = async (db: Db): Promise<string[]> => {
  const { rows: tours } = await sql<{ id: string; agent: string; person: string; home: string; building: string; from: number; until: number; status: string; day: string }>`select id, agent_id as agent, person_id as person, home_id as home, building_id as building, starts_at as "from", ends_at as until, status, day::text as day from tour where status in ('held', 'confirmed')`.execute(db.bare)
  const found: string[] = []
  for (const [at, one] of tours.entries()) {
    for (const other of tours.slice(at + 1)) {
      if (one.agent !== other.agent) continue
      const gap = Math.max(one.from, other.from) - Math.min(one.until, other.until)
      if (gap < (one.building === other.building ? 0 : 15 * 60_000)) found.push(`visits ${one.id} and ${other.id} of one agent are ${gap / 60_000} min apart`)
    }
  }
  for (const [key, its] of Map.groupBy(tours, ({ agent, day }) => `${agent} ${day}`)) if (its.length > 8) found.push(`${its.length} visits on one day: ${key}`)
  return found
}

// Each visit ahead stands in its agent's calendar once and at its time; none else of ours does. What was had stays there as it was.
const calendarsAgree = async ({ db, lab, nowMs }: { db: Db; lab: Lab; nowMs: number }): Promise<string[]> => {
  const { rows: tours } = await sql<{ id: string; from: number; email: string | null; status: string }>`select t.id, t.starts_at as "from", lower(coalesce(a.details->>'calendar', a.details->>'email')) as email, t.status from tour t join agent a on a.id = t.agent_id`.execute(db.bare)
  return [googleWorld(lab), graphWorld(lab)].flatMap((world) => {
    const wanted = tours.filter(({ email, status, from }) => email === world.email && status === 'confirmed' && from > nowMs)
    const over = tours.filter(({ status, from }) => status !== 'cancelled' && from <= nowMs)
    const there = world.visits()
    return [
      ...wanted.flatMap((tour) => {
        const its = there.filter(({ ours }) => ours === tour.id)
        return its.length === 1 && its[0]?.startsAt === tour.from ? [] : [`the visit ${tour.id} at ${new Date(tour.from).toISOString()} stands in ${world.vendor} at ${its.map(({ startsAt }) => new Date(startsAt).toISOString()).join(' and ') || 'no time'}`]
      }),
      ...there.flatMap(({ ours }) => (wanted.some(({ id }) => id === ours) || over.some(({ id }) => id === ours) ? [] : [`${world.vendor} has the visit ${ours}, which is ${tours.find(({ id }) => id === ours)?.status ?? 'unknown'}`])),
    ]
  })
}

// HubSpot has one contact for each person, one deal for each lead and one meeting for each visit, which say what we say.
const outcomes: Readonly<Record<string, string>> = { cancelled: 'CANCELED', confirmed: 'SCHEDULED' }
const stageIds: Readonly<Record<string, string>> = { new: '1001', qualified: '1002', visit_scheduled: '1003', visit_done: '1004', application: '1005', won: '1006', lost: '1007' }
const crmAgrees = async ({ db, lab }: { db: Db; lab: Lab }): Promise<string[]> => {
  const { contacts, deals, meetings } = lab.hubspot.state()
  const { rows } = await sql<{ kind: string; ours: string; external: string | null; stage: string | null; from: number | null; status: string | null }>`select c.kind, c.our_id as ours, c.external_id as external, l.stage, t.starts_at as "from", t.status
    from counterpart c left join lead l on c.kind = 'deal' and l.id = c.our_id left join tour t on c.kind = 'meeting' and t.id = c.our_id where c.kind in ('contact', 'deal', 'meeting')`.execute(db.bare)
  const found: string[] = []
  for (const [kind, there] of [['contact', contacts], ['deal', deals], ['meeting', meetings]] as const) {
    const known = rows.filter((row) => row.kind === kind)
    for (const { id } of there) if (known.filter(({ external }) => external === id).length !== 1) found.push(`the ${kind} ${id} in HubSpot is nobody's`)
    for (const { ours, external } of known) if (!there.some(({ id }) => id === external)) found.push(`the ${kind} of ${ours} is not in HubSpot`)
  }
  for (const { kind, ours, external, stage, from, status } of rows) {
    if (kind === 'deal') {
      const at = deals.find(({ id }) => id === external)?.properties['dealstage']
      if (stage !== null && at !== stageIds[stage]) found.push(`the lead ${ours} is ${stage}, its deal in HubSpot at ${at}`)
    }
    if (kind === 'meeting') {
      const properties = meetings.find(({ id }) => id === external)?.properties
      const at = Date.parse(properties?.['hs_meeting_start_time'] ?? '')
      if (from !== null && at !== from) found.push(`the visit ${ours} is at ${new Date(from).toISOString()}, its meeting in HubSpot at ${properties?.['hs_meeting_start_time']}`)
      if (status && outcomes[status] && properties?.['hs_meeting_outcome'] !== outcomes[status]) found.push(`the visit ${ours} is ${status}, its meeting in HubSpot ${properties?.['hs_meeting_outcome']}`)
    }
  }
  const { rows: lacking } = await sql<{ id: string }>`select t.id from tour t where t.status = 'confirmed' and not exists (select 1 from counterpart c where c.kind = 'meeting' and c.our_id = t.id)`.execute(db.bare)
  return [...found, ...lacking.map(({ id }) => `the visit ${id} has no meeting in HubSpot`)]
}

// Each command that may have been done is in the audit once, and nobody has touched it.
const chainHolds = async (db: Db, vault: ReturnType<typeof makeVault>, clock: ReturnType<typeof realClock>): Promise<string[]> => {
  const { broken } = await makeAudit({ db, clock, vault }).verify(firstTenant)
  const { rows } = await sql<{ said: string }>`select format('%s is %s times in the audit', object, count(*)) as said from audit where what like 'command:%' group by object having count(*) <> 1`.execute(db.bare)
  return [...(broken === undefined ? [] : [`the audit breaks at ${broken}`]), ...rows.map((row) => row.said)]
}
