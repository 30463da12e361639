import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { dueAfter, folioOf, lawDay } from '@portero/tool-server/domain/privacy.ts'
import { filled, officer, openPrivacyStage, type PrivacyStage } from './support/privacy-stage.ts'

// What the privacy desk does by itself every morning, and what it takes in a day.
const hour = 3_600_000
const day = 24 * hour
let stage: PrivacyStage
beforeAll(async () => {
  stage = await openPrivacyStage()
})
beforeEach(async () => {
  stage.clock.advance(61_000)
  await stage.signIn()
})
afterAll(() => stage.end())
const untilMorning = async (): Promise<void> => {
  const now = stage.clock.now()
  stage.clock.advance(day - ((now - 15 * hour) % day)) // nine in Mexico
  await stage.follow(2_000)
}
const subjects = (words: string): number => stage.mails(officer).filter((mail) => JSON.stringify(mail).includes(words)).length

test('requests that nobody has proven are told of in one letter a day, on working days, and not one by one', async () => {
  const ids: string[] = []
  for (const contact of ['una@correo.example', 'dos@correo.example', 'tres@correo.example']) ids.push(await stage.opened(await stage.post(filled(contact))))
  expect(await stage.rows(`select key from job where key like 'timer:privacy-due:%'`)).toEqual([])
  const mornings: [string, number][] = []
  for (let count = 0; count < 8; count++) {
    const before = subjects('solicitudes sin identificar')
    await untilMorning()
    mornings.push([lawDay(stage.clock.now()), subjects('solicitudes sin identificar') - before])
  }
  const opened = stage.clock.now() - 8 * day
  const soon = [3, 4, 5].map((each) => lawDay(dueAfter(opened, each))) // two, one and no business days before what is missing can no longer be asked for
  expect(mornings).toEqual(mornings.map(([on]) => [on, soon.includes(on) ? 1 : 0]))
  expect(mornings.filter(([, letters]) => letters > 0)).toHaveLength(3)
  expect(subjects('Plazo de privacidad: folio')).toBe(0)
  const [letter] = stage.mails(officer).filter((mail) => JSON.stringify(mail).includes('3 solicitudes sin identificar'))
  for (const id of ids) expect(JSON.stringify(letter)).toContain(folioOf(id))
  await stage.signIn()
  for (const id of ids) expect(await stage.move(id, { do: 'withdraw' })).toBe('ok')
})

test('every open request has what rings for it again, and only what it should', async () => {
  const [asked, blocked, fine] = [await stage.greet(), await stage.greet(), await stage.greet()]
  const [access, cancel, other] = [await stage.ask(asked, 'access'), await stage.ask(blocked, 'cancel'), await stage.ask(fine, 'access')]
  await stage.follow(1_000)
  const eraseAt = dueAfter(stage.clock.now(), 6)
  expect(await stage.move(cancel, { do: 'accept', eraseOn: lawDay(eraseAt) })).toBe('ok')
  const ringing = (): Promise<{ key: string; at: number }[]> => stage.rows(`select key, run_at as at from job where state = 'scheduled' and (key like 'timer:privacy-due:%' or key like 'timer:privacy:erase:%') order by key`)
  const before = await ringing()
  expect(before.map(({ key }) => key.split(':').slice(0, 4).join(':'))).toEqual(expect.arrayContaining([`timer:privacy:erase:${blocked.person}`, `timer:privacy-due:${access}:answer`, `timer:privacy-due:${other}:answer`]))
  await stage.rows(`delete from job where key like 'timer:privacy-due:${access}:%' or key like 'timer:privacy:erase:%'`) // as of a request that is older than the desk
  const audited = async (): Promise<number> => (await stage.rows(`select 1 from audit where what = 'action:privacy-watch'`)).length
  const watched = await audited()
  await untilMorning()
  expect([await ringing(), await audited() - watched]).toEqual([before, 2])
  await untilMorning()
  expect(await audited() - watched).toBe(2)
  stage.clock.advance(eraseAt - stage.clock.now())
  await stage.follow(3_000)
  expect((await stage.caseOf(cancel)).state).toBe('done')
})

test('from one address only so many are taken in a day', async () => {
  stage.clock.advance(day)
  const before = (await stage.rows('select 1 from privacy_case')).length
  const answers: Awaited<ReturnType<PrivacyStage['post']>>[] = []
  for (let count = 0; count < 22; count++) {
    answers.push(await stage.post(filled('ana@correo.example')))
    stage.clock.advance(13_000)
  }
  expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(200), 429, 429])
  expect(answers[21]?.text).toContain('Hoy ya llegaron muchas solicitudes')
  expect((await stage.rows('select 1 from privacy_case')).length).toBe(before + 20)
  stage.clock.advance(2 * hour)
  expect((await stage.post(filled('ana@correo.example'))).status).toBe(200)
})

test('the list goes on where a page ends, for what is open and what is closed', async () => {
  const { tenant, clock } = { tenant: stage.house.tenant, clock: stage.clock.now() / 1_000 }
  const insert = (state: string, many: number, closed: string) => stage.rows(`insert into privacy_case (tenant_id, id, kind, channel, state, opened_at, due_at, closed_at)
    select '${tenant}', ('${state === 'received' ? 'aaaa' : 'bbbb'}0000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 'access', 'web', '${state}', to_timestamp(${clock}), to_timestamp(${clock} + 9000000 + n / 2), ${closed} from generate_series(1, ${many}) n`)
  await insert('received', 230, 'null')
  await insert('withdrawn', 130, `to_timestamp(${clock} + n / 2)`)
  const seen: Record<'open' | 'closed', string[]> = { open: [], closed: [] }
  for (const which of ['open', 'closed'] as const) {
    let path: string | undefined = '/console/privacy'
    for (let pages = 0; path !== undefined && pages < 6; pages++) {
      const text = await stage.page(path)
      seen[which].push(...[...text.matchAll(/data-id="((?:aaaa|bbbb)[^"]+)"/g)].map(([, id]) => id!).filter((id) => id.startsWith(which === 'open' ? 'aaaa' : 'bbbb')))
      path = new RegExp(`href="(/console/privacy\\?${which}=[^"]+)"`).exec(text)?.[1]
    }
  }
  expect([seen.open.length, new Set(seen.open).size, seen.closed.length, new Set(seen.closed).size]).toEqual([230, 230, 130, 130])
  expect((await stage.desk().get('/console/privacy?open=1.nada')).status).toBe(200)
})
