import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { takeOver } from '@portero/tool-server/actions/take-over.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// Bird's own agent, beside which we stand: what it says without backing is followed by what is true.
let stage: VisitStage
let number = ''
let count = 0
beforeAll(async () => {
  stage = await openVisit()
})
beforeEach(async () => {
  number = `+5255300012${String(++count).padStart(2, '0')}`
  await stage.say(number, 'hola')
})
afterAll(() => stage.end())

const isCorrection = /^(?:Perdón, una corrección|Sorry, a correction): /
const corrections = (): string[] => stage.lab.bird.phone.messages(number).map(({ text }) => text).filter((text) => isCorrection.test(text)).map((text) => text.replace(isCorrection, ''))
const botSays = async (text: string): Promise<void> => {
  const { baseUrl, apiKey, workspace, channel } = stage.lab.accounts.find(({ vendor }) => vendor === 'bird')!.settings as Record<string, string>
  const response = await fetch(`${baseUrl}/workspaces/${workspace}/conversations/${stage.lab.bird.conversationFor(number)}/messages`, {
    method: 'POST', headers: { authorization: `AccessKey ${apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ participantId: `${channel}:bot`, participantType: 'bot', body: { type: 'text', text: { text } } }),
  })
  expect(response.status).toBeLessThan(300)
  await stage.follow()
}
const conversation = async (): Promise<{ id: string; person: string }> => {
  const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${stage.lab.bird.conversationFor(number)}`.execute(stage.house.db.bare)
  return row!
}
const facts = async (): Promise<string[]> => {
  const { rows } = await sql<{ tool: string }>`select tool from tool_fact where conversation_id = ${(await conversation()).id} order by id`.execute(stage.house.db.bare)
  return rows.map(({ tool }) => tool)
}
const search = async (): Promise<void> => void (await stage.say(number, 'busco depa en la Roma'))
const counted = async (): Promise<Record<string, number>> => {
  const text = await (await fetch(`${stage.url}/metrics`)).text()
  return Object.fromEntries([...text.matchAll(/^portero_claims_unbacked_total\{kind="(\w+)",outcome="(\w+)"\} (\d+)$/gm)].map(([, kind, outcome, times]) => [`${kind} ${outcome}`, Number(times)]))
}

describe('what the tools answered is kept', () => {
  test('for as long as somebody may quote it, a month', async () => {
    await search()
    expect(await facts()).toEqual(['find_homes'])
    await sql`update tool_fact set made_at = made_at - interval '31 days'`.execute(stage.house.db.bare)
    stage.clock.advance(3_600_000)
    await stage.follow()
    expect(await facts()).toEqual([])
  })
  test('with their key: who is erased has said and heard nothing', async () => {
    await search()
    const { rows: [row] } = await sql<{ id: string; sealed: Buffer }>`select id, answer_sealed as sealed from tool_fact where conversation_id = ${(await conversation()).id}`.execute(stage.house.db.bare)
    const { db, vault, tenant } = stage.house
    const open = (): Promise<Buffer> => vault.open(db.bare, tenant, `tool_fact.answer:${row!.id}`, row!.sealed)
    expect(row!.sealed.includes('Roma')).toBe(false)
    expect((await open()).toString()).toContain('Roma Norte')
    await expect(vault.open(db.bare, tenant, 'tool_fact.answer:other', row!.sealed)).rejects.toThrow()
    await vault.erasePerson(db.bare, tenant, (await conversation()).person)
    await expect(open()).rejects.toMatchObject({ code: 'not_found' })
  })
  test('with the person it is of, also where that was taken for another one meanwhile', async () => {
    const { person: one } = await conversation()
    number = '+525530001299'
    await stage.say(number, 'hola')
    const { id, person: other } = await conversation()
    const { db, vault, tenant, acting } = stage.house
    const staff = acting.as({ tenant, by: 'staff', user: 'sofia' }, 'all')
    const { merge, kept } = await staff(mergePeople, { people: [one, other] })
    await search()
    await staff(unmergePeople, { merge })
    expect(kept).toBe(one)
    await vault.erasePerson(db.bare, tenant, one)
    const { rows: [row] } = await sql<{ id: string; sealed: Buffer }>`select id, answer_sealed as sealed from tool_fact where conversation_id = ${id}`.execute(db.bare)
    expect((await vault.open(db.bare, tenant, `tool_fact.answer:${row!.id}`, row!.sealed)).toString()).toContain('Roma Norte')
  })
})

describe('a claim of the bot', () => {
  test('that the tools have answered is left alone', async () => {
    await search()
    await botSays('El Estudio con patio en Roma Norte cuesta $16,500 al mes.')
    expect(corrections()).toEqual([])
  })
  test('that the catalogue backs needs no tool', async () => {
    await botSays('Claro: el Estudio con patio en Roma Norte cuesta $16,500 al mes y está en Calle Tabasco 1180.')
    expect(corrections()).toEqual([])
  })
  test('that is wrong is put right with what is true of the same home, once', async () => {
    await search()
    await botSays('El Estudio con patio en Roma Norte cuesta $12,000 al mes.')
    await stage.follow(60_000)
    expect(corrections()).toEqual(['la renta de «Estudio con patio en Roma Norte» es de $16,500 al mes.'])
    expect(await counted()).toEqual({ 'money corrected': 1 })
  })
  test('of a visit that nobody booked is put right before anybody comes', async () => {
    await search()
    await botSays('¡Listo! Tu visita quedó confirmada.')
    expect(corrections()).toEqual(['tu visita todavía no está agendada. Dime qué día y a qué hora te queda, y la agendo.'])
  })
  test('of another time than that of their visit tells which it is', async () => {
    await search()
    await stage.say(number, 'la 1')
    await stage.say(number, 'la 2')
    await botSays('Te recuerdo que tu cita es el miércoles a las 9:15.')
    expect(corrections()).toEqual([expect.stringMatching(/^tu visita es el lunes 23 nov, \d{1,2}:\d\d h\.$/)])
  })
  test('of a free time that is none offers those that are', async () => {
    await search()
    await stage.say(number, 'la 1')
    await botSays('También tengo lugar el lunes a las 7:10 de la mañana.')
    expect(corrections()).toEqual([expect.stringMatching(/^los horarios libres son lunes 23 nov, .*\. ¿Cuál te queda\?$/)])
  })
  test('of a call for help that nobody made is taken back', async () => {
    await botSays('Ya le avisé a un asesor, te escribe en breve.')
    expect(corrections()).toEqual([expect.stringMatching(/^todavía no le aviso a nadie del equipo\./)])
  })
  test('is put right in their language', async () => {
    await sql`update person set language = 'en' where id = ${(await conversation()).person}`.execute(stage.house.db.bare)
    await botSays('Your visit is confirmed.')
    expect(corrections()).toEqual(["your visit isn't booked yet. Tell me which day and time suit you and I'll book it."])
  })
  test('is put right a few times an hour, not for ever', async () => {
    for (const day of ['lunes', 'martes', 'miércoles', 'jueves', 'viernes']) await botSays(`Tengo lugar el ${day} a las 6:20 de la mañana.`)
    expect(corrections()).toHaveLength(3)
    expect((await counted())['time often']).toBe(2)
    stage.clock.advance(3_600_000)
    await botSays('Tengo lugar el jueves a las 6:20 de la mañana.')
    expect(corrections()).toHaveLength(4)
  })
  test('while a person of ours has the conversation in hand is theirs to put right', async () => {
    const { id } = await conversation()
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, ['conversations:write'])(takeOver, { conversation: id })
    await botSays('¡Listo! Tu visita quedó confirmada.')
    expect(corrections()).toEqual([])
  })
  test('to somebody who wants no messages stays as it is', async () => {
    await stage.say(number, 'BAJA')
    await botSays('¡Listo! Tu visita quedó confirmada.')
    expect(corrections()).toEqual([])
    expect((await counted())['deed refused']).toBe(1)
  })
  test('that we hear of much later is not brought up again', async () => {
    stage.isAway(true)
    await botSays('¡Listo! Tu visita quedó confirmada.')
    stage.clock.advance(11 * 60_000)
    stage.isAway(false)
    await stage.follow(120_000)
    const { rows } = await sql`select 1 from message where author = 'bot' and conversation_id = ${(await conversation()).id} and sent_at > (select max(sent_at) from message where author = 'prospect' and conversation_id = ${(await conversation()).id}) + interval '1 second'`.execute(stage.house.db.bare)
    expect([rows.length, corrections()]).toEqual([1, []])
  })
  test('is in the audit', async () => {
    await botSays('¡Listo! Tu visita quedó confirmada.')
    const { rows } = await sql<{ by: string }>`select by from audit where what = 'action:correct-said' and person_id = ${(await conversation()).person}`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ by: 'system' }])
  })
  test('that is none is not held against anything', async () => {
    await search()
    const lines = async (): Promise<number> => (await sql`select 1 from message where author = 'bot' and conversation_id = ${(await conversation()).id}`.execute(stage.house.db.bare)).rows.length
    const before = await lines()
    await sql`update tool_fact set answer_sealed = 'nonsense'`.execute(stage.house.db.bare) // so that whatever opens it fails
    await botSays('¡Con gusto! ¿En qué zona te gustaría vivir?')
    expect((await lines()) - before).toBe(1)
    await sql`delete from tool_fact where answer_sealed = 'nonsense'`.execute(stage.house.db.bare)
  })
  test('is not put right for a day in a house that has answered before its answers were kept', async () => {
    const keeps = (since: number) => sql`update kysely_migration set timestamp = ${new Date(since).toISOString()} where name >= '0024'`.execute(stage.house.db.bare)
    const began = (ms: number) => sql`update kysely_migration set timestamp = ${new Date(ms).toISOString()} where name < '0024'`.execute(stage.house.db.bare)
    const hour = 3_600_000
    await began(stage.clock.now() - 100 * hour)
    await keeps(stage.clock.now() - 23 * hour)
    await botSays('Tengo lugar el jueves a las 6:20 de la mañana.')
    expect(corrections()).toEqual([])
    await keeps(stage.clock.now() - 25 * hour)
    await botSays('Tengo lugar el viernes a las 6:20 de la mañana.')
    expect(corrections()).toHaveLength(1)
    await keeps(stage.clock.now())
    await began(stage.clock.now()) // a new house is asked nothing before it keeps what it answers
    await botSays('Tengo lugar el sábado a las 6:20 de la mañana.')
    expect(corrections()).toHaveLength(2)
  })
})
