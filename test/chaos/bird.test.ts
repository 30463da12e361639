import { afterEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { replayDead } from '@portero/tool-server/spine/dead.ts'
import { messageBody } from '@portero/tool-server/store/places.ts'
import type { FaultWanted } from '../lab/faults.ts'
import { fakeClock } from '../support/clock.ts'
import { serverUrl } from '../support/databases.ts'
import { firstDifference, makeDiary, type Diary, type Line } from './diary.ts'
import { makePeople, type People } from './people.ts'
import { openChaos, type ChaosStage } from './stage.ts'

// Twenty people, a vendor at its worst, and a house that is killed again and again. When it is over, what we have is what stands on the phones, and nothing was said twice.
// Five campaigns: two on the embedded engine and three on a server. CHAOS_SEED repeats one, CHAOS_SEEDS runs that many.
const hour = 3_600_000
const usual = serverUrl === undefined ? { first: 1, count: 2 } : { first: 3, count: 3 }
const first = Number(process.env['CHAOS_SEED'] ?? usual.first)
const seeds = Array.from({ length: Number(process.env['CHAOS_SEEDS'] ?? (process.env['CHAOS_SEED'] ? 1 : usual.count)) }, (_, at) => first + at)

let stage: ChaosStage | undefined
afterEach(async () => {
  await stage?.end()
  stage = undefined
})

test.each(seeds)('nothing is lost, nothing is said twice, and everybody is one person (seed %i)', async (seed) => {
  stage = await openChaos(seed)
  const { chance } = fakeClock({ seed: seed + 1_000 })
  const diary = makeDiary(stage.lab, stage.clock.now)
  const people = makePeople({ stage, diary, chance })
  const killedAtWork = await campaign(stage, people, chance)
  const sentences = [...(await againstPhones(stage, people, diary)), ...(await againstSaid(stage, people)), ...(await afterStops(stage, people)), ...(await leftOver(stage, people))]
  if (sentences.length > 0) throw new Error(`CHAOS_SEED=${seed}: ${sentences.length} wrong. ${sentences.slice(0, 3).join('\n')}`)
  // What was meant to be tried has been.
  const tries = stage.lab.bird.calls().map(({ statuses }) => statuses.length)
  expect([people.told.length > 20, killedAtWork > 0, Math.max(...tries)]).toEqual([true, true, 8])
}, 240_000)

// What is done to us, each in its turn of chance.
const sending = 'POST /workspaces/:workspace/channels/:channel/messages'
const listing = 'GET /workspaces/:workspace/channels/:channel/messages'
const faults: readonly FaultWanted[] = [
  { on: sending, fault: 'lost', times: 2 }, { on: sending, fault: 'garbled' }, { on: sending, fault: 'misshapen' }, { on: sending, fault: 'throttled', retryAfter: 2 }, { on: sending, fault: 'away', times: 2 }, { on: sending, fault: 'down' },
  { on: listing, fault: 'lag', ms: 5_000, times: 3 }, { on: '*', fault: 'throttled', retryAfter: 1, times: 3 }, { on: '*', fault: 'down', times: 2 }, { on: '*', fault: 'unauthorized', times: 2 },
]

// Between Bird's tries, but for the last two.
const birdWaitsMs = [5_000, 30_000, 300_000, 1_800_000, 7_200_000, 18_000_000] as const
const campaign = async (stage: ChaosStage, people: People, chance: () => number): Promise<number> => {
  const { lab: { bird }, clock } = stage
  const one = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)]!
  const ask = (control: string, wanted: object = {}): unknown => bird.controls[control]!(wanted)
  // Not while the fates of a message are half told, or one of them never would be.
  const turned = (yes: boolean): unknown => {
    clock.advance(1_000)
    return ask('backwards', { yes })
  }
  const switches: readonly { on(): unknown; off(): unknown }[] = [
    ...['twice', 'bodiless', 'revoke'].map((control) => ({ on: () => ask(control, { yes: true }), off: () => ask(control, { yes: false }) })),
    { on: () => turned(true), off: () => turned(false) },
    { on: () => ask('hold'), off: () => ask('let-go', { backwards: chance() < 0.5 }) },
    { on: () => stage.isAway(true), off: () => stage.isAway(false) },
  ]
  const lasting = new Map(switches.map((each) => [each, 0])) // for how many rounds more
  const mischief = (): void => {
    for (const [each, left] of lasting) {
      if (left === 1) each.off()
      lasting.set(each, Math.max(0, left - 1))
    }
    const next = one(switches)
    if (chance() < 0.5 && lasting.get(next) === 0) {
      lasting.set(next, 1 + Math.floor(chance() * 3))
      next.on()
    }
    if (chance() < 0.8) bird.fault(one(faults))
    if (chance() < 0.2) people.forgetMedia()
  }
  const calm = (): void => {
    bird.clearFaults()
    for (const each of switches) each.off()
    for (const each of switches) lasting.set(each, 0)
  }
  const work = async (): Promise<void> => {
    await bird.silent()
    await stage.house().worker.settle()
  }
  let atWork = 0
  const kill = async (): Promise<void> => {
    const dead = stage.dieAfter(1 + Math.floor(chance() * 200)).then(() => true)
    const dying = work().then(() => false, () => false)
    if (await Promise.race([dead, dying])) atWork++
    await stage.revive() // what the vendor does meanwhile goes on
    await dying
  }
  const rounds = async (count: number): Promise<void> => {
    for (let round = 1; round <= count; round++) {
      mischief()
      for (let deeds = Math.floor(chance() * 6); deeds >= 0; deeds--) people.stir()
      for (let said = Math.floor(chance() * 5); said >= 0; said--) await people.talk()
      if (round % 4 === 0) await kill()
      else if (chance() < 0.8) await work()
      clock.advance(Math.floor(chance() * 4_000))
    }
  }
  const pass = async (steps: number, ms: number): Promise<void> => {
    for (let step = 0; step < steps; step++) {
      await work()
      clock.advance(ms)
    }
    await work()
  }

  await pass(6, 1_000) // until the vendors are set up
  people.greet()
  await rounds(8)
  calm()
  await work()
  stage.isAway(true) // through all but the last of Bird's tries: what it couldn't tell now, it tells when a day is nearly over
  for (let deeds = 0; deeds < 10; deeds++) people.stir()
  for (const ms of birdWaitsMs) await bird.silent().then(() => clock.advance(ms))
  await bird.silent()
  stage.isAway(false)
  await rounds(8)
  calm()
  await pass(8, 10_000)
  await replayDead({ db: stage.house().db, clock }, { sure: false }) // what gave up while our key was revoked, as whoever gave us the new one does
  await pass(5, 120_000)
  await pass(20, hour)
  return atWork
}

type Row = Omit<Line, 'isGone'> & { ours: string; person: string; gone: boolean; sealed: Buffer | null }
const againstPhones = async (stage: ChaosStage, people: People, diary: Diary): Promise<string[]> => {
  const { db, vault, tenant } = stage.house()
  const { rows } = await sql<Row>`select m.id as ours, m.external_id as id, m.author, m.status, m.sent_at as at, m.deleted_at is not null as gone, m.body_sealed as sealed, c.person_id as person
    from message m join conversation c on c.id = m.conversation_id order by m.sent_at, m.id`.execute(db.bare)
  const { rows: persons } = await sql`select id from person where merged_into is null`.execute(db.bare)
  const lineOf = async ({ ours, id, author, status, at, gone, sealed }: Row): Promise<Line> => ({ id, author, status, at, isGone: gone, text: sealed ? JSON.parse((await vault.open(db.bare, tenant, messageBody(ours), sealed)).toString()).text : '' })
  const found = await Promise.all(people.numbers.map(async (number) => {
    const phone = diary.all(number)
    const theirs = new Set(rows.filter(({ id }) => phone.some((line) => line.id === id)).map(({ person }) => person))
    if (theirs.size !== 1) return [`${number} is ${theirs.size} people`]
    const difference = firstDifference(number, phone, await Promise.all(rows.filter(({ person }) => theirs.has(person)).map(lineOf)))
    return difference === undefined ? [] : [difference]
  }))
  return [...(persons.length === people.numbers.length ? [] : [`${people.numbers.length} phones are ${persons.length} people`]), ...found.flat()]
}

// Each that we were told would be said arrived once; but for what a stop or a person of ours took back.
const againstSaid = async (stage: ChaosStage, { told, stopped, attended }: People): Promise<string[]> => {
  const arrived = Map.groupBy(stage.lab.bird.sent().filter(({ by }) => by === 'api'), ({ reference }) => reference)
  const twice = [...arrived].flatMap(([reference, sent]) => (sent.length > 1 ? [`${reference} was sent ${sent.length} times`] : []))
  const { rows } = await sql<{ key: string; state: string; code: string | null }>`select key, state, error_code as code from job where name = 'messaging.send'`.execute(stage.house().db.bare)
  const lost = told.flatMap(({ number, key, reference, text }) => {
    if (arrived.has(reference)) return []
    const { state = 'taken back', code } = rows.find((row) => row.key === key) ?? {}
    const isExcused = (state === 'taken back' || state === 'dropped') && (stopped.has(number) || attended.has(number))
    return isExcused ? [] : [`«${text}» never reached ${number}: it is ${state}${code ? `, ${code}` : ''}`]
  })
  return [...twice, ...lost]
}

// From the moment that we knew of it, nothing leaves for them but goodbye, once.
const asked = z.object({ reference: z.string(), receiver: z.object({ contacts: z.tuple([z.object({ identifierValue: z.string() })]) }) })
const afterStops = async (stage: ChaosStage, { stopped }: People): Promise<string[]> => {
  const { db } = stage.house()
  const { rows } = await sql<{ conversation: string; knownAt: number }>`select c.id as conversation, min(a.at) as "knownAt" from audit a join conversation c on c.person_id = a.person_id where a.what = 'action:opt-out' group by c.id`.execute(db.bare)
  const knownAt = new Map(rows.map(({ conversation, knownAt }) => [conversation, knownAt]))
  const requests = stage.lab.bird.requests(sending).map(({ at, body }) => ({ at, ...asked.parse(body) }))
  const late = requests.flatMap(({ at, reference }) => {
    const [, conversation = ''] = /^portero:say:([0-9a-f-]{36}):bot:/.exec(reference) ?? []
    return at > (knownAt.get(conversation) ?? Infinity) ? [`${reference} left after a stop`] : []
  })
  const goodbyes = stage.lab.bird.sent().filter(({ reference, failure }) => reference.includes(':goodbye:') && !failure)
  return [...late, ...(goodbyes.length === stopped.size ? [] : [`${stopped.size} people wanted no more messages, and ${goodbyes.length} goodbyes arrived`])]
}

// Nothing waits any more, and nobody has to look at anything; a file that was there when it was asked for is kept.
const leftOver = async (stage: ChaosStage, people: People): Promise<string[]> => {
  const { db } = stage.house()
  // A letter that may have left when the house died isn't written twice: it waits for people, and the next in line is told meanwhile.
  const { rows: jobs } = await sql<{ name: string; state: string; code: string | null }>`select name, state, error_code || ' ' || error as code from job where (state = 'dead' and not (name = 'mail.send' and uncertain_since is not null)) or state = 'running' or (state in ('ready', 'scheduled') and kind in ('turn', 'command') and attempts > 0)`.execute(db.bare)
  const { rows: dead } = await sql<{ code: string | null }>`select error_code as code from inbox where state <> 'parsed' and state <> 'done'`.execute(db.bare)
  const { rows: files } = await sql<{ id: string }>`select m.external_id as id from media f join message m on m.id = f.message_id where f.state <> 'kept'`.execute(db.bare)
  return [
    ...jobs.map(({ name, state, code }) => `${name} is ${state}${code ? `, ${code}` : ''}`), ...dead.map(({ code }) => `a delivery was not understood: ${code}`),
    ...files.filter(({ id }) => !people.forgotten.has(id)).map(({ id }) => `the file of ${id} was lost`),
  ]
}
