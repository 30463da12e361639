import { sql } from 'kysely'
import { makeDb } from '@portero/tool-server/spine/db.ts'
import { googleWorld, graphWorld } from '../support/calendar-worlds.ts'
import { makeWriter, presses, takes } from './hands.ts'
import { lastsMs, numberOf, type Story, type Vendor, type What } from './story.ts'
import { approveTemplates } from './approved.ts'
import { alwaysHolds, verdictOf } from './verdict.ts'
import { openWorld, masterKey, scopesOfLab, type Weather, type World } from './world.ts'
import type { Chance } from './scheduler.ts'
import type { Request } from './wire.ts'

// One story, from its first word to the moment when everything is calm and nothing waits any more.
export type Played = { wrong: string[]; steps: number; trail: string; kills: number; atMs: number }
const minuteMs = 60_000
const mostSteps = 60_000
const stepsBetween = 250 // two looks at what may not be for a moment

// seen: what is to be looked at before it is gone.
export const play = async (story: Story, seen?: (world: World) => Promise<void>): Promise<Played> => {
  const lasting = story.lastsMs ?? lastsMs
  const sky = { ...fair }
  const world = await openWorld({ seed: story.seed, agent: story.agent, servers: story.servers, startMs: story.startMs, weather: ({ chance }) => weatherOf(sky, chance) })
  try {
    const { scheduler } = world
    let broken: unknown
    const begun = async (which: number): Promise<void> => {
      await world.begin(which)
      if (which === 0 && !(await world.house().toolKeys.all(world.house().tenant)).some(({ name }) => name === 'lab')) await world.house().toolKeys.make({ tenant: world.house().tenant, name: 'lab', scopes: scopesOfLab, secret: world.lab.toolKey })
    }
    const begin = (which: number): void => void begun(which).catch((thrown: unknown) => {
      if (world.isUp(which)) broken = thrown
    })
    const servers = [...Array(world.servers).keys()]
    servers.forEach(begin)
    const startMs = scheduler.now() + 20_000
    await scheduler.runUntil(() => broken !== undefined, { steps: mostSteps, untilMs: startMs })
    if (story.agent === 'portero') {
      await world.lab.bird.answeredBy('portero')
      void world.house().switchAgent('ch-lab', 'portero').catch((thrown: unknown) => void (broken = thrown))
    }

    let kills = 0
    const clock = world.clock
    const revive = (which: number): void => {
      if (!world.isUp(which)) begin(which)
    }
    const kill = (which: number, awayMs: number): void => {
      if (!world.isUp(which)) return
      kills++
      world.kill(which)
      clock.after(awayMs, () => revive(which))
    }
    const cuts: Cut[] = []
    world.onArrival((request, which) => {
      const at = cuts.findIndex(({ vendor, at: where }) => (where === 'house' ? isToldBy(vendor, request) : isWriteTo(vendor, request)))
      for (const { how, ms } of at < 0 ? [] : cuts.splice(at, 1)) {
        if (how === 'kill') kill(which, ms)
        else if (how === 'sleep') scheduler.leap(ms)
        else {
          world.freeze(which)
          clock.after(ms, world.thaw)
        }
      }
    })
    const deeds = deedsOf(world, sky, { kill: (afterSteps, awayMs) => world.atStep(scheduler.steps() + afterSteps, () => kill(scheduler.chance.int(world.servers), awayMs)), cuts })
    let wrongMeanwhile: string[] = []
    const isOver = (): boolean => broken !== undefined || wrongMeanwhile.length > 0
    world.between(stepsBetween, async () => void (wrongMeanwhile = (await alwaysHolds({ engine: world.engine, lab: world.lab, people: story.people })).map((each) => `after ${scheduler.steps()} steps ${each}`)))
    for (const { atMs, what } of story.events) clock.after(startMs - scheduler.now() + atMs, () => deeds(what))
    await scheduler.runUntil(isOver, { steps: mostSteps * Math.ceil(lasting / lastsMs), untilMs: startMs + lasting })

    Object.assign(sky, fair)
    deeds({ do: 'calm' })
    cuts.length = 0
    world.thaw()
    servers.forEach(revive)
    const calmMs = scheduler.now()
    let wrong: string[] = []
    const looks = story.isFair ? [fairMinutes] : looksAt.filter((minutes) => story.isHasty || minutes >= seenMinutes)
    for (const minutes of looks) {
      await scheduler.runUntil(isOver, { steps: mostSteps, untilMs: calmMs + minutes * minuteMs })
      if (isOver()) break
      if (minutes !== looks.at(-1) && !(await isCalm(world))) continue
      wrong = await verdictOf({ engine: world.engine, lab: world.lab, people: story.people, masterKey, acknowledged: world.acknowledged, nowMs: scheduler.now() })
      if (wrong.length === 0 || minutes >= seenMinutes) break
    }
    if (broken !== undefined) wrong = [`the house does not start: ${broken instanceof Error ? broken.message : 'for no reason'}`]
    else if (wrongMeanwhile.length > 0) wrong = wrongMeanwhile
    await seen?.(world)
    return { wrong, steps: scheduler.steps(), trail: world.trail(), kills, atMs: scheduler.now() }
  } finally {
    await world.end()
  }
}

// By then each pull but the hourly ones has looked once since all is well again. Nothing waits that is to be done soon: it is over, at the latest after as long as somebody may have to wait for their last attempt.
const seenMinutes = 11
const looksAt = [3, 5, 7, 9, seenMinutes, 13, 15, 17, 19, 21, 23, 25]
const fairMinutes = 0.75 // where nothing went wrong, all is done before anybody looks whether something was missed
const isCalm = async ({ engine, scheduler }: World): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where kind in ('turn', 'command') and (state in ('ready', 'running') or (state = 'scheduled' and run_at < to_timestamp(${scheduler.now() + 8 * minuteMs}::double precision / 1000)))
    union all select 1 from inbox where state = 'new' limit 1`.execute(makeDb(engine).bare)
  return rows.length === 0
}

type Cut = Extract<What, { do: 'cut' }>
type Sky = { lost: number; never: number; twice: number; swallowed: number }
const fair: Sky = { lost: 0, never: 0, twice: 0, swallowed: 0 }
const weatherOf = (sky: Sky, chance: Chance): Weather => ({
  delayMs: () => (chance.happens(0.05) ? 500 + chance.int(3_000) : 15 + chance.int(200)),
  fate({ url }) {
    const isOurs = url.port === '3000' // what vendors tell us
    const drawn = chance.next()
    if (isOurs) return drawn < sky.twice ? 'twice' : url.pathname.startsWith('/webhooks/') && drawn > 1 - sky.swallowed ? 'swallowed' : 'well'
    return drawn < sky.never ? 'never-arrives' : drawn < sky.never + sky.lost ? 'answer-lost' : 'well'
  },
})

const many = 1_000_000
const lagMs = 6_000 // less than we give them before something is taken for missing; Outlook knows what we ask for twice however late
const messages = '/workspaces/:workspace/channels/:channel/messages'
const entryOf = { bird: `POST ${messages}`, google: 'POST /calendar/v3/calendars/:calendar/events', graph: 'POST /v1.0/users/:user/events' }
const listOf = { bird: `GET ${messages}`, hubspot: 'POST /crm/v3/objects/:type/search', graph: 'GET /v1.0/users/:user/events' } // only a list is behind: what else goes wrong there meanwhile does
const isToldBy = (vendor: Vendor, { url }: Request): boolean => url.pathname.startsWith(`/webhooks/${vendor}`)
// HubSpot is read by POST too, and so is what is busy.
const isWriteTo = (vendor: Vendor, { url, method }: Request): boolean => url.pathname.startsWith(`/${vendor}/`) && method !== 'GET' && !/\/(search|read|freeBusy|getSchedule)$/.test(url.pathname)

const deedsOf = (whole: World, sky: Sky, { kill, cuts }: { kill(afterSteps: number, awayMs: number): void; cuts: Cut[] }) => {
  const { lab, scheduler, clock } = whole
  const worlds = { google: googleWorld(lab), graph: graphWorld(lab) }
  const writer = makeWriter(whole)
  const dealOf = (person: number): string | undefined => {
    const contact = lab.hubspot.state().contacts.find(({ properties }) => properties['phone'] === numberOf(person))
    return lab.hubspot.state().deals.find(({ associations }) => contact && associations.contacts.includes(contact.id))?.id
  }
  const forAWhile = (ms: number, on: () => unknown, off: () => unknown): void => {
    on()
    clock.after(ms, () => void off())
  }
  const revoke = (vendor: 'google' | 'graph' | 'bird', yes: boolean): unknown => (vendor === 'bird' ? lab.bird.controls['revoke']!({ yes }) : worlds[vendor].revoke(yes))
  return (what: What | { do: 'calm' }): void => {
    switch (what.do) {
      case 'calm':
        for (const vendor of ['bird', 'hubspot', 'google', 'graph', 'openai'] as const) lab[vendor].clearFaults()
        for (const vendor of ['bird', 'google', 'graph'] as const) revoke(vendor, false)
        for (const world of Object.values(worlds)) world.losePushes(false)
        lab.bird.controls['let-go']!({ backwards: false })
        lab.bird.controls['twice']!({ yes: false })
        return writer.leaves()
      case 'write':
        return writer.writes(what)
      case 'answer': {
        const conversation = lab.bird.conversationFor(numberOf(what.person))
        if (conversation !== '' && lab.bird.phone.messages(numberOf(what.person)).length > 0) lab.bird.staffSays(conversation, 'Hola, soy Mariana, te atiendo yo.')
        return
      }
      case 'move-deal': {
        const id = dealOf(what.person)
        if (id !== undefined) lab.hubspot.controls.change({ type: 'deals', id, properties: { dealstage: what.stage } })
        return
      }
      case 'rename': {
        const contact = lab.hubspot.state().contacts.find(({ properties }) => properties['phone'] === numberOf(what.person))
        const [firstname, ...rest] = what.name.split(' ')
        if (contact) lab.hubspot.controls.change({ type: 'contacts', id: contact.id, properties: { firstname, lastname: rest.join(' ') } })
        return
      }
      case 'move-event': {
        const [visit] = worlds[what.at].visits()
        if (visit) worlds[what.at].moves(visit, visit.startsAt + what.minutes * minuteMs)
        return
      }
      case 'drop-event': {
        const [visit] = worlds[what.at].visits()
        if (visit) worlds[what.at].drops(visit)
        return
      }
      case 'busy': {
        const from = Math.ceil((scheduler.now() + what.inHours * 60 * minuteMs) / (30 * minuteMs)) * 30 * minuteMs
        worlds[what.at].occupies(from, from + what.minutes * minuteMs)
        return
      }
      case 'kill':
        return kill(what.afterSteps, what.awayMs)
      case 'cut':
        return void cuts.push(what)
      case 'fault':
        lab[what.vendor].fault(what.fault === 'slow' ? { on: '*', fault: 'slow', ms: 9_000, times: what.times } : { on: '*', fault: what.fault, times: what.times })
        return
      case 'outage':
        return forAWhile(what.forMs, () => lab[what.vendor].fault({ on: '*', fault: 'down', times: many }), () => lab[what.vendor].clearFaults())
      case 'forget':
        return void worlds[what.at].killCursors()
      case 'lag':
        return forAWhile(what.forMs, () => lab[what.vendor].fault({ on: listOf[what.vendor], fault: 'lag', ms: what.vendor === 'graph' ? 30_000 : lagMs, times: many }), () => lab[what.vendor].clearFaults())
      case 'unheard':
        return lab[what.vendor].fault({ on: entryOf[what.vendor], fault: 'lost', times: what.times })
      case 'revoke':
        return forAWhile(what.forMs, () => revoke(what.vendor, true), () => revoke(what.vendor, false))
      case 'weather':
        return forAWhile(what.forMs, () => Object.assign(sky, { lost: what.lost, never: what.never, twice: what.twice, swallowed: what.swallowed }), () => Object.assign(sky, fair))
      case 'hold':
        return forAWhile(what.forMs, () => lab.bird.controls['hold']!({}), () => lab.bird.controls['let-go']!({ backwards: what.backwards }))
      case 'repeat':
        return forAWhile(what.forMs, () => lab.bird.controls['twice']!({ yes: true }), () => lab.bird.controls['twice']!({ yes: false }))
      case 'deaf':
        return forAWhile(what.forMs, () => worlds[what.at].losePushes(true), () => worlds[what.at].losePushes(false))
      case 'leap':
        return scheduler.leap(what.ms)
      case 'approve':
        return void approveTemplates(whole).catch(() => {}) // who is away then has it approved another day
      case 'press':
        return presses(lab, numberOf(what.person), what.about)
      case 'take':
      case 'give-back':
        return takes(whole, numberOf(what.person), what.do)
    }
  }
}
