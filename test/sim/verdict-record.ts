import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '@portero/tool-server/spine/db.ts'
import { place, unpack } from '@portero/tool-server/spine/inbox.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import type { makeVault } from '@portero/tool-server/spine/vault.ts'
import type { Lab } from '../lab/index.ts'
import { numberOf } from './story.ts'
import { leftAt } from './wire.ts'

// What the house owes to those whom it answered, told or silenced, beside what stands at the vendors.
type Seen = { db: Db; vault: ReturnType<typeof makeVault>; lab: Lab; people: number; acknowledged: ReadonlySet<string>; nowMs: number }
export const recordHolds = async (seen: Seen): Promise<string[]> => [
  ...(await keptWhatWasAcknowledged(seen)),
  ...(await audited(seen)),
  ...(await followed(seen)),
  ...(await wishesHeard(seen)),
  ...(await inHand(seen)),
  ...(await saidRightly(seen)),
  ...(await letGo(seen)),
]

// While a person has the conversation the bot is silent, and after WhatsApp's day only a template leaves.
export const saidRightly = async (seen: Pick<Seen, 'db' | 'lab' | 'people'>): Promise<string[]> => [...silentForPeople(seen, await takenOf(seen)), ...withinWindow(seen)]

export const digestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex')
// A webhook that was answered with a 2xx is ours from then on, whatever becomes of the process.
const keptWhatWasAcknowledged = async ({ db, vault, acknowledged }: Seen): Promise<string[]> => {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`select id, raw_sealed as sealed from inbox where raw_sealed is not null`.execute(db.bare)
  const kept = new Set<string>()
  for (const { id, sealed } of rows) kept.add(digestOf(unpack(await vault.open(db.bare, firstTenant, place(id), sealed)).rawBody))
  return [...acknowledged].filter((digest) => !kept.has(digest)).map((digest) => `a webhook was acknowledged and is not kept: ${digest.slice(0, 12)}`)
}

// Each command that is over is in the audit, and each visit's changes are.
const audited = async ({ db }: Seen): Promise<string[]> => {
  const { rows } = await sql<{ said: string }>`select format('%s %s is done, and not in the audit', name, key) as said from job j where kind = 'command' and state = 'done' and not exists (select from audit a where a.object = j.key and a.what = 'command:' || j.name)
    union all select format('the visit %s was made, and nothing of it is in the audit', t.id) from tour t where not exists (select from audit a where a.person_id = t.person_id and a.what ~ '^action:(book|hold|adopt|arrange|reschedule|answer|move)')`.execute(db.bare)
  return rows.map(({ said }) => said)
}

// Whoever wrote is a lead, which HubSpot has; whoever has a visit ahead is no longer new.
const followed = async ({ db }: Seen): Promise<string[]> => {
  const { rows } = await sql<{ said: string }>`select format('the lead %s has no deal in HubSpot', l.id) as said from lead l where not exists (select from counterpart c where c.kind = 'deal' and c.our_id = l.id and c.external_id is not null)
    union all select format('the person %s has no contact in HubSpot', l.person_id) from lead l where not exists (select from counterpart c where c.kind = 'contact' and c.our_id = l.person_id and c.external_id is not null)
    union all select format('%s wrote and is no lead', c.person_id) from conversation c where exists (select from message m where m.conversation_id = c.id and m.author = 'prospect') and not exists (select from lead l where l.person_id = c.person_id)
    union all select format('the lead of %s is still new, with a visit ahead', t.person_id) from tour t join lead l on l.person_id = t.person_id where t.status = 'confirmed' and l.stage = 'new'
      and not exists (select from lead o where o.person_id = l.person_id and o.stage <> 'new') and not exists (select from audit a where a.person_id = t.person_id and a.what in ('action:adopt-deal', 'action:settle-conflict'))`.execute(db.bare)
  return rows.map(({ said }) => said)
}

// BAJA holds, and whoever asks for a person has one called; not where BAJA was heard first.
const wishesHeard = async ({ db, lab, people }: Seen): Promise<string[]> => {
  const { rows } = await sql<{ external: string; isOut: boolean; isCalled: boolean }>`select c.external_id as external, exists (select from audit a where a.person_id = c.person_id and a.what = 'action:opt-out') as "isOut",
    c.taken_at is not null or exists (select from escalation e join conversation o on o.id = e.conversation_id where o.person_id = c.person_id) or exists (select from audit a where a.person_id = c.person_id and a.what in ('action:note-taken', 'action:take-over')) as "isCalled" from conversation c`.execute(db.bare)
  return Array.from({ length: people }, (_, person) => numberOf(person)).flatMap((number) => {
    const wrote = lab.bird.phone.messages(number).filter(({ from }) => from === 'me')
    const known = rows.find(({ external }) => external === lab.bird.conversationFor(number))
    const asked = wrote.findLast(({ text }) => /^(BAJA|ALTA)$/.test(text))
    return [
      ...(asked?.text === 'BAJA' && !known?.isOut ? [`${number} wrote BAJA, and is not opted out`] : []),
      ...(wrote.some(({ text }) => text === 'quiero hablar con una persona') && !known?.isCalled && asked?.text !== 'BAJA' ? [`${number} asked for a person, and nobody was called`] : []),
    ]
  })
}

// Whoever took a conversation in hand has it, or gave it back: it is nobody's never.
const inHand = async ({ db }: Seen): Promise<string[]> => {
  const { rows } = await sql<{ said: string }>`select format('%s was taken in hand, and is %s', c.id, c.state) as said from conversation c
    where c.state = 'paused' and (select a.what from audit a where a.person_id = c.person_id and a.what in ('action:take-over', 'action:hand-back') order by a.at desc limit 1) = 'action:take-over'`.execute(db.bare)
  return rows.map(({ said }) => said)
}

const takenOf = async ({ db }: Pick<Seen, 'db'>): Promise<Taken[]> => (await sql<Taken>`select id as conversation, taken_at as at from conversation where state = 'human' and taken_at is not null`.execute(db.bare)).rows
type Taken = { conversation: string; at: number }
export const inFlightMs = 10_000 // what had left can't be called back

// What we sent, by when it left us.
export const sentIn = (lab: Lab): { at: number; body: unknown }[] => lab.bird.requests('POST /workspaces/:workspace/channels/:channel/messages').map(({ headers, body }) => ({ at: Number(headers[leftAt]), body }))
const silentForPeople = ({ lab }: Pick<Seen, 'lab'>, taken: readonly Taken[]): string[] =>
  sentIn(lab).flatMap(({ at, body }) => {
    const reference = String((body as { reference?: string }).reference)
    const [, conversation] = /^portero:say:([0-9a-f-]{36}):bot:/.exec(reference) ?? []
    const hands = taken.find((each) => each.conversation === conversation)
    return hands && at > hands.at + inFlightMs ? [`${reference} left while a person had the conversation`] : []
  })

// WhatsApp's day since they wrote, but for approved templates. https://developers.facebook.com/docs/whatsapp/pricing
const dayMs = 24 * 3_600_000
const withinWindow = ({ lab, people }: Pick<Seen, 'lab' | 'people'>): string[] =>
  Array.from({ length: people }, (_, person) => numberOf(person)).flatMap((number) => {
    const all = lab.bird.phone.messages(number)
    const wrote = all.filter(({ from }) => from === 'me').map(({ at }) => at)
    return sentIn(lab).flatMap(({ at, body }) => {
      const { receiver, template } = body as { receiver?: { contacts?: { identifierValue?: string }[] }; template?: unknown }
      if (receiver?.contacts?.[0]?.identifierValue !== number || template) return []
      const last = wrote.filter((each) => each <= at).at(-1) ?? Number.NEGATIVE_INFINITY
      return at - last > dayMs + inFlightMs ? [`${number} was written to ${Math.round((at - last) / 3_600_000)} h after they wrote, without a template`] : []
    })
  })

// What was held is over when its time is.
const letGo = async ({ db, nowMs }: Seen): Promise<string[]> => {
  const { rows } = await sql<{ said: string }>`select format('the visit %s is held still', id) as said from tour where status = 'held' and held_until < to_timestamp(${nowMs - 120_000}::double precision / 1000)`.execute(db.bare)
  return rows.map(({ said }) => said)
}
