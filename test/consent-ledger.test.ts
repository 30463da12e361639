import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { array, asyncProperty, assert, constantFrom, nat, record } from 'fast-check'
import { sql } from 'kysely'
import { changeConsent } from '@portero/tool-server/actions/change-consent.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { noteUnsubscribed } from '@portero/tool-server/actions/unsubscribe.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { consentPurposes, type ConsentPurpose } from '@portero/tool-server/domain/consent.ts'
import { noticeOf } from '@portero/tool-server/domain/notice.ts'
import { gateScope } from '@portero/tool-server/spine/gate.ts'
import { consentTo, consentsOf, noteConsent } from '@portero/tool-server/store/consents.ts'
import { noticeVersions, noticesShownTo, putNotice } from '@portero/tool-server/store/notices.ts'
import { quietIn } from '@portero/tool-server/store/cadence.ts'
import { standingNow } from '@portero/tool-server/store/standing.ts'
import { account } from './support/bird-lab-stage.ts'
import { openAgent, type AgentStage } from './support/agent-stage.ts'

// What people agree to and take back, one purpose at a time, where our own agent answers: what is kept of it, that it is never changed, and that it holds before the next thing is said.
let stage: AgentStage
let count = 0
let number: string
beforeAll(async () => void (stage = await openAgent({ legal: true })))
afterAll(() => stage.end())
beforeEach(() => void (number = `+5255430000${String(++count).padStart(2, '0')}`))

const db = () => stage.house.db.bare
const rows = async <T = any>(statement: ReturnType<typeof sql<T>>): Promise<T[]> => (await statement.execute(db())).rows
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const personOf = async (of = number): Promise<string> => (await rows<{ person: string }>(sql`select person_id as person from conversation where id = ${await stage.conversation(of)}`))[0]!.person
const says = async (text: string, ms = 1_000): Promise<string[]> => {
  stage.writes(text, number)
  await stage.follow(ms, 1_000)
  return stage.heard(number).map((each) => each.text)
}
const answered = 8_000 // by our agent, who waits for whether they go on
const held = async (purpose: ConsentPurpose): Promise<string | undefined> => consentTo(db(), stage.house.tenant, await personOf(), purpose)
const kept = async (purpose: ConsentPurpose) => (await consentsOf(db(), stage.house.tenant, await personOf())).filter((each) => each.purpose === purpose)
const calls = async (): Promise<number> => (await rows(sql`select 1 from escalation where conversation_id = ${await stage.conversation(number)} and closed_at is null`)).length
const switched = (): boolean[] => stage.lab.desk('bird').requests().filter(({ method, path }) => method === 'PATCH' && /contacts/.test(path)).map(({ body }) => (body as any).attributes.subscribedWhatsapp)
const isNotice = /un programa, no una persona/
const knock = async (body: object = {}): Promise<any> => {
  const secret = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: `gate-${++count}`, scopes: [gateScope] })
  const response = await fetch(`${stage.serverUrl}/gate/inbound`, { method: 'POST', headers: { authorization: `Bearer ${secret}`, 'x-bird-conversation-id': stage.bird.conversationFor(number) }, body: JSON.stringify(body) })
  return response.json()
}

describe('offers', () => {
  test('are agreed to by PROMOS, once, with the message, its hash and the notice as evidence', async () => {
    await says('hola', answered)
    const before = switched().length
    expect(await says('PROMOS')).toEqual([expect.stringMatching(/te mandaremos promociones.*NO PROMOS/)])
    expect(await says('PROMOS')).toEqual([])
    const [notice] = await noticesShownTo(db(), stage.house.tenant, await personOf())
    const [message] = await rows<{ external: string }>(sql`select external_id as external from message where conversation_id = ${await stage.conversation(number)} and direction = 'in' order by id offset 1 limit 1`)
    expect(await kept('marketing')).toMatchObject([{ status: 'granted', mode: 'express', channel: 'whatsapp', evidence: message!.external, textHash: expect.stringMatching(/^[0-9a-f]{64}$/), notice: notice!.version, actor: 'system', isHeld: true }])
    expect(switched().slice(before)).toEqual([true])
  })
  test('are no more after NO PROMOS, while answers go on', async () => {
    await says('PROMOS')
    const before = switched().length
    expect(await says('no promos')).toEqual([expect.stringMatching(/ya no te mandaremos promociones/)])
    expect([await held('marketing'), await held('messages'), switched().slice(before)]).toEqual(['revoked', undefined, [false]])
    expect((await says('¿qué departamentos tienes?', answered)).length).toBeGreaterThan(0)
    const [person, conversation] = [await personOf(), await stage.conversation(number)]
    expect((await quietIn(db(), { tenant: stage.house.tenant, conversation, person, now: stage.clock.now() }))?.isRefused).toBe(true)
  })
  test('are not taken for all messages when Bird’s one switch comes back as it was set', async () => {
    await says('PROMOS')
    await says('no promos')
    const contact = { id: 'bc', phone: number }
    const told = (event: string) => system()(noteUnsubscribed, { connection: stage.connection, contact, event, at: stage.clock.now() })
    expect([await told('e-ours'), await held('messages')]).toEqual([{ isNew: false }, undefined])
    await says('PROMOS')
    expect([await told('e-theirs'), await held('messages')]).toEqual([{ isNew: true }, 'revoked'])
  })
  test('end with BAJA, do not come back with ALTA, and come back with PROMOS', async () => {
    await says('PROMOS')
    await says('BAJA')
    expect([await held('messages'), await held('marketing')]).toEqual(['revoked', 'revoked'])
    const before = switched().length
    expect(await says('ALTA')).toEqual([expect.stringMatching(/tenerte de vuelta.*salvo que nos digas PROMOS/)])
    expect([await held('messages'), await held('marketing'), switched().slice(before)]).toEqual(['granted', 'revoked', [false]])
    await says('PROMOS')
    expect([await held('marketing'), switched().at(-1)]).toEqual(['granted', true])
  })
  test('end with BAJA also for who never spoke of them, and ALTA brings back neither them nor what silence agrees to', async () => {
    await says('hola', answered)
    const standing = async () => standingNow(db(), stage.house.tenant, await stage.conversation(number))
    expect(await standing()).toMatchObject({ takesFollowUps: true, takesOffers: false })
    await says('BAJA')
    expect(await says('ALTA')).toEqual([expect.stringMatching(/tenerte de vuelta.*salvo que nos digas PROMOS/)])
    expect([await held('messages'), (await kept('marketing')).map(({ status }) => status), switched().at(-1)]).toEqual(['granted', ['revoked'], false])
    expect(await standing()).toMatchObject({ takesFollowUps: false, takesOffers: false })
    await says('BAJA')
    expect(await kept('marketing')).toHaveLength(1) // it was a no already
  })
  test('are asked for by who had wanted no messages: both are wanted then', async () => {
    await says('BAJA')
    expect((await says('PROMOS')).join(' ')).toMatch(/tenerte de vuelta.*promociones/)
    expect([await held('messages'), await held('marketing')]).toEqual(['granted', 'granted'])
  })
  test('are heard by the gate and by the webhook, and noted once', async () => {
    await says('hola')
    stage.writes('PROMOS', number)
    await Promise.all([knock({ text: 'PROMOS' }), knock({ text: 'PROMOS' }), stage.follow(1_000)])
    await stage.follow(2_000, 1_000)
    expect([(await kept('marketing')).length, stage.heard(number).filter(({ text }) => /te mandaremos promociones/.test(text)).length]).toEqual([1, 1])
  })
})

describe('whoever wants no machine', () => {
  test('is answered by people from then on, who are called', async () => {
    await says('hola')
    expect((await says('no quiero hablar con un bot')).filter((text) => /te contesta una persona del equipo/.test(text))).toHaveLength(1)
    expect([await held('automated'), await calls()]).toEqual(['revoked', 1])
    const before = stage.asked().length
    expect([await says('¿qué departamentos tienes?', answered), stage.asked().length - before, (await knock({ text: 'hola' })).answer]).toEqual([[], 0, 'human'])
  })
  test('is answered no more by what the agent was about to say', async () => {
    stage.writes('¿qué departamentos tienes?', number)
    await stage.follow(3_000)
    stage.writes('NO BOT', number)
    await stage.follow(answered, 1_000)
    expect(stage.heard(number).filter(({ text }) => !isNotice.test(text)).map(({ text }) => text)).toEqual([expect.stringMatching(/Claro que sí/), expect.stringMatching(/te contesta una persona/)])
  })
  test('is called for again when they write after it was settled', async () => {
    await says('no bots')
    const conversation = await stage.conversation(number)
    await rows(sql`update escalation set closed_at = opened_at where conversation_id = ${conversation}`)
    await says('¿siguen ahí?')
    expect(await calls()).toBe(1)
  })
  test('has tools that do nothing for any machine', async () => {
    await says('NO BOT')
    const key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: `tools-${number}`, scopes: ['leads:write'] })
    const response = await fetch(`${stage.serverUrl}/tools/qualify_lead`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'x-bird-conversation-id': stage.bird.conversationFor(number) }, body: JSON.stringify({ budget_max: 20_000 }) })
    expect(await response.json()).toMatchObject({ ok: false, error: { code: 'human_in_charge' } })
  })
  test('may have it back by BOT', async () => {
    await says('NO BOT')
    expect(await says('BOT')).toEqual([expect.stringMatching(/el asistente vuelve a contestarte/)])
    expect([await held('automated'), (await says('¿qué departamentos tienes?', answered)).length > 0]).toEqual(['granted', true])
  })
  test('BOT of who never minded is no agreement to keep', async () => {
    const told = await says('bot', answered)
    expect([await kept('automated'), told.length > 0, (await knock({ text: 'bot' })).answer]).toEqual([[], true, 'paused']) // paused: the agent here is ours
  })
})

describe('the notice', () => {
  const current = async (): Promise<string> => (await noticeVersions(db(), stage.house.tenant, 'es-MX'))[0]!.version
  const put = (over: object) => stage.house.db.tx((tx) => putNotice(tx, stage.house.tenant, { ...noticeOf({ company: 'UrbanHub', address: 'Calle Inventada 12, Ciudad de México', url: `${stage.serverUrl}/aviso` }, 'es-MX'), ...over }, stage.clock.now()))
  const shown = async () => noticesShownTo(db(), stage.house.tenant, await personOf())
  const messageSaying = async (text: RegExp): Promise<string | undefined> => {
    const external = stage.bird.phone.messages(number).findLast((each) => each.from === 'them' && text.test(each.text))?.id
    return external && (await rows<{ id: string }>(sql`select id from message where external_id = ${external}`))[0]?.id
  }
  test('is shown before our agent’s first answer, and the message that showed it is known', async () => {
    const [first] = await says('hola', answered)
    expect(first).toMatch(isNotice)
    expect(await shown()).toMatchObject([{ version: await current(), how: 'message', message: await messageSaying(isNotice) }])
  })
  test('is shown before what is answered without any model too', async () => {
    const [first, second] = await says('quiero hablar con una persona')
    expect([first, second]).toEqual([expect.stringMatching(isNotice), expect.stringMatching(/Claro que sí/)])
  })
  test('that changed is shown once more, and the former stays where it was', async () => {
    await says('hola', answered)
    const [before] = await shown()
    await put({ version: 'aaaabbbbccccdddd', text: `El aviso cambió: ${stage.serverUrl}/aviso`, integral: '# Nuevo\nOtro texto.' })
    expect((await says('busco depa', answered)).filter((text) => /El aviso cambió/.test(text))).toHaveLength(1)
    expect((await says('en la Roma', answered)).filter((text) => /El aviso cambió/.test(text))).toHaveLength(0)
    expect(await shown()).toMatchObject([{ version: 'aaaabbbbccccdddd', message: await messageSaying(/El aviso cambió/) }, before])
    const page = async (path: string): Promise<string> => (await fetch(stage.serverUrl + path)).text()
    expect(await page('/aviso')).toMatch(/<h2>Nuevo<\/h2><p>Otro texto\.[\s\S]*Versión aaaabbbbccccdddd[\s\S]*Versiones anteriores/)
    expect(await page(`/aviso/${before!.version}`)).toMatch(/versión anterior[\s\S]*Derechos ARCO|versión anterior[\s\S]*derechos ARCO/)
    expect((await fetch(`${stage.serverUrl}/aviso/nunca`)).status).toBe(404)
    await put({}) // the former words again are a version of their own
    expect(await current()).toBe(`${before!.version}-2`)
    await put({})
    expect((await noticeVersions(db(), stage.house.tenant, 'es-MX')).length).toBe(3)
  })
  test('keeps the hash of what stands there, and never changes', async () => {
    const { createHash } = await import('node:crypto')
    for (const { integral, hash } of await noticeVersions(db(), stage.house.tenant, 'es-MX')) expect(createHash('sha256').update(integral!).digest('hex')).toBe(hash)
    for (const change of ["update notice set text = 'otro'", "update notice set valid_from = valid_from + interval '1 day'", 'delete from notice']) await expect(sql.raw(change).execute(db())).rejects.toThrow(/never changes/)
  })
  test('that the gate gave is bound to the message by which the vendor’s agent said it', async () => {
    const { apiKey, workspace, channel, signingKeys } = account
    await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'bird', account: account.channel, settings: { baseUrl: `${stage.lab.url}/bird`, apiKey, workspace, channel, signingKeys, agent: 'bird' } })
    stage.writes('hola', number)
    await stage.follow(1_000, 1_000)
    const { notice } = await knock()
    expect([notice, (await shown()).map(({ how, message }) => [how, message])]).toEqual([expect.stringMatching(isNotice), [['gate', undefined]]])
    await stage.botSays('¡Hola!', number)
    await stage.follow(1_000, 1_000)
    expect((await shown())[0]!.message).toBeUndefined()
    await stage.botSays(notice, number)
    await stage.follow(1_000, 1_000)
    expect((await shown())[0]).toMatchObject({ how: 'gate', message: await messageSaying(isNotice) })
  })
})

describe('the ledger', () => {
  test('is only ever added to; a merge moves it, and only who is erased loses it', async () => {
    await says('PROMOS')
    const person = await personOf()
    const first = number
    number = `+5255440000${String(++count).padStart(2, '0')}`
    await says('hola')
    const other = await personOf()
    for (const change of ["status = 'revoked'", "at = at + interval '1 day'", "evidence = 'x'", `status = 'revoked', person_id = '${other}'`]) await expect(sql.raw(`update consent set ${change} where person_id = '${person}'`).execute(db())).rejects.toThrow(/only ever added to/)
    await expect(sql`delete from consent where person_id = ${person}`.execute(db())).rejects.toThrow(/only ever added to/)
    const { merge } = await system()(mergePeople, { people: [person, other] })
    await system()(unmergePeople, { merge })
    expect((await consentsOf(db(), stage.house.tenant, await personOf(first))).map(({ status }) => status)).toEqual(['granted'])
    await stage.house.db.tx(async (tx) => {
      await stage.house.vault.erasePerson(tx, stage.house.tenant, person)
      await sql`delete from consent where person_id = ${person}`.execute(tx)
    })
    expect(await consentsOf(db(), stage.house.tenant, person)).toEqual([])
  })
  test('says of each purpose what was said last, whatever came in which order', async () => {
    await says('hola')
    const person = await personOf()
    const { house: { db: whole, acting, tenant }, clock } = stage
    const base = clock.now()
    const model: { purpose: ConsentPurpose; status: string; at: number; order: number }[] = []
    const one = record({ purpose: constantFrom(...consentPurposes), status: constantFrom('granted' as const, 'revoked' as const, 'refused' as const), ago: nat(6) })
    await assert(asyncProperty(array(one, { minLength: 1, maxLength: 8 }), async (steps) => {
      for (const { purpose, status, ago } of steps) {
        clock.advance(1) // ids are in the order of their milliseconds
        const at = base - ago * 1_000
        await whole.tx((tx) => noteConsent(acting.within(tx, { tenant, by: 'system', person }), { person, purpose, status, channel: 'whatsapp', evidence: `step ${model.length}`, at }))
        model.push({ purpose, status, at, order: model.length })
      }
      const latest = (purpose: ConsentPurpose) => model.filter((each) => each.purpose === purpose).toSorted((a, b) => a.at - b.at || a.order - b.order).at(-1)
      const told = await consentsOf(db(), tenant, person)
      expect(told.map(({ evidence }) => evidence)).toEqual(model.toSorted((a, b) => b.at - a.at || b.order - a.order).map(({ order }) => `step ${order}`))
      for (const purpose of consentPurposes) {
        expect(await consentTo(db(), tenant, person, purpose)).toBe(latest(purpose)?.status)
        expect(told.filter((each) => each.isHeld && each.purpose === purpose).map(({ evidence }) => evidence)).toEqual(latest(purpose) ? [`step ${latest(purpose)!.order}`] : [])
      }
    }), { numRuns: 25, endOnFailure: true })
  })
  test('takes what is told late for what it was then', async () => {
    await says('PROMOS')
    await says('no promos')
    const late = { person: await personOf(), conversation: await stage.conversation(number), purpose: 'marketing' as const, status: 'granted' as const, evidence: 'a day-old webhook', at: stage.clock.now() - 86_400_000 }
    expect([await system()(changeConsent, late), await held('marketing')]).toEqual([{ isNew: false }, 'revoked'])
  })
})
