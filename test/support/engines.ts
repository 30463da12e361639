import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach } from '@jest/globals'
import type { RawBuilder } from 'kysely'
import { makeDb, type Db, type Engine } from '@portero/tool-server/spine/db.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'

// What the tests of the engines share.
export const clock = realClock()
export const log = makeLog({ level: 'silent', clock })
// oxlint-disable-next-line no-console
export const shout = (text: string): void => console.warn(text)

export const rowsOf = async (statement: RawBuilder<any>, db: Db): Promise<any[]> => (await statement.execute(db.bare)).rows
export const outcome = (work: Promise<unknown>): Promise<any> => work.then(() => 'it worked', (thrown: unknown) => thrown)
// For what only another process or a server can say: looks again every 20 ms, for a minute.
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let left = 3_000; !(await isSo()); left--) {
    if (left === 0) throw new Error('waited too long')
    await sleep(20)
  }
}

// What a test made goes away after it, the last thing first.
export const makeWorkshop = (): { cleanUps: (() => unknown)[]; freshDir(): string; opened(engine: Engine): Db } => {
  const cleanUps: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  })
  return {
    cleanUps,
    freshDir() {
      const dir = mkdtempSync(join(tmpdir(), 'portero-engine-'))
      cleanUps.push(() => rmSync(dir, { recursive: true, force: true }))
      return dir
    },
    opened(engine) {
      const db = makeDb(engine)
      cleanUps.push(() => db.close())
      return db
    },
  }
}
