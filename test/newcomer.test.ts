import { createHmac } from 'node:crypto'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, expect, jest, test } from '@jest/globals'
import { z } from 'zod'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { startLab } from './lab/index.ts'
import { atEnd, cleanUp, freePort, freshDir, root, start, statusOf, until, type Env, type Started } from './support/process.ts'
import { emptyDatabase } from './support/process-databases.ts'

// docs/admin.md, played by somebody who has nothing, with real processes against the vendors of the lab. Before each step its line of the doctor says MEND or isn't there, and the doctor names that step as the next; after it, all of its lines are OK.
jest.setTimeout(600_000)
afterEach(cleanUp)

const publicUrl = 'https://portero.example' // nobody's: the lab signs for it, and knocks at the machine itself
const guide = readFileSync(new URL('../docs/admin.md', import.meta.url), 'utf8')
const linesOf = (step: number): string[] => [...(new RegExp(`^${step}\\. .*Doctor: (.*)\\.$`, 'm').exec(guide)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, line = '']) => line)
const steps = guide.split('\n').filter((line) => /^\d+\. /.test(line)).length
const seen = z.object({ well: z.boolean(), next: z.int().nullable(), lines: z.array(z.object({ step: z.int().nullable(), what: z.string(), ok: z.boolean(), told: z.string(), mend: z.string().optional() })) })
const birdBody = (conversation: string): Env => ({ 'x-bird-conversation-id': conversation, 'content-type': 'application/json' })

test(`from a clone to the first visit in ${steps} steps, each of which the doctor sees`, async () => {
  const [port, clock, home] = [await freePort(), realClock(), freshDir()]
  const serverUrl = `http://127.0.0.1:${port}`
  const lab = await startLab({ clock, port: 0, serverUrl, publicUrl })
  atEnd(() => lab.close())
  const settings = (vendor: string): Record<string, unknown> => lab.accounts.find((each) => each.vendor === vendor)!.settings as Record<string, unknown>
  const ask = (url: string, { body, ...more }: { method?: string; headers?: Env; body?: unknown }): Promise<Response> => fetch(url, { ...more, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) })
  await ask(`${String(settings('hubspot')['baseUrl'])}/crm/v3/properties/contacts/portero_escalation`, { method: 'DELETE', headers: { authorization: `Bearer ${String(settings('hubspot')['apiKey'])}` } }) // a new account has none of ours
  const baseUrls = Object.fromEntries(['bird', 'hubspot', 'openai', 'smtp'].map((vendor) => [`${vendor.toUpperCase()}_BASE_URL`, String(settings(vendor)['baseUrl'])]))

  // What is in .env, as compose hands it on.
  const env: Env = { PORTERO_LAB: '0', DATA_DIR: join(home, 'data'), PORT: String(port), ...baseUrls, ...(process.env['DATABASE_URL'] && { DATABASE_URL: await emptyDatabase() }) }
  const clone = join(home, 'portero')
  const cli = async (args: readonly string[], input?: string): Promise<{ code: number | null; out: string; err: string }> => {
    const started = start(process.execPath, [join(clone, 'tool-server/cli.ts'), ...args], { env, input })
    const { code } = await started.exited
    return { code, out: started.out(), err: started.err() }
  }
  const does = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, out, err } = await cli(args, input)
    expect([args.join(' '), code, err]).toEqual([args.join(' '), 0, ''])
    return out
  }
  const doctor = async (): Promise<z.infer<typeof seen>> => {
    await pauseServer()
    const { out, err } = await cli(['doctor', '--json'])
    if (!out.startsWith('{')) throw new Error(`the doctor says ${out}${err}`)
    return seen.parse(JSON.parse(out))
  }

  // On PostgreSQL it goes on beside the doctor; the embedded engine has one process at a time.
  let server: Started | undefined
  let isUp = false // step 6 is behind us
  const serve = async (): Promise<void> => {
    isUp = true
    if (server) return
    const begun = (server = start(process.execPath, [join(clone, 'tool-server/main.ts')], { env }))
    await until(`the server is ready; it said ${begun.out()}${begun.err()}`, async () => {
      if (!begun.isRunning()) throw new Error(`it ended: ${begun.out()}${begun.err()}`)
      return (await statusOf(`${serverUrl}/livez`)) === 200 && (await statusOf(`${serverUrl}/aviso`)) !== 503
    })
  }
  const stop = async (): Promise<void> => {
    const one = server
    server = undefined
    one?.kill('SIGTERM')
    await one?.exited
  }
  const pauseServer = (): Promise<void> => (env['DATABASE_URL'] ? (isUp ? serve() : Promise.resolve()) : stop())
  const command = async (...[args, input]: Parameters<typeof does>): Promise<string> => {
    await pauseServer()
    return does(args, input)
  }
  const metric = async (of: RegExp): Promise<number> => (await (await fetch(`${serverUrl}/metrics`)).text()).split('\n').reduce((sum, line) => sum + (of.test(line) ? Number(line.slice(line.lastIndexOf(' '))) : 0), 0)
  const heard = (vendor: string): Promise<unknown> => until(`a webhook of ${vendor} is taken`, async () => (await metric(new RegExp(`^portero_webhook_ack_seconds_count\\{.*vendor="${vendor}"`))) > 0)

  let now: z.infer<typeof seen> | undefined
  let done = 0
  const step = async (number: number, act: () => unknown, { isSpared = false } = {}): Promise<void> => {
    const lines = linesOf(number)
    const isWell = (looked: typeof now, line: string): boolean => looked?.lines.some(({ what, ok }) => what === line && ok) === true && looked.lines.every(({ what, ok }) => what !== line || ok)
    expect([number, lines.length > 0, lines.every((line) => isWell(now, line)), now?.next]).toEqual([done + 1, true, false, now === undefined ? undefined : isSpared ? number + 1 : number])
    await act()
    now = await doctor()
    expect([number, now.lines.filter(({ what, ok }) => lines.includes(what) && !ok), lines.filter((line) => !isWell(now, line))]).toEqual([number, [], []])
    done = number
  }

  await step(1, () => {
    for (const part of ['tool-server', 'shared', 'hubspot-project/src', 'package.json']) cpSync(join(root, part), join(clone, part), { recursive: true, filter: (from) => !['dist', 'node_modules'].includes(basename(from)) })
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules')) // npm ci
  })
  await step(2, () => Object.assign(env, { PUBLIC_BASE_URL: publicUrl, PORTERO_TRUST_PROXY: '1' }))
  await step(3, () => Object.assign(env, { PORTERO_KEY: clock.bytes(32).toString('base64') }))
  await step(4, () => Object.assign(env, { LEGAL_NAME: 'Casas del Sur, S.A. de C.V.', LEGAL_ADDRESS: 'Calle Inventada 1, Ciudad de México' }))
  await step(5, () => {
    cpSync(join(clone, 'tool-server/catalogue.sample.yaml'), join(clone, 'catalogue.yaml'))
    env['CATALOGUE'] = join(clone, 'catalogue.yaml')
  })
  await step(6, serve)
  await step(7, () => command(['operator', 'ana@casas.example', '--role', 'admin'], 'una-clave-larga-de-nadie'))
  await step(8, () => writeFileSync(join(clone, 'hubspot-project/src/hsprofile.prod.json'), JSON.stringify({ accountId: Number(settings('hubspot')['portal']), variables: { TOOL_BASE_URL: publicUrl } })))
  await stop() // one that runs makes by itself, within the minute, what step 10 makes
  isUp = false
  await step(9, () => command(['connect', 'hubspot', String(settings('hubspot')['portal'])], JSON.stringify(settings('hubspot'))))
  await step(10, async () => {
    expect(await command(['hubspot', 'plan'])).toMatch(/^ \+ .*portero_escalation/m)
    await command(['hubspot', 'apply'])
  })
  await step(11, async () => {
    await serve()
    const [secret = ''] = settings('hubspot')['clientSecrets'] as string[]
    const path = `/cards/transcript?userId=9411&userEmail=elena%40urbanhub.mx&portalId=${String(settings('hubspot')['portal'])}&appId=1`
    const [body, sentAt] = ['{"record":{"type":"contact","id":"904"}}', String(clock.now())]
    const card = await ask(`${serverUrl}${path}`, { method: 'POST', body, headers: { 'x-hubspot-signature-v3': createHmac('sha256', secret).update(`POST${publicUrl}${path}${body}${sentAt}`).digest('base64'), 'x-hubspot-request-timestamp': sentAt } })
    expect(card.status).toBe(200)
    lab.hubspot.controls.create({ type: 'contacts', properties: { firstname: 'Ximena', phone: '+525511110000' } })
    await heard('hubspot')
  })
  const { bird } = lab
  await step(12, () => command(['connect', 'bird', String(settings('bird')['channel'])], JSON.stringify(settings('bird'))))
  await step(13, async () => {
    expect(await command(['bird', 'plan'])).toMatch(/^ \+ /m)
    await command(['bird', 'apply'])
  })
  let conversation = ''
  await step(14, async () => {
    await serve()
    const turns = /^portero_jobs_total\{kind="turn",.*outcome="done"/
    const before = await metric(turns)
    conversation = bird.phone.write('+525512345678', { text: 'Hola' }).conversationId
    await bird.silent()
    await until('the message is read', async () => (await metric(turns)) > before)
  })
  let key = ''
  await step(15, async () => {
    const said = await command(['keys', 'tool', 'bird'])
    key = /portero_\S+/.exec(said)?.[0] ?? ''
    expect((await command(['bird', 'kit'])).includes(`${publicUrl}/tools/book_tour`)).toBe(true)
    await serve()
    expect((await ask(`${serverUrl}/tools`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200) // as --check asks, at an address that nobody here has
  })
  await step(16, () => command(['connect', 'smtp', 'avisos'], JSON.stringify(settings('smtp'))))
  await step(17, () => command(['connect', 'openai', 'agente'], JSON.stringify({ apiKey: settings('openai')['apiKey'] })), { isSpared: true }) // Bird's agent answers, so whoever is in a hurry goes on
  await step(18, async () => {
    await serve()
    const call = async (tool: string, input: object): Promise<{ ok: boolean; data: unknown }> => (await (await ask(`${serverUrl}/tools/${tool}`, { method: 'POST', headers: { authorization: `Bearer ${key}`, ...birdBody(conversation) }, body: input })).json()) as { ok: boolean; data: unknown }
    const { homes: [first] } = (await call('find_homes', {})).data as { homes: { home: string }[] }
    const { slots } = (await call('check_availability', { home: first!.home })).data as { slots: { slot_id: string }[] }
    expect(await call('book_tour', { slot_id: slots[0]!.slot_id })).toMatchObject({ ok: true })
  })
  expect([done, now?.well, now?.next]).toEqual([steps, true, null])
  const { code, out } = await cli(['doctor'])
  expect([code, out.split('\n').at(-2)]).toEqual([0, 'All is well.'])
})
