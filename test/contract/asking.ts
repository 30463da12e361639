import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { errors } from '@portero/shared'
import type { Exchange, Outcome } from '@portero/tool-server/define.ts'
import { breaks, play, type Case } from './script.ts'
import { expectTold, openStage, type Stage } from './stage.ts'
import type { Vendor } from './vendors.ts'

// What every vendor's reads, pulls and watch must hold to.
export const asking = (vendor: Vendor): void => {
  const { contract, connector } = vendor

  describe('what we ask it', () => {
    let stage: Stage
    beforeAll(async () => void (stage = await openStage(vendor)))
    afterAll(() => stage.house.end())
    beforeEach(() => stage.afresh())

    const perform = (lines: readonly Exchange[], start: (baseUrl: string) => Promise<void>, then: () => Promise<void>): Promise<void> =>
      play(lines, async ({ url }) => {
        await start(url)
        await stage.pass(0)
        await then()
      }, stage)

    if (contract.reads) describe.each(Object.entries(contract.reads))('%s', (name, { exchanges, result, more = [], but = {} }) => {
      const cases: Case[] = [{ name: 'is answered', exchanges, result }, ...more, ...breaks(exchanges, { ...contract.failures, ...but })]
      const start = async (baseUrl: string): Promise<void> => {
        await stage.connect(baseUrl)
        await stage.ask(name)
      }
      test.each(cases)('$name', (each) =>
        perform(each.exchanges, start, async () => {
          const { state, error_code: code } = await stage.job('turn')
          expect({ state, code, asked: stage.asked }).toEqual('result' in each ? { state: 'done', code: null, asked: [each.result] } : { state: errors[each.code].retry === 'never' ? 'dead' : 'ready', code: each.code, asked: [] })
        }))
    })

    if (contract.pulls) describe.each(Object.entries(contract.pulls))('what is new: %s', (name, cases) => {
      describe.each(cases)('$name', ({ cursor, known = [], exchanges, deliveries, next }) => {
        const start = async (baseUrl: string): Promise<void> => {
          const connection = await stage.connect(baseUrl)
          const { db, tenant } = stage.house
          if (cursor !== null) await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor) values (${tenant}, ${connection.id}, ${name}, ${stage.asMade(cursor)})`.execute(db.bare)
          for (const item of known) await sql`insert into pull_item (tenant_id, connection_id, name, item, generation) values (${tenant}, ${connection.id}, ${name}, ${item}, 0)`.execute(db.bare)
          await stage.start('pull', name, connection)
        }

        test('is told', () =>
          perform(exchanges, start, async () => {
            await expectTold(stage, deliveries)
            expect(stage.asWritten(await cursorOf(stage, name))?.replaceAll(String(stage.house.clock.now()), '{nowMs}') ?? null).toBe(next)
            const { state, run_at: due } = await stage.job('pull')
            expect({ state, waitMs: due - stage.house.clock.now() }).toEqual({ state: 'scheduled', waitMs: connector.pulls?.[name]?.everyMs })
          }))
        test.each(breaks(exchanges.slice(0, 1), contract.failures))('stays where it is when $name', (each) =>
          perform(each.exchanges, start, async () => {
            const { state, error_code: code } = await stage.job('pull')
            expect({ state, code, cursor: stage.asWritten(await cursorOf(stage, name)) }).toEqual({ state: 'ready', code: codeOf(each), cursor })
            await expectTold(stage, [])
          }))
      })
    })

    if (contract.watch) {
      const { exchanges, expiresAt, more = [], but = {} } = contract.watch
      const start = async (baseUrl: string): Promise<void> => stage.start('watch', vendor.name, await stage.connect(baseUrl))
      describe('to be told of what happens', () => {
        test('is asked again before it ends', () =>
          perform(exchanges, start, async () => {
            const { state, run_at: due } = await stage.job('watch')
            const livesMs = (expiresAt ?? Number.POSITIVE_INFINITY) - stage.house.clock.now()
            const waitsMs = due - stage.house.clock.now()
            expect({ state, inTime: waitsMs > 0 && waitsMs < livesMs, tooOften: expiresAt !== null && waitsMs < livesMs / 2 }).toEqual({ state: 'scheduled', inTime: true, tooOften: false })
          }))
        test.each([...more, ...breaks(exchanges, { ...contract.failures, ...but })])('$name', (each) =>
          perform(each.exchanges, start, async () => {
            const { state, error_code: code } = await stage.job('watch')
            expect({ state, code }).toEqual('result' in each ? { state: 'scheduled', code: null } : { state: 'ready', code: codeOf(each) })
          }))
      })
    }
  })
}

const cursorOf = async ({ house }: Stage, name: string): Promise<string | null> =>
  (await sql<{ cursor: string | null }>`select cursor from pull_cursor where name = ${name}`.execute(house.db.bare)).rows[0]?.cursor ?? null

const codeOf = (outcome: Outcome): string => {
  if ('result' in outcome) throw new Error('this cannot end with a result')
  return outcome.code
}
