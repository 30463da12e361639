import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Exchange, Tell } from '@portero/tool-server/define.ts'
import { bytesOf, knock } from './knock.ts'
import { play } from './script.ts'
import { openStage, secrets, type Stage } from './stage.ts'
import type { Vendor } from './vendors.ts'

// What people say, and what keeps us safe, is never logged and never stored but sealed. The contract's own data are the canaries.
export const privacy = (vendor: Vendor): void => {
  const { contract, connector } = vendor
  const commands = Object.entries(contract.does ?? {})
  const heard = [...(contract.webhook?.samples ?? []), ...(contract.webhook?.malformed ?? [])]
  const personal = valuesUnder(connector.redact, [heard.map(({ body }) => readable(body)), contract.does, contract.reads, contract.pulls])
  const credentials = [...valuesUnder(['apiKey', 'password', 'clientSecret', 'privateKey'], contract.settings([])).values()].flat()
  const forbidden = [...[...personal.values()].flat(), ...credentials, secrets.new, secrets.old]

  describe('what nobody may see', () => {
    let stage: Stage
    beforeAll(async () => void (stage = await openStage(vendor)))
    afterAll(() => stage.house.end())
    beforeEach(() => stage.afresh())

    const perform = async (linesOf: (exchanges: Exchange[]) => Exchange[]): Promise<void> => {
      for (const [name, { exchanges }] of commands) {
        await play(linesOf(exchanges), async ({ url }) => {
          await stage.send(await stage.connect(url), name)
          await stage.pass(0)
        })
      }
    }
    const expectKeptQuiet = async (): Promise<void> => {
      const plain = await storedInPlain(stage)
      expect(plain).toContain(contract.account) // or it would be no look at what is stored
      expect({ logged: leaks(forbidden, stage.house.logged()), stored: leaks(forbidden, plain) }).toEqual({ logged: [], stored: [] })
    }

    test('is in the contract, and unlike anything else', () => {
      expect([...personal.keys()].toSorted()).toEqual(connector.redact.map((name) => name.toLowerCase()).toSorted())
      expect(forbidden.filter((canary) => canary.length < 8)).toEqual([])
    })

    test('stays sealed when all goes well', async () => {
      const connection = await stage.connect()
      for (const { body, headers } of heard) expect((await knock(stage, connection, { body: bytesOf(body), headers })).status).toBe(200)
      await stage.pass(0)
      await perform((exchanges) => exchanges)
      await expectKeptQuiet()
      expect(leaks(forbidden, [...(await opened(stage, 'args')), ...(await opened(stage, 'result'))].join())).not.toEqual([]) // they did come through
    })

    test('is not even kept sealed of what the vendor complains', async () => {
      const complaint: Tell = { status: 422, body: { error: `not like this, ${credentials.join(' ')}`, you: { sent: [Object.fromEntries(personal)] }, authorization: credentials } }
      await perform((exchanges) => exchanges.slice(0, 1).map(({ ask }) => ({ ask, tell: complaint })))
      await expectKeptQuiet()
      const kept = await opened(stage, 'error')
      expect(kept.map((each) => ({ complaint: each.includes('not like this'), leaks: leaks(forbidden, each) }))).toEqual(commands.map(() => ({ complaint: true, leaks: [] })))
    })
  })
}

// Every text that stands anywhere below one of these names, by name in lower case.
const valuesUnder = (names: readonly string[], data: unknown): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const look = (value: unknown, under: string | undefined): void => {
    if (typeof value === 'string' && under !== undefined) found.set(under, [...new Set([...(found.get(under) ?? []), value])])
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) if (!wire.has(key)) look(inner, wanted.has(key.toLowerCase()) ? key.toLowerCase() : under)
  }
  look(data, undefined)
  return found
}
const wire = new Set(['type', 'detail']) // below those names too, words of the vendor's and of nobody else
const readable = (body: object | string | Buffer): unknown => {
  try {
    return JSON.parse(bytesOf(body).toString())
  } catch {
    return undefined // no JSON, so no names to look under
  }
}

const leaks = (canaries: readonly string[], text: string): string[] =>
  canaries.filter((canary) => [canary, JSON.stringify(canary).slice(1, -1), Buffer.from(canary).toString('hex'), Buffer.from(canary).toString('base64').replace(/=+$/, '')].some((form) => text.includes(form)))

// All rows of all tables as text; bytes come as hex.
const storedInPlain = async ({ house: { db } }: Stage): Promise<string> => {
  const { rows: tables } = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public' order by tablename`.execute(db.bare)
  const texts: string[] = []
  for (const { name } of tables) texts.push(...(await sql<{ row: string }>`select to_jsonb(each)::text as row from ${sql.table(name)} each`.execute(db.bare)).rows.map(({ row }) => row))
  return texts.join('\n')
}

const opened = async ({ house: { db, vault, tenant } }: Stage, what: 'args' | 'error' | 'result'): Promise<string[]> => {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`select id, ${sql.ref(`${what}_sealed`)} as sealed from job where kind = 'command' and ${sql.ref(`${what}_sealed`)} is not null order by seq`.execute(db.bare)
  return Promise.all(rows.map(async ({ id, sealed }) => (await vault.open(db.bare, tenant, `job.${what}:${id}`, sealed)).toString()))
}
