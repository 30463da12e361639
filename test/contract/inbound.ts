import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { refusal } from '@portero/shared'
import type { Connection, WebhookContract } from '@portero/tool-server/define.ts'
import { signatureFaults, signatureWindowMs } from '@portero/tool-server/domain/ports/signature.ts'
import { replayDead } from '@portero/tool-server/spine/dead.ts'
import { bytesOf, knock, proven } from './knock.ts'
import { expectTold, openStage, secrets, type Stage } from './stage.ts'
import type { Vendor } from './vendors.ts'

// What every vendor's webhooks must hold to, through the real door.
const mostBytes = 1_048_576

export const inbound = (vendor: Vendor, contract: WebhookContract<unknown>): void => {
  const { windowMs = signatureWindowMs } = contract
  describe('what it sends', () => {
    let stage: Stage
    let connection: Connection
    beforeAll(async () => void (stage = await openStage(vendor)))
    afterAll(() => stage.house.end())
    beforeEach(async () => {
      await stage.afresh()
      connection = await stage.connect()
    })

    const [first] = contract.samples
    if (!first) throw new Error(`${vendor.name} has no sample`)
    const sample = bytesOf(first.body)

    const send = (how: Partial<Parameters<typeof knock>[2]> = {}): Promise<Response> => knock(stage, connection, { body: sample, headers: first.headers, ...how })
    const stored = async (): Promise<{ id: string; state: string; raw_sealed: Buffer | null }[]> =>
      (await sql<Awaited<ReturnType<typeof stored>>[number]>`select id, state, raw_sealed from inbox order by seq`.execute(stage.house.db.bare)).rows
    const expectRefused = async (response: Response, status: number, sentence: string | RegExp): Promise<void> => {
      expect({ status: response.status, type: response.type }).toEqual({ status, type: 'application/json' })
      expect(refusal.parse(response.body).say).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence))
      expect(await stored()).toEqual([])
    }

    describe('is refused, and nothing is stored', () => {
      test('without a signature', async () => expectRefused(await send({ secret: null }), 401, signatureFaults.missing))
      test('signed with a foreign secret', async () => expectRefused(await send({ secret: secrets.foreign }), 401, signatureFaults.foreign))
      if (contract.unsigned?.body === undefined) {
        test('tampered with', async () => expectRefused(await send({ body: Buffer.concat([sample, Buffer.from(' ')]), signedBody: sample }), 401, signatureFaults.foreign))
      }
      if (contract.unsigned?.time === undefined) {
        test('older than its retries get', async () => expectRefused(await send({ ageMs: windowMs + 1_000 }), 401, signatureFaults.stale))
        test('over five minutes early', async () => expectRefused(await send({ ageMs: -signatureWindowMs - 1_000 }), 401, signatureFaults.early))
      }
      test('larger than we read', async () => expectRefused(await send({ body: Buffer.alloc(mostBytes + 1, ' ') }), 413, oneSentence))
      test('compressed', async () => expectRefused(await send({ body: gzipSync(sample), headers: { ...first.headers, 'content-encoding': 'gzip' } }), 415, oneSentence))
      test('to a connection that nobody knows', async () => expectRefused(await send({ path: `/webhooks/${vendor.name}/00000000-0000-7000-8000-00000000beef` }), 404, oneSentence))
      test('to a vendor that nobody knows', async () => expectRefused(await send({ path: `/webhooks/no-such-vendor/${connection.id}` }), 404, oneSentence))
    })

    describe('is taken', () => {
      test.each(contract.samples)('$name', async ({ body, headers, deliveries }) => {
        const response = await send({ body: bytesOf(body), headers })
        expect({ status: response.status, body: response.body }).toEqual({ status: 200, body: { ok: true, repeated: false } })
        await stage.pass(0)
        expect(await stored()).toMatchObject([{ state: 'parsed' }])
        await expectTold(stage, deliveries)
      })
      test.each(['new', 'old'] as const)('signed with the %s of two secrets', async (which) => {
        expect((await send({ secret: secrets[which] })).status).toBe(200)
      })
      if (contract.unsigned?.time === undefined) {
        test.each([windowMs, -signatureWindowMs])('signed %s ms ago', async (ageMs) => {
          expect((await send({ ageMs })).status).toBe(200)
        })
      }
      test('once, when it comes twice', async () => {
        await send()
        stage.house.clock.advance(30_000)
        const again = await send()
        expect({ status: again.status, body: again.body }).toEqual({ status: 200, body: { ok: true, repeated: true } })
        await stage.pass(0)
        expect(await stored()).toHaveLength(1)
        await expectTold(stage, first.deliveries)
      })
      if (contract.account) {
        test('at the one address of all its accounts', async () => {
          expect((await send({ path: `/webhooks/${vendor.name}` })).status).toBe(200)
          expect(await stored()).toHaveLength(1)
        })
      }
    })

    describe('and is not as promised: kept as it came, and told after a fix', () => {
      test.each(contract.malformed)('$name', async ({ body, headers, deliveries = [] }) => {
        const bytes = bytesOf(body)
        expect((await send({ body: bytes, headers })).status).toBe(200)
        await stage.pass(0)
        const [dead] = await stored()
        expect(dead?.state).toBe('dead')
        expect(await stage.house.vault.open(stage.house.db.bare, stage.house.tenant, `inbox.raw:${dead?.id}`, dead?.raw_sealed ?? Buffer.of()).then(bodyWithin)).toEqual(proven(vendor.contract, bytes))
        await expectTold(stage, deliveries)

        const mended = [...deliveries, { ...(first.deliveries[0] ?? deliveries[0]!), id: 'understood at last' }]
        stage.connector.webhook!.parse = () => JSON.parse(stage.asMade(JSON.stringify(mended)))
        try {
          expect(await replayDead(stage.house, { sure: false, id: dead!.id })).toBe(1)
          await stage.pass(0)
        } finally {
          stage.connector.webhook!.parse = vendor.connector.webhook!.parse
        }
        expect(await stored()).toMatchObject([{ state: 'parsed' }])
        await expectTold(stage, mended)
      })
    })

    if (contract.handshakes) {
      test.each(contract.handshakes)('shakes hands: $name', async ({ method, query = {}, headers = {}, reply }) => {
        const response = await request(stage.house.doors)[method === 'GET' ? 'get' : 'post'](`/webhooks/${vendor.name}/${connection.id}`).query(query).set(headers)
        expect({ status: response.status, type: response.type, body: response.text }).toMatchObject(reply)
        expect(await stored()).toEqual([])
      })
    }
  })
}

const oneSentence = /^[A-Z][^.]+\.$/
const bodyWithin = (opened: Buffer): Buffer => opened.subarray(opened.indexOf('\n') + 1)
