import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals'
import { sql } from 'kysely'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { cleanUp, forgetReadyDir, isIdle, runCli, start, startServer, until, type Env, type Server } from './support/process.ts'
import { freshHome, withDb } from './support/process-databases.ts'

// The sync with HubSpot from the command line: all contacts looked through, and what is left to people.
jest.setTimeout(120_000)
afterEach(cleanUp)
afterAll(forgetReadyDir)

const embedded = process.env['DATABASE_URL'] === undefined
const contacts = async (server: Server, count: number): Promise<void> => {
  const { status } = await fetch(`${server.lab}/_lab/hubspot/import`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'contacts', rows: Array.from({ length: count }, (_, each) => ({ phone: `+5281${String(40_000_000 + each)}` })) }) })
  expect(status).toBe(200)
}
const backfillOf = (home: Env) => withDb(home, async (db) => (await sql<{ seen: number; strangers: number; ended: boolean }>`select seen, strangers, ended_at is not null as ended from crm_backfill`.execute(db.bare)).rows[0])

describe('portero hubspot backfill', () => {
  it('says in one sentence that HubSpot is not connected', async () => {
    expect(await runCli(['hubspot', 'backfill'], await freshHome())).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^[^\n]*portero connect hubspot[^\n]*\n$/) })
  })
  if (embedded) {
    it('is begun while the server is stopped, once, and done by the server on the lane of what is in no hurry', async () => {
      const home = await freshHome()
      const before = await startServer({ env: home })
      await before.ready()
      await before.stop()
      await withDb(home, (db) => sql`delete from job where kind = 'pull'`.execute(db.bare)) // as of a server that has never run since
      expect((await runCli(['hubspot', 'backfill'], home)).out).toBe('Begun.\nThe server does it once it runs again.\n')
      expect((await runCli(['hubspot', 'backfill'], home)).out).toBe('It was begun before, and goes on.\nThe server does it once it runs again.\n')
      const server = await startServer({ env: home })
      await server.ready()
      await until('it is done', async () => (await asked(server)) > 0 && isIdle(server))
      await server.stop()
      expect([(await backfillOf(home))?.ended, await withDb(home, async (db) => (await sql<{ lane: string }>`select lane from job where kind = 'pull' and name = 'backfill'`.execute(db.bare)).rows)]).toEqual([true, [{ lane: 'bulk' }]])
    })
  } else {
    it('is done by the server that runs, and shown until it is', async () => {
      const home = await freshHome()
      const server = await startServer({ env: home })
      await server.ready()
      await contacts(server, 130)
      const begun = start(process.execPath, ['tool-server/cli.ts', 'hubspot', 'backfill'], { env: home })
      expect(await begun.exited).toMatchObject({ code: 0 })
      expect(begun.out()).toMatch(/^Begun\.\n/)
      expect(begun.out()).toMatch(/\r█{20} 100 % {2}130 seen: 0 linked, 0 known before, 0 to decide, 130 nobody of ours\n$/)
      expect(await backfillOf(home)).toEqual({ seen: 130, strangers: 130, ended: true })
    })
  }
})
// The searches by which all contacts are walked through.
const asked = async ({ lab }: Server): Promise<number> => {
  const requests = (await (await fetch(`${lab}/_lab/hubspot/requests`)).json()) as { path: string; body?: unknown }[]
  return requests.filter(({ path, body }) => path.endsWith('/search') && JSON.stringify(body).includes('hs_object_id') && JSON.stringify(body).includes('"GT"')).length
}

describe('portero hubspot reviews', () => {
  it('is content with none', async () => {
    expect(await runCli(['hubspot', 'reviews'], await freshHome())).toMatchObject({ code: 0, out: '0 contacts to decide, 0 changes that lost\n', err: '' })
  })
  it('lists what is open, without a word of what it says', async () => {
    const home = await freshHome()
    const [person, review, conflict, done] = ['019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000002', '019a0000-0000-7000-8000-000000000003', '019a0000-0000-7000-8000-000000000004']
    await withDb(home, async (db) => {
      await sql`insert into person (tenant_id, id, created_at) values (${firstTenant}, ${person}, to_timestamp(0))`.execute(db.bare)
      for (const [id, state] of [[review, 'open'], [done, 'apart']]) await sql`insert into crm_review (tenant_id, id, external_id, people, reason, state, made_at, decided_at) values (${firstTenant}, ${id}, ${`77${state}`}, array[${person}::uuid], 'names', ${state}, to_timestamp(0), case when ${state} = 'open' then null else to_timestamp(1) end)`.execute(db.bare)
      await sql`insert into crm_conflict (tenant_id, id, person_id, kind, our_id, field, values_sealed, won, state, made_at) values (${firstTenant}, ${conflict}, ${person}, 'contact', ${person}, 'name', 'x', 'theirs', 'open', to_timestamp(0))`.execute(db.bare)
    })
    expect((await runCli(['hubspot', 'reviews'], home)).out).toBe(`${review}  contact 77open  names  ${person}\n${conflict}  contact name  HubSpot won  ${person}\n1 contacts to decide, 1 changes that lost\n`)
  })
})
