import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { keepMedia } from '@portero/tool-server/actions/keep-media.ts'
import { reviseSaid } from '@portero/tool-server/actions/revise-message.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { defineAction } from '@portero/tool-server/define.ts'
import { askAgainAt, isShowable, mediaType } from '@portero/tool-server/domain/media.ts'
import { mediaOfToken, mediaToken } from '@portero/tool-server/store/media-links.ts'
import { keptMedia } from '@portero/tool-server/store/media.ts'
import { sampleOf, type Kind } from './lab/bird/samples.ts'
import { openBirdHouse, type BirdHouse } from './support/bird-stage.ts'

// What came with messages: fetched by the signed-link dance, looked at, sealed, and shown to whom it may be shown.
jest.setTimeout(120_000)

describe('what a file is', () => {
  const zip = (...names: string[]) => Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), ...names.map((name) => Buffer.from(`[Content_Types].xml ${name}`))])
  test.each([
    ...(['image', 'voice', 'audio', 'video', 'file', 'sticker'] as const).map((kind): [string, Buffer, string] => [kind, sampleOf(kind).bytes, { image: 'image/png', voice: 'audio/ogg', audio: 'audio/mpeg', video: 'video/mp4', file: 'application/pdf', sticker: 'image/webp' }[kind]]),
    ['a JPEG', sampleOf('image', { contentType: 'image/jpeg' }).bytes, 'image/jpeg'],
    ['a GIF', Buffer.from('GIF89a'), 'image/gif'],
    ['3GP', Buffer.from('\0\0\0\x18ftyp3gp5', 'latin1'), 'video/3gpp'],
    ['M4A', Buffer.from('\0\0\0\x18ftypM4A ', 'latin1'), 'audio/mp4'],
    ['AMR', Buffer.from('#!AMR\n'), 'audio/amr'],
    ['AAC', Buffer.from('fff15080', 'hex'), 'audio/aac'],
    ['MP3 without tags', Buffer.from('fffb9000', 'hex'), 'audio/mpeg'],
    ['a Word file', zip('word/document.xml'), 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['an Excel file', zip('xl/workbook.xml'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ])('%s is known by its bytes', (_name, bytes, type) => expect(mediaType(bytes)).toBe(type))
  test.each([
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')], ['a page with a blank in front', Buffer.from('\n <html>')], ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['a program', Buffer.from('MZ\x90\0')], ['an ELF', Buffer.from('\x7fELF')], ['a script', Buffer.from('#!/bin/sh\nrm -rf /')], ['a bare zip', zip('run.exe')], ['a Word file with macros', zip('word/document.xml', 'word/vbaProject.bin')],
    ['an Ogg of nothing', Buffer.from('OggS and so on')], ['nothing', Buffer.alloc(0)], ['one byte', Buffer.from([0xff])], ['text', Buffer.from('hola')],
  ])('%s is none that we keep', (_name, bytes) => expect(mediaType(bytes)).toBeUndefined())
  test('only what runs nothing is shown in a browser', () => {
    expect(['image/png', 'audio/ogg', 'video/mp4', 'application/pdf'].map(isShowable)).toEqual([true, true, true, true])
    expect(['image/heic', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text/html', 'image/svg+xml'].map(isShowable).slice(0, 3)).toEqual([false, false, false])
  })
  test('what is gone is believed after some minutes, and who is away is asked for a week', () => {
    const until = (seen: 'gone' | 'away'): { tries: number; days: number } => {
      let now = 0
      for (let tries = 1; ; tries++) {
        const at = askAgainAt({ seen, tries, since: 0, now })
        if (at === undefined) return { tries, days: Math.round(now / 86_400_000) }
        now = at
      }
    }
    expect(until('gone')).toEqual({ tries: 3, days: 0 })
    expect(until('away').days).toBe(7)
  })
})

describe('with the simulated Bird', () => {
  let stage: BirdHouse
  beforeAll(async () => void (stage = await openBirdHouse()))
  afterAll(() => stage.end())
  const minute = 60_000
  const link = 'GET /workspaces/:workspace/messages/:message/media/:media'
  const file = 'GET /_files/:file'
  let last = 0
  const phone = (): string => `+5255200000${String(last++).padStart(2, '0')}`
  const send = async (number: string, media: { kind: Kind; contentType?: string; data?: string; megabytes?: number; caption?: string }): Promise<string> => {
    const { messageId } = stage.bird.phone.write(number, { media })
    await stage.follow()
    return messageId
  }
  type Row = { message: string; state: string; type: string | null; size: number | null; digest: Buffer | null; person: string }
  const kept = async (external: string): Promise<Row | undefined> =>
    (await sql<Row>`select d.message_id as message, d.state, d.type, d.size, d.digest_bidx as digest, d.person_id as person from media d join message m on m.tenant_id = d.tenant_id and m.id = d.message_id where m.external_id = ${external}`.execute(stage.house.db.bare)).rows[0]
  const tokenFor = async (external: string, user = 'hubspot:9411', tenant = stage.house.tenant): Promise<string> =>
    mediaToken({ on: stage.house.db.bare, vault: stage.house.vault }, { tenant, message: (await kept(external))!.message, place: 0, user }, stage.clock.now())
  const open = async (token: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${stage.url}/media/${token}`, { headers })
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
  }
  const asked = (on: string) => stage.lab.desk('bird').requests(on)

  test.each([['image', 'image/png'], ['voice', 'audio/ogg'], ['video', 'video/mp4'], ['file', 'application/pdf'], ['sticker', 'image/webp']] as const)('a %s is fetched, kept and shown', async (kind, type) => {
    const message = await send(phone(), { kind })
    const { bytes } = sampleOf(kind)
    expect(await kept(message)).toMatchObject({ state: 'kept', type, size: bytes.length })
    const shown = await open(await tokenFor(message))
    expect({ status: shown.status, same: shown.bytes.equals(bytes), type: shown.headers.get('content-type'), disposition: shown.headers.get('content-disposition') }).toEqual({ status: 200, same: true, type, disposition: 'inline' })
    expect(Object.fromEntries(['x-content-type-options', 'content-security-policy', 'cross-origin-resource-policy'].map((name) => [name, shown.headers.get(name)]))).toEqual({ 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox", 'cross-origin-resource-policy': 'cross-origin' })
  })

  test('Bird gets our key, and the link that it leads to does not', async () => {
    const before = { links: asked(link).length, files: asked(file).length }
    await send(phone(), { kind: 'image' })
    const [ofBird, ofLink] = [asked(link).slice(before.links), asked(file).slice(before.files)]
    expect(ofBird.map(({ headers }) => headers['authorization'])).toEqual(['AccessKey access-key-of-the-lab'])
    expect(ofLink.map(({ headers, status }) => ({ key: headers['authorization'], status }))).toEqual([{ key: undefined, status: 200 }])
  })

  test('a link that ended is asked for once more, at once', async () => {
    stage.lab.desk('bird').fault({ on: file, fault: 'expired' })
    const before = asked(link).length
    expect(await kept(await send(phone(), { kind: 'image' }))).toMatchObject({ state: 'kept' })
    expect(asked(link).slice(before)).toHaveLength(2)
  })
  test('a vendor that is away is asked again, and the transcript has waited for nothing', async () => {
    stage.lab.desk('bird').fault({ on: link, fault: 'away', times: 2 })
    const number = phone()
    const message = await send(number, { kind: 'image', caption: 'mi recibo' })
    expect(await kept(message)).toMatchObject({ state: 'wanted' })
    expect(await stage.lines(number)).toMatchObject([{ kind: 'image', text: 'mi recibo' }])
    await stage.follow(2 * minute)
    expect(await kept(message)).toMatchObject({ state: 'kept' })
    expect(stage.lab.desk('bird').faults()).toEqual([])
  })
  test('what Bird does not have any more is told as gone', async () => {
    stage.lab.desk('bird').fault({ on: link, fault: 'missing', times: 3 })
    const message = await send(phone(), { kind: 'image' })
    expect(await kept(message)).toMatchObject({ state: 'wanted' })
    await stage.follow(15 * minute)
    expect(await kept(message)).toMatchObject({ state: 'gone', digest: null })
  })
  test.each([
    ['a page that calls itself a picture', { kind: 'image', contentType: 'image/png', data: Buffer.from('<html><script>alert(1)</script>').toString('base64') }],
    ['a program that calls itself a paper', { kind: 'file', contentType: 'application/pdf', data: Buffer.from('MZ, and so on').toString('base64') }],
    ['a text that says it is one', { kind: 'file', contentType: 'text/html', data: Buffer.from('<svg/>').toString('base64') }],
    ['a video of more than 16 MB', { kind: 'video', megabytes: 17 }],
  ] as const)('%s is refused, and nothing of it is kept', async (_name, media) => {
    const before = await stage.count('media_bytes')
    expect(await kept(await send(phone(), media))).toMatchObject({ state: 'refused', digest: null })
    expect(await stage.count('media_bytes')).toBe(before)
  })
  test('a paper that calls itself a picture is shown as the paper that it is', async () => {
    expect(await kept(await send(phone(), { kind: 'image', contentType: 'image/jpeg', data: sampleOf('file').bytes.toString('base64') }))).toMatchObject({ state: 'kept', type: 'application/pdf' })
  })
  test('a video of 15 MB is kept', async () => {
    const message = await send(phone(), { kind: 'video', megabytes: 15 })
    expect(await kept(message)).toMatchObject({ state: 'kept', type: 'video/mp4' })
    const part = await open(await tokenFor(message), { range: 'bytes=4-11' })
    expect({ status: part.status, text: part.bytes.toString(), range: part.headers.get('content-range') }).toEqual({ status: 206, text: 'ftypmp42', range: `bytes 4-11/${15 * 2 ** 20 + 32}` })
  })

  test('the same photo twice is there once, and another person has their own', async () => {
    const [number, other] = [phone(), phone()]
    const before = await stage.count('media_bytes')
    const [first, second] = [await send(number, { kind: 'image' }), await send(number, { kind: 'image' })]
    expect(await stage.count('media_bytes')).toBe(before + 1)
    await send(other, { kind: 'image' })
    expect(await stage.count('media_bytes')).toBe(before + 2)
    // Taking back one of the two leaves the other; taking back both leaves nothing.
    stage.bird.phone.write(number, { delete: { message: first } })
    await stage.follow()
    expect({ first: await kept(first), second: (await kept(second))?.state, count: await stage.count('media_bytes') }).toEqual({ first: undefined, second: 'kept', count: before + 2 })
    stage.bird.phone.write(number, { delete: { message: second } })
    await stage.follow()
    expect(await stage.count('media_bytes')).toBe(before + 1)
  })
  test('a photo that is taken back before it was fetched is not fetched any more', async () => {
    stage.lab.desk('bird').fault({ on: link, fault: 'away' })
    const number = phone()
    const message = await send(number, { kind: 'image' })
    stage.bird.phone.write(number, { delete: { message } })
    await stage.follow()
    const before = asked(link).length
    await stage.follow(2 * minute)
    expect({ asked: asked(link).length - before, kept: await kept(message) }).toEqual({ asked: 0, kept: undefined })
  })

  test('of a message that its author changed to another photo, that one is fetched; where only its words changed, nothing is', async () => {
    const number = phone()
    const [message, other] = [await send(number, { kind: 'image', caption: 'mi recibo' }), await send(number, { kind: 'sticker' })]
    const { db, vault, tenant, acting } = stage.house
    const linkOf = async (external: string): Promise<string> => {
      const { rows: [row] } = await sql<{ id: string; sealed: Buffer }>`select id, body_sealed as sealed from message where external_id = ${external}`.execute(db.bare)
      return JSON.parse((await vault.open(db.bare, tenant, `message.body:${row!.id}`, row!.sealed)).toString()).media[0].url
    }
    const [first, second] = [await linkOf(message), await linkOf(other)]
    const connection = (await stage.house.connection('bird')).id
    const revise = async (text: string, url: string): Promise<unknown> => {
      stage.clock.advance(minute)
      await acting.as({ tenant, by: 'system' }, 'all')(reviseSaid, { connection, message, body: { kind: 'image', text, media: [{ url }] }, at: stage.clock.now() })
      await stage.follow()
      return kept(message)
    }
    const before = { was: await kept(message), bytes: await stage.count('media_bytes'), asked: asked(link).length }
    expect([await revise('el recibo de enero', first), asked(link).length]).toEqual([before.was, before.asked])
    expect([await revise('este es', second), asked(link).length]).toEqual([expect.objectContaining({ state: 'kept', type: 'image/webp' }), before.asked + 1])
    expect(await stage.count('media_bytes')).toBe(before.bytes - 1) // the first photo is nobody's any more
    stage.clock.advance(minute)
    stage.bird.phone.write(number, { edit: { message, text: 'sin foto' } })
    await stage.follow()
    expect(await kept(message)).toMatchObject({ state: 'kept', type: 'image/webp' })
  })
  test('is sealed: no bytes, links or names of it stand anywhere in the clear', async () => {
    await send(phone(), { kind: 'file' })
    const { rows: tables } = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public'`.execute(stage.house.db.bare)
    for (const { name } of tables) {
      const { rows } = await sql<{ row: string }>`select to_jsonb(each)::text as row from ${sql.table(name)} each where to_jsonb(each)::text like any (array[${`%${sampleOf('file').bytes.subarray(0, 32).toString('hex')}%`}, '%comprobante.pdf%', '%/media/%'])`.execute(stage.house.db.bare)
      expect({ name, rows: rows.length }).toEqual({ name, rows: 0 })
    }
  })
  test('of an erased person nobody can open it, and nothing more is fetched', async () => {
    const number = phone()
    const message = await send(number, { kind: 'image' })
    const token = await tokenFor(message)
    expect((await open(token)).status).toBe(200)
    stage.lab.desk('bird').fault({ on: link, fault: 'away' })
    const later = await send(number, { kind: 'sticker' })
    const { person } = (await kept(message))!
    const { db, vault, tenant } = stage.house
    await vault.erasePerson(db.bare, tenant, person)
    expect((await open(token)).status).toBe(404)
    const { rows: [row] } = await sql<{ sealed: Buffer; digest: Buffer }>`select bytes_sealed as sealed, digest_bidx as digest from media_bytes where person_id = ${person}`.execute(db.bare)
    await expect(vault.open(db.bare, tenant, `media.bytes:${person}:${row!.digest.toString('hex')}`, row!.sealed)).rejects.toMatchObject({ code: 'not_found' })
    await stage.follow(2 * minute)
    expect(await kept(later)).toMatchObject({ state: 'wanted' })
    // Nor is it kept where they were erased while it was on its way.
    const nothing = z.strictObject({})
    const { message: where } = (await kept(later))!
    const come = defineAction({ name: 'media-test.come', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(async (_args, act) => {
      await keepMedia(act, { message: where, place: 0, url: 'https://files.example/x', tries: 0 }, { bytes: sampleOf('sticker').bytes })
      return {}
    })
    await stage.house.acting.as({ tenant, by: 'system' }, 'all')(come, {})
    expect(await kept(later)).toMatchObject({ state: 'wanted' })
    expect((await sql`select 1 from data_key where person_id = ${person}`.execute(db.bare)).rows).toEqual([])
  })

  test('of two who were taken for one goes back with their conversation, and erasing one of them erases nothing of the other', async () => {
    const [one, other] = [phone(), phone()]
    const messages = [await send(one, { kind: 'image' }), await send(other, { kind: 'sticker' })] as const
    const people = await Promise.all(messages.map(async (each) => (await kept(each))!.person))
    const act = stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
    const { merge, kept: keeper } = await act(mergePeople, { people: [people[0]!, people[1]!] })
    const [ofKeeper, ofMerged] = keeper === people[0] ? [one, other] : [other, one]
    const shared = [await send(ofKeeper, { kind: 'voice' }), await send(ofMerged, { kind: 'voice' })] as const // the same sound, with the key of both in one
    const before = await stage.count('media_bytes')
    const { apart } = await act(unmergePeople, { merge })
    expect(await Promise.all(shared.map(async (each) => (await kept(each))!.person))).toEqual([keeper, apart])
    expect(await stage.count('media_bytes')).toBe(before + 1)
    const { db, vault, tenant } = stage.house
    await vault.erasePerson(db.bare, tenant, keeper)
    const opens = async (external: string): Promise<boolean> => (await keptMedia({ on: db.bare, vault, tenant }, { message: (await kept(external))!.message, place: 0 })) !== undefined
    expect([await opens(shared[0]), await opens(shared[1]), await opens(messages[people.indexOf(apart)]!)]).toEqual([false, true, true])
  })

  describe('the door', () => {
    test('is open for a quarter of an hour, and each look is in the audit', async () => {
      const message = await send(phone(), { kind: 'image' })
      const token = await tokenFor(message, 'hubspot:77')
      expect((await open(token)).status).toBe(200)
      const { rows } = await sql`select user_id, by, person_id is not null as person, conversation_id is not null as conversation from audit where what = 'read:media' and user_id = 'hubspot:77'`.execute(stage.house.db.bare)
      expect(rows).toEqual([{ user_id: 'hubspot:77', by: 'staff', person: true, conversation: true }])
      stage.clock.advance(15 * minute)
      const late = await open(token)
      expect({ status: late.status, type: late.headers.get('content-type'), cache: late.headers.get('cache-control') }).toEqual({ status: 404, type: 'text/plain; charset=utf-8', cache: 'no-store' })
    })
    test('opens for nothing that was made up, and always alike', async () => {
      const message = await send(phone(), { kind: 'image' })
      const token = await tokenFor(message)
      const bytes = Buffer.from(token, 'base64url')
      const flipped = (at: number): string => Buffer.from(bytes.map((byte, place) => (place === at ? byte ^ 1 : byte))).toString('base64url')
      const foreign = '00000000-0000-7000-8000-0000000000aa'
      const forged = Buffer.concat([Buffer.alloc(16), Buffer.from(foreign.replaceAll('-', ''), 'hex'), bytes.subarray(32)]).toString('base64url')
      const answers = await Promise.all([...bytes.keys()].map((at) => open(flipped(at))).concat([open(forged), open(`${token}A`), open(token.slice(0, -4)), open('x'), open('%00')]))
      expect(new Set(answers.map(({ status, bytes }) => `${status} ${bytes.toString()}`)).size).toBe(1)
      expect(answers[0]!.status).toBe(404)
      expect((await open(token)).status).toBe(200)
    })
    test('knows one tenant from another', async () => {
      const message = await send(phone(), { kind: 'image' })
      const { db, vault, tenant } = stage.house
      const other = '00000000-0000-7000-8000-0000000000bb'
      await sql`insert into tenant (tenant_id, name, created_at) values (${other}, 'other', to_timestamp(0))`.execute(db.bare)
      const token = await tokenFor(message, 'hubspot:1', other)
      expect(await mediaOfToken({ on: db.bare, vault }, token, stage.clock.now())).toBeUndefined()
      expect(await keptMedia({ on: db.bare, vault, tenant: other }, { message: (await kept(message))!.message, place: 0 })).toBeUndefined()
      expect(await keptMedia({ on: db.bare, vault, tenant }, { message: (await kept(message))!.message, place: 0 })).toBeDefined()
    })
  })
})
