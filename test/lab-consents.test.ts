import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mariana, openOauth, type OauthStage } from './support/oauth-stage.ts'

// What people allowed in the lab is allowed when it starts again, on the same data directory.
let dir: string
let stage: OauthStage
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lab-consents-'))
  stage = await openOauth({ keptIn: join(dir, 'lab-consents.json') })
})
afterAll(async () => {
  await stage.end()
  await rm(dir, { recursive: true })
})
const file = (): Promise<string> => readFile(join(dir, 'lab-consents.json'), 'utf8')
const reads = async (): Promise<string> => {
  const { house, clock } = stage
  for (let passed = 0; passed < 20; passed++) {
    clock.advance(30_000)
    await house.worker.settle()
  }
  const [row] = await house.db.bare.selectFrom('access_token').select('state').execute()
  return String(row?.state)
}

test('consents outlive the lab, and what is over is not kept', async () => {
  const { status } = await stage.consent(await stage.admin(), { agent: stage.agents.mariana, who: mariana })
  expect([status, await reads()]).toEqual([200, 'good'])
  for (let starts = 0; starts < 2; starts++) {
    stage.restartLab()
    stage.clock.advance(2 * 3_600_000) // what it knew of our access has ended by then
    expect(await reads()).toBe('good')
  }
  expect((await stat(join(dir, 'lab-consents.json'))).mode & 0o777).toBe(0o600)
  stage.clock.advance(100 * 86_400_000)
  const admin = await stage.admin()
  await admin.get(await stage.begin(admin, stage.agents.mariana)) // whatever it writes down next
  expect(await file()).not.toContain('RefreshToken')
})
test('what was revoked stays so', async () => {
  await stage.consent(await stage.admin(), { agent: stage.agents.mariana, who: mariana })
  await stage.auth.revokeAll()
  stage.restartLab()
  expect((await file()).includes('RefreshToken')).toBe(false)
})
