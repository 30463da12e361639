import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Signature } from '@hubspot/api-client'
import { sql } from 'kysely'
import { checkWebhook } from '@portero/tool-server/domain/ports/hubspot-signature.ts'
import type { Inbound } from '@portero/tool-server/define.ts'
import type { HubspotRecord } from './lab/hubspot/simulator.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What HubSpot tells us of its own accord: whether it is HubSpot, and what becomes of records that are no longer there.
const secret = 'client-secret-of-the-webhooks'
const url = 'https://portero.example/webhooks/hubspot'
const now = Date.UTC(2026, 10, 23, 17)

describe('a signature', () => {
  const body = '[{"eventId":1,"note":"señal"}]'
  type Signed = Parameters<typeof Signature.getSignature>[2]
  const by = (version: 'v1' | 'v2' | 'v3', { clientSecret = secret, over = url, sentAt = now } = {}): string => Signature.getSignature('POST', version, { clientSecret, url: over, requestBody: body, timestamp: sentAt } as Signed)
  const check = (headers: Inbound['headers'], how: Partial<Inbound> = {}, secrets = [secret]) => (): void => checkWebhook({ method: 'POST', url, rawBody: Buffer.from(body), headers, ...how }, { secrets, now })
  const v3 = (signature: string, sentAt = now): Inbound['headers'] => ({ 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(sentAt) })
  const v1 = (signature: string, version = 'v1'): Inbound['headers'] => ({ 'x-hubspot-signature': signature, 'x-hubspot-signature-version': version })

  test("v1 is the one of HubSpot's documentation", () => {
    const rawBody = Buffer.from('[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]')
    const headers = v1('232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de')
    expect(check(headers, { rawBody }, ['yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'])).not.toThrow()
    expect(check(headers, { rawBody: Buffer.concat([rawBody, Buffer.from(' ')]) }, ['yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'])).toThrow('does not match')
  })
  test.each<[string, Inbound['headers'], string]>([
    ['v3', { 'x-hubspot-signature-v3': '2DMUFwCu8DP9bgZ0JmC1gTrM2gPc9Q7u+Kz7tsUfKvo=', 'x-hubspot-request-timestamp': '1795246295053' }, 'topsecret'],
    ['v2', { 'x-hubspot-signature': '247760b5e20e6e20dc37c661ddb375a4a3fb356e7464d057ed2f5a98e6026ffc', 'x-hubspot-signature-version': 'v2' }, 'topsecret'],
  ])("%s is the one of HubSpot's own proxy", (_version, headers, key) => {
    const made = { method: 'POST', url: 'http://127.0.0.1:9099/v1/x?q=1&userId=5', rawBody: Buffer.from('{"a":1}'), headers }
    expect(() => checkWebhook(made, { secrets: [key], now: 1_795_246_295_053 })).not.toThrow()
    expect(() => checkWebhook({ ...made, url: `${made.url}6` }, { secrets: [key], now: 1_795_246_295_053 })).toThrow('does not match')
  })
  const escaped = `${url}?x=%3A%2F&y=%C3%B1`
  const good: [string, () => void][] = [
    ["v3 of HubSpot's client", check(v3(by('v3')))], ["v2 of HubSpot's client", check(v1(by('v2'), 'v2'))], ["v1 of HubSpot's client", check(v1(by('v1')))],
    ['v2 without a version', check({ 'x-hubspot-signature': by('v2') })],
    ['by the secret before', check(v3(by('v3')), {}, ['the-new-one-of-two-secrets', secret])], ['v1 by the secret before', check(v1(by('v1')), {}, ['the-new-one-of-two-secrets', secret])],
    ['five minutes old', check(v3(by('v3', { sentAt: now - 300_000 }), now - 300_000))], ['five minutes early', check(v3(by('v3', { sentAt: now + 300_000 }), now + 300_000))],
    ['over the address as it came', check(v3(by('v3', { over: escaped })), { url: escaped })], ['over the address with what HubSpot decodes', check(v3(by('v3', { over: `${url}?x=:/&y=%C3%B1` })), { url: escaped })],
  ]
  test.each(good)('%s is good', (_title, checking) => expect(checking).not.toThrow())
  const bad: [string, () => void, string][] = [
    ['none at all', check({}), 'missing'], ['a v3 that is none, whatever the older ones say', check({ ...v1(by('v1')), ...v3('x') }), 'malformed'], ['a v3 of somebody else, beside a good v1', check({ ...v1(by('v1')), ...v3(by('v3', { clientSecret: 'a-secret-of-somebody-else' })) }), 'does not match'],
    ['too old', check(v3(by('v3', { sentAt: now - 300_001 }), now - 300_001)), 'too old'], ['too early', check(v3(by('v3', { sentAt: now + 300_001 }), now + 300_001)), 'future'],
    ['a time that was not signed', check(v3(by('v3'), now + 1)), 'does not match'], ['without a time', check({ 'x-hubspot-signature-v3': by('v3') }), 'malformed'], ['with a time that is none', check({ ...v3(by('v3')), 'x-hubspot-request-timestamp': 'NaN' }), 'malformed'],
    ['v1 that says it is v2', check(v1(by('v1'), 'v2')), 'does not match'], ['v2 that says it is v1', check(v1(by('v2'))), 'does not match'], ['v1 without a version', check({ 'x-hubspot-signature': by('v1') }), 'does not match'],
    ['of another house', check(v3(by('v3', { over: 'https://elsewhere.example/webhooks/hubspot' }))), 'does not match'], ['with no secret known', check(v3(by('v3')), {}, []), 'does not match'], ['v1 by nothing', check(v1(by('v1', { clientSecret: '' })), {}, []), 'does not match'],
    ['that is no hex', check(v1('z'.repeat(64))), 'malformed'],
  ]
  test.each(bad)('%s is refused', (_title, checking, why) => expect(checking).toThrow(why))
  test("HubSpot's own check agrees on what is good", () => {
    const sentAt = Date.now()
    const signature = by('v3', { sentAt })
    expect(Signature.isValid({ signatureVersion: 'v3', signature, method: 'POST', clientSecret: secret, url, requestBody: body, timestamp: sentAt })).toBe(true)
    expect(() => checkWebhook({ method: 'POST', url, rawBody: Buffer.from(body), headers: v3(signature, sentAt) }, { secrets: [secret], now: sentAt })).not.toThrow()
    expect(by('v1')).toBe(createHash('sha256').update(secret + body).digest('hex'))
  })
})

describe('a record that is gone from HubSpot', () => {
  let stage: VisitStage
  let number = ''
  let numbers = 0
  let events = 0
  beforeAll(async () => {
    stage = await openVisit()
    const { account, settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
    await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'hubspot', account, settings: { ...settings, clientSecrets: [secret] } })
  })
  afterAll(() => stage.end())
  // Somebody new each time, with a visit.
  beforeEach(async () => {
    number = `+52551234${String(++numbers).padStart(4, '0')}`
    for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', `el ${numbers}`]) await stage.say(number, text)
    await stage.follow()
  })

  type Kind = 'contacts' | 'deals' | 'meetings' | 'communications'
  const records = (kind: Kind): HubspotRecord[] => stage.lab.hubspot.state()[kind]
  const contacts = (): HubspotRecord[] => records('contacts').filter(({ properties }) => properties['phone'] === number)
  const hungOn = (kind: Kind, contact: string): string[] => records(kind).filter(({ associations }) => associations.contacts.includes(contact)).map(({ id }) => id)
  const inHubspot = async (method: string, path: string, body?: object): Promise<any> => {
    const { settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
    const { baseUrl, apiKey } = settings as { baseUrl: string; apiKey: string }
    const response = await fetch(`${baseUrl}${path}`, { method, headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
    return response.status === 204 ? undefined : response.json()
  }
  const tell = async (...what: object[]): Promise<number> => {
    const body = JSON.stringify(what.map((each) => ({ eventId: ++events, subscriptionId: 25, portalId: 4812345, appId: 31337, occurredAt: stage.clock.now(), attemptNumber: 0, changeSource: 'CRM_UI', sourceId: 'userId:9411', ...each })))
    const sentAt = stage.clock.now()
    const signature = Signature.getSignature('POST', 'v3', { clientSecret: secret, url: `${stage.url}/webhooks/hubspot`, requestBody: body, timestamp: sentAt } as Parameters<typeof Signature.getSignature>[2])
    const { status } = await fetch(`${stage.url}/webhooks/hubspot`, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(sentAt) } })
    return status
  }
  const deleted = async (kind: 'contacts' | 'deals', id: string): Promise<void> => {
    await inHubspot('DELETE', `/crm/v3/objects/${kind}/${id}`)
    expect(await tell({ subscriptionType: 'object.deletion', objectId: Number(id), objectTypeId: kind === 'contacts' ? '0-1' : '0-3' })).toBe(200)
    await stage.follow()
  }
  const externalOf = async (kind: string, id: string): Promise<string | null | undefined> => {
    const { rows: [row] } = await sql<{ external_id: string | null }>`select external_id from counterpart where kind = ${kind} and our_id = ${id}`.execute(stage.house.db.bare)
    return row?.external_id
  }
  const oursOf = async (kind: string, id: string): Promise<string> => (await sql<{ ours: string }>`select our_id as ours from counterpart where kind = ${kind} and external_id = ${id}`.execute(stage.house.db.bare)).rows[0]!.ours
  const dead = async (): Promise<number> => (await sql<{ count: number }>`select count(*) as count from job where state = 'dead'`.execute(stage.house.db.bare)).rows[0]!.count

  test('a contact: nothing is written to it, and what is told next makes a new one on which all of it hangs', async () => {
    const [before] = contacts()
    const ours = await oursOf('contact', before!.id)
    await deleted('contacts', before!.id)
    expect([contacts(), await externalOf('contact', ours)]).toEqual([[], null]) // and nobody was in a hurry to make it anew
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    const [after, ...others] = contacts()
    expect([others, after!.id === before!.id, await externalOf('contact', ours)]).toEqual([[], false, after!.id])
    expect([hungOn('deals', after!.id).length, hungOn('meetings', after!.id).length, hungOn('communications', after!.id).length]).toEqual([1, 1, 1])
    expect(await dead()).toBe(0)
  })
  test('a contact whose person asked HubSpot to be forgotten is not made in a hurry', async () => {
    const [before] = contacts()
    await inHubspot('DELETE', `/crm/v3/objects/contacts/${before!.id}`)
    expect(await tell({ subscriptionType: 'contact.privacyDeletion', objectId: Number(before!.id) })).toBe(200)
    await stage.follow()
    expect(contacts()).toEqual([])
  })
  test('a deal: the next telling makes a new one, for the same contact', async () => {
    const [contact] = contacts()
    const [deal] = hungOn('deals', contact!.id)
    await deleted('deals', deal!)
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    const [after, ...others] = hungOn('deals', contact!.id)
    expect([others, after === deal, contacts().map(({ id }) => id)]).toEqual([[], false, [contact!.id]])
    expect(records('meetings').find(({ associations }) => associations.contacts.includes(contact!.id))!.associations.deals).toEqual([after])
  })
  test('what was on its way to it does not go', async () => {
    const [before] = contacts()
    await inHubspot('DELETE', `/crm/v3/objects/contacts/${before!.id}`)
    const ours = await oursOf('contact', before!.id)
    const waiting = async (): Promise<number> => (await sql<{ count: number }>`select count(*) as count from job where kind = 'command' and name like 'crm.%' and state in ('ready', 'scheduled')`.execute(stage.house.db.bare)).rows[0]!.count
    await sql`insert into job (tenant_id, id, kind, name, key, serial, lane, state, run_at, args_sealed, trace, created_at, connection_id, person_id)
      select tenant_id, ${ours}, kind, name, ${`crm:deal:${await dealOf(ours)}:9:0123456789abcdef`}, serial, lane, 'scheduled', run_at + interval '1 day', args_sealed, trace, created_at, connection_id, person_id from job where kind = 'command' and name = 'crm.put-deal' and person_id = ${ours} limit 1`.execute(stage.house.db.bare)
    expect(await waiting()).toBe(1)
    await tell({ subscriptionType: 'object.deletion', objectId: Number(before!.id), objectTypeId: '0-1' })
    await stage.follow()
    expect(await waiting()).toBe(0)
  })
  const dealOf = async (person: string): Promise<string> => (await sql<{ ours: string }>`select our_id as ours from counterpart where kind = 'deal' and person_id = ${person}`.execute(stage.house.db.bare)).rows[0]!.ours

  test('merged: it is followed to the winner, which is ours from then on', async () => {
    const [before] = contacts()
    const ours = await oursOf('contact', before!.id)
    const { id: winner } = await inHubspot('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'La misma', phone: number } })
    await inHubspot('DELETE', `/crm/v3/objects/contacts/${before!.id}`)
    expect(await tell({ subscriptionType: 'object.merge', objectId: Number(winner), objectTypeId: '0-1', primaryObjectId: Number(winner), mergedObjectIds: [Number(before!.id)] })).toBe(200)
    await stage.follow()
    expect([await externalOf('contact', ours), contacts().map(({ properties }) => properties['portero_id'])]).toEqual([winner, [ours]])
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    expect(contacts().map(({ id }) => id)).toEqual([winner])
    expect(await dead()).toBe(0)
  })
  test('merged into one that is already somebody else of ours: two people stay two people', async () => {
    const [mine] = contacts()
    const other = records('contacts').find(({ properties }) => properties['portero_id'] && properties['phone'] !== number)!
    await inHubspot('DELETE', `/crm/v3/objects/contacts/${mine!.id}`)
    await tell({ subscriptionType: 'object.merge', objectId: Number(other.id), objectTypeId: '0-1', primaryObjectId: Number(other.id), mergedObjectIds: [Number(mine!.id)] })
    await stage.follow()
    expect([records('contacts').find(({ id }) => id === other.id)!.properties['portero_id'], contacts()]).toEqual([other.properties['portero_id'], []])
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    expect(contacts().length).toBe(1)
  })
  test('the same again, late, or of nobody of ours, changes nothing', async () => {
    const [before] = contacts()
    await deleted('contacts', before!.id)
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    const known = contacts().map(({ id }) => id)
    expect(await tell({ subscriptionType: 'object.deletion', objectId: Number(before!.id), objectTypeId: '0-1' }, { subscriptionType: 'object.deletion', objectId: 999_999, objectTypeId: '0-1' })).toBe(200)
    await stage.follow()
    await stage.say(number, 'Gracias')
    await stage.follow()
    expect([contacts().map(({ id }) => id), await dead()]).toEqual([known, 0])
  })
  test('is in the audit, without a word of whom it was', async () => {
    const { rows } = await sql<{ by: string; person_id: string | null }>`select by, person_id from audit where what = 'action:forget-record' order by at limit 1`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ by: 'system', person_id: expect.any(String) }])
  })
})
