import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { messageBody } from '@portero/tool-server/store/places.ts'
import { cardBundles } from '../../hubspot-project/deploy/bundles.ts'
import { openBundle } from '../cards/bundle-worker.ts'
import { queryOf, secrets, signed, type CardsStage, type Record as CardRecord } from '../support/cards-stage.ts'
import { loadQuarter, size } from './console-load.ts'
import { benchHouse, percentile, type BenchHouse } from './house.ts'

// The cards of a record with a long transcript, in a busy house: what each door takes over HTTP with HubSpot's signature, and what the production bundle takes until something useful stands in it.
// Not measured: HubSpot's page around it, its proxy's way to us and back, and the drawing of what the bundle asks to be drawn. empty: the same door about a record that nobody is.
const asked = 60
const drawn = 20
const long = 500
const clock = realClock()
const nobody: CardRecord = { type: 'contact', id: '999999999' }
const record: CardRecord = { type: 'contact', id: '700001' }

export const cards = async (): Promise<object> => {
  const bench = await benchHouse({ work: false, furnished: false, knocks: true, vendors: ['bird', 'hubspot'] })
  try {
    const conversation = await loadQuarter(bench)
    await furnish(bench, conversation)
    const bodies: Record<string, [door: string, body: object]> = {
      transcript: ['transcript', { record }], search: ['transcript', { record, search: 'Roma' }], visit: ['visit', { record }], preview: ['preview', { record }], slots: ['slots', { record, home: 'roma-0' }], today: ['today', {}],
    }
    await timed(bench, 'transcript', { record }, 10) // what is loaded once
    const took: Record<string, number[]> = {}
    for (const [name, [door, body]] of Object.entries(bodies)) took[name] = await timed(bench, door, body)
    const empty = await timed(bench, 'transcript', { record: nobody })
    const bundles = await firstContent(bench)
    const each = (share: number, of: Record<string, number[]>) => Object.fromEntries(Object.entries(of).map(([name, times]) => [name, percentile(times, share)]))
    return {
      engine: bench.engine, ...size, transcript: long, asked, doorP50Ms: each(0.5, took), doorP95Ms: each(0.95, took), doorP99Ms: each(0.99, took), emptyP50Ms: percentile(empty, 0.5), emptyP99Ms: percentile(empty, 0.99),
      drawn, drawnP50Ms: each(0.5, bundles), drawnP95Ms: each(0.95, bundles),
    }
  } finally {
    await bench.end()
  }
}

const furnish = async ({ house: { db, vault, tenant, connections }, lab, connection }: BenchHouse, conversation: string): Promise<void> => {
  const hubspot = lab.accounts.find(({ vendor }) => vendor === 'hubspot')
  if (!hubspot) throw new Error('the lab has no HubSpot')
  await connections.put({ tenant, ...hubspot, settings: { ...hubspot.settings, clientSecrets: secrets } })
  const { rows: [talk] } = await sql<{ person: string }>`select person_id as person from conversation where id = ${conversation}`.execute(db.bare)
  if (!talk) throw new Error('nobody talks')
  const { person } = talk
  await sql`insert into counterpart (tenant_id, kind, our_id, external_id, person_id) values (${tenant}, 'contact', ${person}, ${record.id}, ${person})`.execute(db.bare)
  const texts = Array.from({ length: long - size.messages / size.talks }, (_, n) => `${n % 2 === 0 ? 'Busco' : 'Hay'} depa de 2 recámaras en la Narvarte (${n})`)
  for (const [n, text] of texts.entries()) {
    const id = newId(clock)
    const body = await vault.seal(db.bare, { tenant, person }, messageBody(id), JSON.stringify({ kind: 'text', text }))
    await sql`insert into message (tenant_id, id, conversation_id, connection_id, external_id, direction, author, body_sealed, status, sent_at, cost_micros, currency)
      values (${tenant}, ${id}, ${conversation}, ${connection.id}, ${id}, ${n % 2 === 0 ? 'in' : 'out'}, ${n % 2 === 0 ? 'prospect' : 'bot'}, ${body}, 'delivered', ${at(clock.now() - (texts.length - n) * 1_000)}, 9000, 'USD')`.execute(db.bare)
  }
}

// As HubSpot's proxy brings it.
const timed = async ({ origin }: BenchHouse, door: string, body: object, times = asked): Promise<number[]> => {
  const took: number[] = []
  for (let n = 0; n < times; n++) {
    const request = { method: 'POST', url: `${origin}/cards/${door}?${queryOf()}`, body: JSON.stringify(body), sentAt: clock.now() }
    const headers = { 'content-type': 'application/json', 'x-hubspot-signature-v3': signed({ ...request, secret: secrets[0] ?? '' }), 'x-hubspot-request-timestamp': String(request.sentAt) }
    const began = performance.now()
    const response = await fetch(request.url, { method: 'POST', headers, body: request.body })
    const text = await response.text()
    took.push(performance.now() - began)
    if (response.status !== 200) throw new Error(`${door} answered ${response.status} ${text.slice(0, 200)}`)
  }
  return took.toSorted((a, b) => a - b)
}

// From the moment a bundle is evaluated until it shows that.
const useful = { ConversationCard: 'Narvarte', VisitCard: 'Loft con terraza', PreviewCard: 'asistente' } as const
const firstContent = async ({ origin }: BenchHouse): Promise<Record<string, number[]>> => {
  const files = await cardBundles()
  const stage = { url: origin, clock } as unknown as CardsStage // all that a bundle needs of one
  const took: Record<string, number[]> = {}
  for (const [name, words] of Object.entries(useful)) {
    const code = readFileSync(files.get(name) ?? '', 'utf8')
    const times: number[] = []
    for (let n = 0; n < drawn; n++) {
      const began = performance.now()
      const card = openBundle(stage, { name, code }, record)
      await card.sees(words)
      times.push(performance.now() - began)
      card.close()
    }
    took[name] = times.toSorted((a, b) => a - b)
  }
  return took
}
