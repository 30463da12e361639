import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { app, mariana, openOauth, type OauthStage } from './support/oauth-stage.ts'

// Eight processes and fifty calls in each, at the moment at which what they have runs out. On PostgreSQL only: the embedded engine has one process.
const processes = 8
const calls = 50
const rounds = 4
const hourMs = 3_600_000
const key = 'ab'.repeat(32)
const url = process.env['DATABASE_URL']
const report = z.object({ outcomes: z.array(z.string()), ms: z.number() })

let stage: OauthStage
const children: { child: ChildProcess; next(): Promise<string> }[] = []
beforeAll(async () => {
  if (!url) return
  stage = await openOauth({ lastsMs: hourMs, config: { masterKeys: [Buffer.from(key, 'hex')] } })
})
afterAll(async () => {
  for (const { child } of children) child.kill('SIGKILL')
  await stage?.end()
})

const begin = (told: object): (typeof children)[number] => {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'oauth/renewer.ts'), JSON.stringify(told)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  createInterface({ input: child.stdout }).on('line', (line) => (waiting.shift() ?? ((each) => lines.push(each)))(line))
  const one = { child, next: (): Promise<string> => new Promise((resolve) => { const line = lines.shift(); if (line === undefined) waiting.push(resolve); else resolve(line) }) }
  children.push(one)
  return one
}

describe(`${processes} processes and ${calls} calls in each`, () => {
  test('renew once an hour, and every call is answered', async () => {
    if (!url) return
    const admin = await stage.admin()
    await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
    const connection = await stage.connected()
    const { rows: [here] } = await sql<{ name: string }>`select current_database() as name`.execute(stage.house.db.bare)
    const told = { url: Object.assign(new URL(url ?? ''), { pathname: `/${here?.name}` }).href, key, issuer: stage.auth.issuer(), app, connection, calls }
    for (let i = 0; i < processes; i++) begin(told)
    for (const { next } of children) expect(await next()).toBe('ready')

    const rows = async (): Promise<{ state: string; version: number }[]> => (await sql<{ state: string; version: number }>`select state, version from access_token`.execute(stage.house.db.bare)).rows
    const [{ version } = { version: 0 }] = await rows()
    const before = stage.auth.asked().length
    const renewals: number[] = []
    const slowest: number[] = []
    for (let round = 1; round <= rounds; round++) {
      stage.clock.advance(hourMs + 60_000)
      for (const { child } of children) child.stdin?.write(`${stage.clock.now()}\n`)
      const reports = await Promise.all(children.map(async ({ next }) => report.parse(JSON.parse(await next()))))
      expect(reports.flatMap(({ outcomes }) => outcomes).filter((outcome) => outcome !== '200')).toEqual([])
      renewals.push(stage.auth.asked().length - before)
      slowest.push(Math.max(...reports.map(({ ms }) => ms)))
    }
    expect(renewals).toEqual([1, 2, 3, 4])
    expect(await rows()).toEqual([{ state: 'good', version: version + rounds }])
    process.stderr.write(`oauth storm: ${processes} processes x ${calls} calls x ${rounds} expiries, ${renewals.at(-1)} refresh grants, ${processes * calls * rounds} calls answered, slowest batch ${Math.max(...slowest)} ms\n`)
  }, 120_000)
})
