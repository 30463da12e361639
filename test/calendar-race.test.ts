import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { noteKnown, projectionAt, projectionsAmong, type Projection } from '@portero/tool-server/store/projections.ts'
import type { Act } from '@portero/tool-server/define.ts'
import { openCalendars, type CalendarStage } from './support/calendar-stage.ts'
import { serverUrl } from './support/databases.ts'
import { until } from './support/process.ts'

let stage: CalendarStage
beforeAll(async () => {
  stage = await openCalendars()
  await stage.approve()
})
afterAll(() => stage.end())

// The embedded engine does one transaction after the other.
const onServer = serverUrl ? test : test.skip
onServer('what the calendar answered stands, though its echo is heard at the same moment', async () => {
  const { house, agents: [ana] } = stage
  await stage.book(await stage.visitor(), Date.parse('2026-11-26T12:00-06:00'), [ana ?? ''])
  const connection = await stage.connection('ana')
  const ours = (await stage.standing())[0]!.ours
  await stage.rows(`update projection set state = 'sent' where ours = '${ours}'`)
  const deciding = (decide: (act: Act) => Promise<void>): Promise<void> => house.db.tx((tx) => decide(house.acting.within(tx, { tenant: house.tenant, by: 'system' })))
  const found = (known: Projection | undefined): Projection => {
    if (!known) throw new Error('nothing stands there')
    return known
  }

  const [read, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const echo = deciding(async (act) => {
    const [known] = await projectionsAmong(act, connection, { ours: [ours], ids: [] })
    read.resolve()
    await go.promise
    await noteKnown(act, found(known), { version: 'echo' })
  })
  await read.promise
  let answered = false
  const answer = deciding(async (act) => noteKnown(act, found(await projectionAt(act, { ours, connection })), { state: 'stands' })).then(() => void (answered = true))
  await until('the answer waits, or is through', async () => answered || (await stage.rows(`select 1 from pg_locks where not granted and locktype = 'transactionid'`)).length > 0)
  go.resolve()
  await Promise.all([echo, answer])
  expect((await stage.standing()).map(({ state, versions }) => [state, versions.at(-1)])).toEqual([['stands', 'echo']])
}, 60_000)
