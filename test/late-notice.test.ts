import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// Bird's agent without our gate in front of it, here because its key is no good: what it should have said first is said by us after it, once.
let stage: VisitStage
beforeAll(async () => {
  stage = await openVisit()
  await stage.house.toolKeys.end({ tenant: stage.house.tenant, name: 'lab' })
})
afterAll(() => stage.end())

const isNotice = /usará tu nombre, teléfono y mensajes/
const notices = (number: string): number => stage.lab.bird.phone.messages(number).filter(({ text }) => isNotice.test(text)).length
const shown = async (number: string): Promise<string[]> => {
  const { rows } = await sql<{ how: string }>`select s.how from notice_shown s join conversation c on c.person_id = s.person_id where c.external_id = ${stage.lab.bird.conversationFor(number)} order by s.shown_at`.execute(stage.house.db.bare)
  return rows.map(({ how }) => how)
}
const counted = async (): Promise<Record<string, number>> => {
  const text = await (await fetch(`${stage.url}/metrics`)).text()
  return Object.fromEntries([...text.matchAll(/^portero_notices_shown\{how="(\w+)"\} (\d+)$/gm)].map(([, how, count]) => [how, Number(count)]))
}
const botSays = async (number: string, text: string): Promise<void> => {
  const { baseUrl, apiKey, workspace, channel } = stage.lab.accounts.find(({ vendor }) => vendor === 'bird')!.settings as Record<string, string>
  const response = await fetch(`${baseUrl}/workspaces/${workspace}/conversations/${stage.lab.bird.conversationFor(number)}/messages`, {
    method: 'POST', headers: { authorization: `AccessKey ${apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ participantId: `${channel}:bot`, participantType: 'bot', body: { type: 'text', text: { text } } }),
  })
  expect(response.status).toBeLessThan(300)
  await stage.follow()
}

describe('a bot that answers before the notice', () => {
  const number = '+525530001001'
  test('is followed by it', async () => {
    expect(await stage.say(number, 'hola')).toMatch(/^Hola, soy el asistente virtual de UrbanHub\.[\s\S]*\n.*usará tu nombre, teléfono y mensajes[\s\S]*\/aviso$/)
    expect([notices(number), await shown(number)]).toEqual([1, ['message']])
  })
  test('is not followed by it again', async () => {
    await stage.say(number, 'busco depa')
    await stage.say(number, 'la 1')
    stage.clock.advance(20 * 3_600_000)
    await stage.say(number, 'hola de nuevo')
    expect([notices(number), await shown(number)]).toEqual([1, ['message']])
  })
  test('is counted', async () => {
    expect(await counted()).toMatchObject({ message: 1 })
  })
})
test('several answers at once are followed by one notice', async () => {
  const number = '+525530001002'
  for (const text of ['hola', 'busco depa', 'mis visitas']) stage.lab.bird.phone.write(number, { text })
  await stage.follow(10_000)
  expect([notices(number), await shown(number)]).toEqual([1, ['message']])
})
test('a bot that says the notice itself needs none of ours', async () => {
  const number = '+525530001003'
  stage.lab.bird.phone.write(number, { media: { kind: 'image' } })
  await botSays(number, `Soy un asistente. El aviso de privacidad está en ${stage.url}/aviso`)
  await stage.say(number, 'gracias')
  expect([notices(number), await shown(number)]).toEqual([0, ['bot']])
})
test('what a takeover held back is said when the bot has it again', async () => {
  const number = '+525530001004'
  stage.lab.bird.phone.write(number, { media: { kind: 'image' } })
  await stage.follow()
  const { rows: [row] } = await sql<{ id: string }>`select id from conversation where external_id = ${stage.lab.bird.conversationFor(number)}`.execute(stage.house.db.bare)
  const staff = stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, ['conversations:write'])
  await staff(takeOver, { conversation: row!.id })
  await botSays(number, 'Se me escapó')
  expect([notices(number), await shown(number)]).toEqual([0, []])
  await staff(handBack, { conversation: row!.id })
  await stage.follow()
  await botSays(number, 'Aquí sigo')
  expect([notices(number), await shown(number)]).toEqual([1, ['message']])
})
test('nobody who wants no messages gets it', async () => {
  const number = '+525530001005'
  stage.lab.bird.phone.write(number, { text: 'BAJA' })
  await stage.follow()
  expect(notices(number)).toBe(0)
})
