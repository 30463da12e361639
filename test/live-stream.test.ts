import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { messageBody } from '@portero/tool-server/store/places.ts'
import { openConsole, type Browser, type ConsoleStage } from './support/console-stage.ts'

// What a page that is open is told, over a real connection, while time is moved.
let stage: ConsoleStage
let server: Server
let base: { port: number }
beforeEach(async () => {
  stage = await openConsole()
  server = createServer(stage.app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  base = { port: (server.address() as AddressInfo).port }
})
afterEach(async () => {
  stage.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await stage.end()
})

type Heard = { status: number; headers: IncomingMessage['headers']; events(): { event: string; id: string; data: string }[]; isOver(): boolean; leave(): void }
const listen = (browser: Browser, path: string): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port: base.port, path, headers: { accept: 'text/event-stream', 'accept-language': 'es-MX', cookie: browser.cookies().join('; ') } }, (answer) => {
      let text = ''
      let isOver = false
      answer.setEncoding('utf8').on('data', (more: string) => void (text += more)).on('close', () => void (isOver = true)).on('error', () => {})
      // As the standard reads it: fields until an empty line.
      const events = (): { event: string; id: string; data: string }[] => text.split('\n\n').slice(0, -1).map((block) => {
        const fields = block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).replace(/^ /, '')] as const)
        const of = (name: string): string => fields.filter(([field]) => field === name).map(([, value]) => value).join('\n')
        return { event: of('event'), id: of('id'), data: of('data') }
      })
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, events, isOver: () => isOver, leave: () => asked.destroy() })
    })
    asked.on('error', reject)
  })

// Real work is done between two steps of time: reading the database and the connection itself. Time passes only while whoever listens rests, or a look would seem to take long.
const soon = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 4_000; turn++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  throw new Error(`not so in time: ${what}`)
}
const resting = (): Promise<void> => soon('whoever listens rests', () => stage.house.clock.pending() > 0)
const quiet = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 200) {
    await resting()
    stage.house.clock.advance(200)
  }
  await resting()
}
const settles = async (what: string, isSo: () => boolean | Promise<boolean>, stepMs = 0): Promise<void> =>
  soon(what, async () => {
    if (await isSo()) return true
    if (stepMs > 0 && stage.house.clock.pending() > 0) stage.house.clock.advance(stepMs)
    return false
  })
const tagIn = (page: string): string => /data-tag="&quot;([^&]*)&quot;"/.exec(page)?.[1] ?? ''
const say = async (conversation: string, text: string): Promise<void> => {
  const { db, clock, vault, tenant } = stage.house
  const { rows: [row] } = await sql<{ person_id: string; connection_id: string }>`select person_id, connection_id from conversation where id = ${conversation}`.execute(db.bare)
  const id = newId(clock)
  const sealed = await vault.seal(db.bare, { tenant, person: row!.person_id }, messageBody(id), JSON.stringify({ text }))
  await db.tx((tx) => sql`insert into message (tenant_id, id, conversation_id, connection_id, external_id, direction, author, body_sealed, status, sent_at) values (${tenant}, ${id}, ${conversation}, ${row!.connection_id}, ${id}, 'in', 'prospect', ${sealed}, 'delivered', to_timestamp(${clock.now() / 1_000}))`.execute(tx))
}

describe('a page that is open', () => {
  it('is told nothing that it shows already, and of a change at once; only what was shown is in the audit', async () => {
    const { conversation } = await stage.guest({ name: 'Ana Sosa', said: [{ text: 'hola' }] })
    const agent = await stage.signedIn('agent')
    const page = await agent.get(`/console/conversations/${conversation}`)
    expect(tagIn(page.text)).toHaveLength(22)
    const heard = await listen(agent, `/console/live/conversations/${conversation}?have=${encodeURIComponent(`"${tagIn(page.text)}"`)}`)
    expect([heard.status, heard.headers['content-type'], heard.headers['cache-control']]).toEqual([200, 'text/event-stream; charset=utf-8', 'no-store'])
    await quiet(2_000)
    expect(heard.events()).toEqual([])
    expect(await stage.audited('read:conversation')).toHaveLength(1)

    await say(conversation, '¿sigue libre?')
    await settles('it is told, though no time passes', () => heard.events().length === 1)
    expect(heard.events()[0]).toMatchObject({ event: 'part', data: expect.stringContaining('¿sigue libre?') })
    expect(heard.events()[0]?.id).toBe((await agent.get(`/console/live/conversations/${conversation}`)).headers['etag'])
    expect(await stage.audited('read:conversation')).toHaveLength(3) // the page, what was told, and what this test has just asked for
    heard.leave()
    await settles('nobody looks any more', () => stage.house.clock.pending() === 0, 100)
  })

  it('hears of what another server did within three seconds, and that all is still where nothing happens', async () => {
    const { conversation } = await stage.guest({ name: 'Ana', state: 'bot' })
    const heard = await listen(await stage.signedIn('agent'), `/console/live/conversations/${conversation}`)
    await settles('it is sent once', () => heard.events().length === 1)
    await resting()
    await quiet(1_000)
    await sql`update conversation set state = 'human' where id = ${conversation}`.execute(stage.house.db.bare) // no commit of this server's
    await quiet(1_000)
    expect(heard.events()).toHaveLength(1)
    await quiet(2_600)
    await settles('it is told', () => heard.events().length === 2)
    await quiet(19_000)
    expect(heard.events().map(({ event }) => event)).toEqual(['part', 'part', 'still'])
  })

  it('looks no oftener than it may, however much happens', async () => {
    const { conversation } = await stage.guest({ name: 'Ana' })
    const heard = await listen(await stage.signedIn('agent'), `/console/live/conversations/${conversation}`)
    await settles('it is sent once', () => heard.events().length === 1)
    for (let count = 0; count < 20; count++) {
      await say(conversation, `mensaje ${count}`)
      await quiet(50)
    }
    await settles('the last is told', () => heard.events().at(-1)?.data.includes('mensaje 19') === true, 50)
    expect(heard.events().length).toBeLessThanOrEqual(14) // 20 steps of 200 ms, one look in 400 ms
    expect(heard.events().length).toBeGreaterThan(2)
  })

  it('ends when they sign out, and when their right is gone', async () => {
    for (const lose of [async (browser: Browser) => void (await browser.post('/console/sign-out', { csrf: browser.csrfOf((await browser.get('/console')).text) })), async () => void (await sql`update operator set role = 'viewer' where name = 'admin'`.execute(stage.house.db.bare))]) {
      const admin = await stage.signedIn('admin')
      const heard = await listen(admin, '/console/live/queue')
      await settles('it is sent once', () => heard.events().length === 1)
      await lose(admin)
      await settles('it is over', () => heard.isOver(), 100)
      expect(heard.events().at(-1)?.event).toBe('gone')
    }
  })

  it('ends when the server stops', async () => {
    const heard = await listen(await stage.signedIn('admin'), '/console/live/queue')
    await settles('it is sent once', () => heard.events().length === 1)
    stage.close()
    await settles('it is over', () => heard.isOver())
    expect(heard.events()).toHaveLength(1)
  })

  it('is refused before anything is sent: to strangers, to whoever may not, and the 25th at once', async () => {
    expect((await listen(stage.browser(), '/console/live/queue')).status).toBe(401)
    const agent = await stage.signedIn('agent')
    expect((await listen(agent, '/console/live/queue')).status).toBe(403)
    const all = await Promise.all(Array.from({ length: 25 }, () => listen(agent, '/console/live/today')))
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([...Array.from({ length: 24 }, () => 200), 429])
    for (const each of all) each.leave()
    await settles('there is room again', async () => {
      const one = await listen(agent, '/console/live/today')
      one.leave()
      return one.status === 200
    }, 100)
  })

  it('is not led astray by what somebody writes', async () => {
    const { conversation } = await stage.guest({ name: 'Ana', said: [{ text: 'uno\r\ndos\rtres\n\nevent: gone\ndata: x\n\n' }] })
    const heard = await listen(await stage.signedIn('agent'), `/console/live/conversations/${conversation}`)
    await settles('it is sent once', () => heard.events().length >= 1)
    await quiet(1_000)
    expect(heard.events().map(({ event }) => event)).toEqual(['part'])
    expect(heard.events()[0]?.data).toMatch(/uno\ndos\ntres\n\nevent: gone\ndata: x/)
  })
})
