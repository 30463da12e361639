import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { account } from './support/bird-house.ts'
import { openHostile, type HostileStage } from './support/hostile-stage.ts'

// Ours answers on a channel, and so does Bird's own: the admins are told once, and once more when it is over.
let stage: HostileStage
beforeAll(async () => void (stage = await openHostile()))
afterAll(() => stage.end())

const number = '+525510000061'
const letters = (): string[] => stage.mail.state().mails.map(({ to, subject }) => `${to}: ${subject}`)
const troubles = async () => (await sql<{ what: string; told: boolean }>`select what, told_at is not null as told from trouble order by what`.execute(stage.house.db.bare)).rows
const minute = 60_000
const birdSays = async (): Promise<void> => {
  const { workspace, apiKey } = account
  const { settings } = await stage.house.connection('bird')
  const { baseUrl } = z.looseObject({ baseUrl: z.string() }).parse(settings)
  const answer = await fetch(`${baseUrl}/workspaces/${workspace}/conversations/${stage.bird.conversationFor(number)}/messages`, {
    method: 'POST', headers: { authorization: `AccessKey ${apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ participantId: `${account.channel}:bot`, participantType: 'bot', body: { type: 'text', text: { text: 'Hola, soy Vivi de Bird.' } } }),
  })
  expect(answer.ok).toBe(true)
}

test('one letter when both were heard, none while it lasts, and one when only one answers', async () => {
  await stage.meets(number)
  await stage.pass(3 * minute)
  expect([letters(), await troubles()]).toEqual([[], []])

  await birdSays()
  await stage.pass(5 * minute)
  expect([letters(), await troubles()]).toEqual([['elena@urbanhub.mx: Dos agentes contestan a la vez en Bird'], [{ what: 'agents', told: true }]])

  await birdSays()
  await stage.pass(10 * minute)
  expect(letters()).toHaveLength(1)

  await stage.house.switchAgent(account.channel, 'bird')
  await stage.pass(3 * minute)
  expect([letters(), await troubles()]).toEqual([['elena@urbanhub.mx: Dos agentes contestan a la vez en Bird', 'elena@urbanhub.mx: Bird ya está bien con Portero'], []])
}, 120_000)

test('it is over by itself a day after the vendor’s own was last heard', async () => {
  await stage.house.switchAgent(account.channel, 'portero')
  await birdSays()
  await stage.pass(3 * minute)
  expect(await troubles()).toEqual([{ what: 'agents', told: true }])
  stage.clock.advance(24 * 60 * minute)
  await stage.pass(3 * minute)
  expect([letters().slice(2), await troubles()]).toEqual([['elena@urbanhub.mx: Dos agentes contestan a la vez en Bird', 'elena@urbanhub.mx: Bird ya está bien con Portero'], []])
}, 120_000)
