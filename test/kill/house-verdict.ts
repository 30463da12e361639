import { sql } from 'kysely'
import { label } from '@portero/tool-server/domain/spanish-times.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import type { Db } from '@portero/tool-server/spine/db.ts'
import { makeAudit } from '@portero/tool-server/spine/audit.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import type { HouseStage } from './house-stage.ts'
import type { Talker } from './talkers.ts'

// What prospects were told, against what is there: in the house, at Bird and in HubSpot. Every sentence that comes out is a promise broken.
type Held = { external: string; tours: { id: string; startsAt: number; status: string }[]; messages: number; open: number }
const zone = 'America/Mexico_City'

export const brokenPromises = async (stage: HouseStage, talkers: readonly Talker[]): Promise<string[]> => {
  const { bird, hubspot } = stage
  const { held, house } = await stage.withDb(async (db) => ({ held: await heldBy(db), house: await wrongInHouse(db, bird.sent().map(({ reference }) => reference.replace(/^portero:/, ''))) }))
  const { contacts, deals, meetings } = hubspot.state()
  const hungOn = (all: typeof deals, contact: string | undefined) => all.filter(({ associations }) => contact !== undefined && associations.contacts.includes(contact))

  const ofTalker = ({ number, visit, told }: Talker): string[] => {
    const found: string[] = []
    const shown = bird.phone.messages(number)
    const mine = shown.filter(({ from }) => from === 'me').length
    if (mine !== told) found.push(`${number} wrote ${told} times, and ${mine} are on the phone`)
    if (shown.length !== 2 * told || shown.some(({ from }, at) => from !== (at % 2 === 0 ? 'me' : 'them'))) found.push(`${number} was not answered once each time: ${shown.map(({ from, text }) => `${from}: ${text}`).join(' / ')}`)
    const ours = held.get(bird.conversationFor(number))
    if (!ours) return [...found, `${number} is not known to the house`]
    if (ours.messages !== shown.length) found.push(`${number}: ${shown.length} messages on the phone, and ${ours.messages} in the house`)
    if (ours.open > 0) found.push(`${number}: ${ours.open} runs of the agent are not over`)
    const [tour, ...more] = ours.tours
    const is = tour && `${label(zone, tour.startsAt)} ${tour.status}`
    const believed = visit && `${visit.at} ${visit.is}`
    if (more.length > 0 || is !== believed) found.push(`${number} was told of ${believed}, and has ${ours.tours.map(({ startsAt, status }) => `${label(zone, startsAt)} ${status}`).join(' and ')}`)
    const known = contacts.filter(({ properties }) => properties['phone'] === number)
    const deal = hungOn(deals, known[0]?.id)
    const met = hungOn(meetings, known[0]?.id)
    if (known.length !== 1 || deal.length !== 1 || met.length !== ours.tours.length) found.push(`${number}: ${known.length} contacts, ${deal.length} deals and ${met.length} meetings in HubSpot`)
    const [meeting] = met
    if (tour && meeting && Date.parse(meeting.properties['hs_meeting_start_time'] ?? '') !== tour.startsAt) found.push(`${number}: the meeting in HubSpot is at ${meeting.properties['hs_meeting_start_time']}`)
    if (tour && meeting && (meeting.properties['hs_meeting_outcome'] === 'CANCELED') !== (tour.status === 'cancelled')) found.push(`${number}: the meeting in HubSpot is ${meeting.properties['hs_meeting_outcome']}, the visit ${tour.status}`)
    const isBooked = deal[0]?.properties['dealstage'] === '1003'
    if (tour && isBooked !== (tour.status === 'confirmed')) found.push(`${number}: the deal is at ${deal[0]?.properties['dealstage']}, the visit ${tour.status}`)
    return found
  }
  return [...talkers.flatMap(ofTalker), ...house]
}

const heldBy = async (db: Db): Promise<Map<string, Held>> => {
  const { rows } = await sql<Held>`select c.external_id as external, (select count(*) from message m where m.tenant_id = c.tenant_id and m.conversation_id = c.id) as messages, (select count(*) from agent_run r where r.tenant_id = c.tenant_id and r.conversation_id = c.id and r.state <> 'over') as open from conversation c`.execute(db.bare)
  const { rows: tours } = await sql<Held['tours'][number] & { external: string }>`select t.id, t.starts_at as "startsAt", t.status, c.external_id as external from tour t join conversation c on c.tenant_id = t.tenant_id and c.id = t.conversation_id order by t.id`.execute(db.bare)
  return new Map(rows.map((row) => [row.external, { ...row, tours: tours.filter(({ external }) => external === row.external) }]))
}

// Each command that may have been done is in the audit once, and Bird has exactly those messages that the audit says it has; each decision about a visit was taken once, and each version of it is one of them.
const wrongInHouse = async (db: Db, references: readonly string[]): Promise<string[]> => {
  const rowsOf = async (statement: ReturnType<typeof sql<{ said: string }>>): Promise<string[]> => (await statement.execute(db.bare)).rows.map(({ said }) => said)
  const audit = makeAudit({ db, clock: realClock(), vault: makeVault({ db, clock: realClock(), keys: keyring([Buffer.alloc(32)]) }) }) // no key is needed to verify
  const { sealed, unsealed, broken } = await audit.verify(firstTenant)
  const { rows: sent } = await sql<{ key: string; audited: number }>`select j.key, (select count(*) from audit a where a.tenant_id = j.tenant_id and a.object = j.key and a.what = 'command:' || j.name) as audited from job j where j.kind = 'command' and j.name = 'messaging.send'`.execute(db.bare)
  const at = (key: string): number => references.filter((reference) => reference === key).length
  return [
    ...sent.flatMap(({ key, audited }) => (at(key) === 1 && audited === 1 ? [] : [`${key} is ${at(key)} times at Bird and ${audited} times in the audit`])),
    ...references.filter((reference) => !sent.some(({ key }) => key === reference)).map((reference) => `${reference} is at Bird, and nobody sent it`),
    ...(await rowsOf(sql`select format('%s %s is %s by %s: %s', j.name, j.key, j.state, j.error_code, j.error) as said from job j where j.kind in ('turn', 'command') and j.state <> 'done' and j.state <> 'dropped' and not (j.kind = 'turn' and j.state = 'scheduled')`)),
    ...(await rowsOf(sql`select format('%s is %s times in the audit', object, count(*)) as said from audit where what like 'command:%' group by object having count(*) <> 1`)),
    ...(await rowsOf(sql`select format('the visit %s is at its version %s, and the audit has %s decisions', t.id, t.version, d.count) as said from tour t join lateral (select count(*) from audit a where a.tenant_id = t.tenant_id and a.conversation_id = t.conversation_id and a.what in ('action:book-tour', 'action:reschedule-tour', 'action:cancel-tour')) d on true where t.version > d.count`)),
    ...(await rowsOf(sql`select format('%s raw deliveries are %s', count(*), state) as said from inbox where state <> 'parsed' group by state`)),
    ...(broken === undefined && unsealed === 0 && sealed > 0 ? [] : [`the audit has ${sealed} sealed rows and ${unsealed} unsealed ones, and its chain breaks at ${broken}`]),
  ]
}
