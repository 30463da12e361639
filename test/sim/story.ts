import { makeChance } from './scheduler.ts'

// What happens to a world from outside, as data: it can be told in words, shortened, and played again.
export type Vendor = 'bird' | 'hubspot' | 'google' | 'graph' | 'openai'
export type CalendarVendor = 'google' | 'graph'
export type What =
  | { do: 'write'; person: number; text: string; waits?: boolean } // waits: they read the answer to what they wrote before, for as long as their patience lasts
  | { do: 'answer'; person: number } // somebody of ours, in Bird's inbox
  | { do: 'move-deal'; person: number; stage: string }
  | { do: 'rename'; person: number; name: string } // in HubSpot
  | { do: 'move-event'; at: CalendarVendor; minutes: number }
  | { do: 'drop-event'; at: CalendarVendor }
  | { do: 'busy'; at: CalendarVendor; inHours: number; minutes: number }
  | { do: 'kill'; afterSteps: number; awayMs: number }
  | { do: 'cut'; vendor: Vendor; at: 'vendor' | 'house'; how: 'kill' | 'sleep' | 'freeze'; ms: number } // when the next thing that we write there has arrived, and before we hear of it; or as we have acknowledged what they tell us next
  | { do: 'fault'; vendor: Vendor; fault: 'lost' | 'down' | 'away' | 'throttled' | 'garbled' | 'misshapen' | 'slow'; times: number }
  | { do: 'outage'; vendor: Vendor; forMs: number }
  | { do: 'forget'; at: CalendarVendor } // where we were in its list
  | { do: 'lag'; vendor: 'bird' | 'hubspot' | 'graph'; forMs: number } // what it shows is seconds behind what was written there
  | { do: 'unheard'; vendor: 'bird' | CalendarVendor; times: number } // it does what we have it send or enter, and its answer is lost
  | { do: 'revoke'; vendor: CalendarVendor | 'bird'; forMs: number }
  | { do: 'weather'; forMs: number; lost: number; never: number; twice: number; swallowed: number }
  | { do: 'hold'; forMs: number; backwards: boolean } // Bird's webhooks
  | { do: 'repeat'; forMs: number } // each of Bird's webhooks comes twice
  | { do: 'deaf'; at: CalendarVendor; forMs: number } // its pushes are lost
  | { do: 'leap'; ms: number } // the machine slept
  | { do: 'approve' } // Meta, of our templates
  | { do: 'press'; person: number; about: string } // a button under what we said last of that
  | { do: 'take' | 'give-back'; person: number } // somebody of ours, in the console
export type Event = { atMs: number; what: What }
export type Story = { seed: number; agent: 'bird' | 'portero'; people: number; servers?: number; isFair?: boolean; isHasty?: boolean; events: readonly Event[]; startMs?: number; lastsMs?: number } // agent: whose talks with prospects. isFair: nothing goes wrong in it. isHasty: it is over as soon as all is well; else what a later look of ours does is seen too. startMs, lastsMs: else a Monday morning, and so long

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
export const lastsMs = 12 * minuteMs
export const mondayMs = Date.UTC(2026, 10, 23, 15) // a Monday morning in Mexico
export const numberOf = (person: number): string => `+52551234${String(1_000 + person)}`

const says = ['hola', 'busco algo de 1 recámara, presupuesto 20000', 'la 1', 'la 1', 'el 1', 'el 2', 'el 2', 'sí', 'mis visitas', 'cancela mi visita', 'quiero cambiar mi visita', 'el 3', '¿aceptan mascotas?', 'quiero hablar con una persona', 'quiero hablar con una persona', 'gracias']
const areas = ['la Roma Norte', 'la Roma Norte', 'la Roma Norte', 'la Condesa', 'la Condesa', 'la Narvarte', 'la Del Valle'] // mostly where the two work whose calendars are connected
const stages = ['1002', '1004', '1005']
const names = ['Ana Vera', 'Luz de la Cruz', 'Iván Garza', 'Inés Nuñez']
const ofLater: ReadonlySet<What['do']> = new Set(['take', 'answer', 'move-event', 'drop-event', 'leap'])
const calendars: readonly CalendarVendor[] = ['google', 'graph']

export const makeStory = (seed: number): Story => {
  const chance = makeChance(seed ^ 0x2545f491)
  const agent = chance.happens(0.5) ? 'portero' : 'bird'
  const vendors: readonly Vendor[] = ['bird', 'hubspot', 'google', 'graph', ...(agent === 'portero' ? (['openai'] as const) : [])]
  // Most are of one person and half as long: twice as many of them are played in the same time, and most of what goes wrong needs no more.
  const isShort = chance.happens(0.75)
  const people = isShort ? 1 : 1 + chance.int(3)
  const lasting = isShort ? lastsMs / 2 : lastsMs
  const servers = chance.happens(0.4) ? 2 : 1
  const isFair = chance.happens(0.35) // there nothing heals before it is seen
  const isHasty = chance.happens(0.7)
  const events: Event[] = []
  const add = (atMs: number, what: What): void => void events.push({ atMs: Math.floor(atMs), what })
  const someTime = (): number => chance.int(lasting)
  const lateOn = (): number => lasting * 0.4 + chance.int(lasting * 0.6) // when there is something to be changed: by then many have booked

  // Everybody writes now and then, mostly what leads to a visit.
  for (let person = 0; person < people; person++) {
    let at = chance.int(30_000)
    const waits = chance.happens(0.75)
    const [area, hour] = [chance.one(areas), chance.one(['el 1', 'el 2', 'el 3'])]
    for (const text of ['hola', `Busco depa de ${chance.one([1, 2])} recámaras en ${area}`, 'la 1', hour]) {
      if (chance.happens(0.95)) add(at, { do: 'write', person, text, waits })
      at += chance.happens(0.2) ? chance.int(500) : 8_000 + chance.int(45_000)
    }
    for (let more = chance.int(4); more > 0; more--) add(at + chance.int(lasting - Math.min(at, lasting - 1)), { do: 'write', person, text: chance.one(says) })
    const changes = chance.next()
    at = Math.max(at, lateOn())
    const nextBy = area === 'la Roma Norte' ? 'la Condesa' : 'la Roma Norte' // at the same hour or the next, with who may have to come from the first
    for (const text of changes < 0.2 ? ['quiero cambiar mi visita', chance.one(['el 1', 'el 2'])] : changes < 0.3 ? ['cancela mi visita', 'sí'] : changes < 0.45 ? [`busco depa en ${nextBy}`, 'la 1', hour] : []) {
      add(at, { do: 'write', person, text, waits })
      at += 5_000 + chance.int(10_000)
    }
    if (chance.happens(0.2)) add(lateOn(), { do: 'write', person, text: 'BAJA' })
  }
  // A story has some kinds of events and no others, so that those it has meet each other. A. Groce et al.: Swarm Testing, 2012.
  const some = (kinds: readonly (readonly [most: number, make: () => What])[]): void => {
    for (const [most, make] of kinds) {
      if (!chance.happens(0.3)) continue
      for (let left = 1 + chance.int(most); left > 0; left--) {
        const what = make()
        // At the very end there is only a webhook to tell of it in time.
        const at = isFair && chance.happens(0.4) ? lasting - chance.int(15_000) : what.do === 'cut' || what.do === 'lag' ? chance.int(lasting / 4) : ofLater.has(what.do) && chance.happens(0.8) ? lateOn() : someTime()
        add(at, what)
        if (what.do === 'lag' && what.vendor !== 'hubspot' && chance.happens(0.7)) add(at, { do: 'unheard', vendor: what.vendor, times: 1 + chance.int(3) }) // whoever looks then doesn't see
        if (what.do === 'forget' && chance.happens(0.6)) add(Math.max(at, lateOn()), { do: chance.one(['move-event', 'drop-event'] as const), at: what.at, minutes: 30 }) // to be seen all the same
        if (what.do === 'rename' && chance.happens(0.5)) add(at, { do: 'move-deal', person: what.person, stage: chance.one(stages) }) // told in one webhook
      }
    }
  }
  some([
    [3, () => ({ do: 'move-deal', person: chance.int(people), stage: chance.one(stages) })],
    [2, () => ({ do: 'rename', person: chance.int(people), name: chance.one(names) })],
    [3, () => ({ do: 'move-event', at: chance.one(calendars), minutes: 30 * (1 + chance.int(6)) })],
    [2, () => ({ do: 'drop-event', at: chance.one(calendars) })],
    [3, () => ({ do: 'busy', at: chance.one(calendars), inHours: 18 + chance.int(48), minutes: 30 + 30 * chance.int(6) })],
    [2, () => ({ do: 'take', person: chance.int(people) })],
    [2, () => ({ do: 'give-back', person: chance.int(people) })],
    [2, () => ({ do: 'answer', person: chance.int(people) })],
  ])
  if (!isFair)
    some([
      [3, () => ({ do: 'kill', afterSteps: chance.int(300), awayMs: chance.int(chance.one([5_000, 40_000])) })],
      [3, () => ({ do: 'cut', vendor: chance.one(vendors), at: 'vendor', how: 'kill', ms: chance.int(chance.one([2_000, 40_000])) })],
      [2, () => ({ do: 'cut', vendor: chance.one(['bird', 'hubspot'] as const), at: 'house', how: 'kill', ms: chance.int(40_000) })],
      [2, () => ({ do: 'cut', vendor: chance.one(vendors), at: 'vendor', how: servers > 1 ? 'freeze' : 'sleep', ms: servers > 1 || chance.happens(0.3) ? minuteMs * (1 + chance.int(20)) : chance.int(minuteMs) })],
      [3, () => ({ do: 'fault', vendor: chance.one(vendors), fault: chance.one(['lost', 'down', 'away', 'throttled', 'garbled', 'misshapen', 'slow'] as const), times: 1 + chance.int(3) })],
      [2, () => ({ do: 'fault', vendor: chance.one(vendors), fault: 'lost', times: 1 + chance.int(2) })],
      [2, () => ({ do: 'outage', vendor: chance.one(vendors), forMs: 10_000 + chance.int(180_000) })],
      [2, () => ({ do: 'lag', vendor: chance.one(['bird', 'graph', 'hubspot'] as const), forMs: 60_000 + chance.int(400_000) })],
      [2, () => ({ do: 'unheard', vendor: chance.one(['bird', 'google', 'graph'] as const), times: 1 + chance.int(2) })],
      [2, () => ({ do: 'forget', at: chance.one(calendars) })],
      [1, () => ({ do: 'revoke', vendor: chance.one(['google', 'graph', 'bird'] as const), forMs: 10_000 + chance.int(chance.one([2, 11]) * minuteMs) })],
      [2, () => ({ do: 'weather', forMs: 20_000 + chance.int(200_000), lost: chance.next() * 0.3, never: chance.next() * 0.2, twice: chance.next() * 0.2, swallowed: chance.happens(0.5) ? chance.next() * 0.6 : 0 })],
      [2, () => ({ do: 'hold', forMs: 5_000 + chance.int(60_000), backwards: chance.happens(0.5) })],
      [2, () => ({ do: 'repeat', forMs: 10_000 + chance.int(200_000) })],
      [2, () => ({ do: 'deaf', at: chance.one(calendars), forMs: 30_000 + chance.int(300_000) })],
      [1, () => ({ do: 'leap', ms: minuteMs + chance.int(10 * minuteMs) })],
      [1, () => ({ do: 'leap', ms: 60 * minuteMs * (2 + chance.int(30)) })],
      [1, () => ({ do: 'leap', ms: 60 * minuteMs * (12 + chance.int(14)) })], // past WhatsApp's day, and to the day of the visit
    ])
  if (chance.happens(0.5)) add(0, { do: 'approve' })
  return { seed, agent, people, servers, isFair, isHasty, startMs: mondayMs + chance.int(4) * dayMs, lastsMs: lasting, events: events.toSorted((a, b) => a.atMs - b.atMs) }
}

// For whoever has to understand a failure.
export const told = ({ agent, servers = 1, events }: Pick<Story, 'agent' | 'servers' | 'events'>): string[] => [`${agent === 'bird' ? 'Bird\'s' : 'Portero\'s own'} agent answers${servers > 1 ? `, and ${servers} servers work` : ''}`, ...events.map(({ atMs, what }) => `${(atMs / 1_000).toFixed(1).padStart(7)} s  ${sentence(what)}`)]
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
const sentence = (what: What): string => {
  switch (what.do) {
    case 'write': return `${numberOf(what.person)} writes «${what.text}»`
    case 'answer': return `somebody of ours answers ${numberOf(what.person)} in Bird's inbox`
    case 'move-deal': return `the deal of ${numberOf(what.person)} is moved to ${what.stage} in HubSpot`
    case 'rename': return `the contact of ${numberOf(what.person)} is called ${what.name} in HubSpot`
    case 'move-event': return `a visit in ${what.at} is moved by ${what.minutes} min`
    case 'drop-event': return `a visit is deleted in ${what.at}`
    case 'busy': return `${what.at} is busy in ${what.inHours} h for ${what.minutes} min`
    case 'kill': return `a server is killed ${what.afterSteps} steps later, and is away for ${seconds(what.awayMs)}`
    case 'cut': return `${what.at === 'house' ? `as soon as we have acknowledged what ${what.vendor} tells us next` : `as soon as ${what.vendor} has what we write next, and before we hear of it`}, the ${what.how === 'kill' ? 'server is killed, and is away for' : what.how === 'sleep' ? 'machine sleeps for' : 'server stands still for'} ${seconds(what.ms)}`
    case 'fault': return `${what.vendor}: ${what.fault}, ${what.times} times`
    case 'outage': return `${what.vendor} is out for ${seconds(what.forMs)}`
    case 'forget': return `${what.at} forgets where we were in its list`
    case 'lag': return `what ${what.vendor} shows is seconds behind for ${seconds(what.forMs)}`
    case 'unheard': return `the answer of ${what.vendor} to what we have it ${what.vendor === 'bird' ? 'send' : 'enter'} next is lost, ${what.times} times`
    case 'revoke': return `our access to ${what.vendor} is revoked for ${seconds(what.forMs)}`
    case 'weather': return `for ${seconds(what.forMs)} of our calls ${Math.round(what.never * 100)} % never arrive, ${Math.round(what.lost * 100)} % lose their answer, and ${Math.round(what.twice * 100)} % of what vendors tell us arrives twice${what.swallowed > 0 ? `, and ${Math.round(what.swallowed * 100)} % never` : ''}`
    case 'hold': return `Bird's webhooks are held for ${seconds(what.forMs)}${what.backwards ? ', and come the last first' : ''}`
    case 'repeat': return `each of Bird's webhooks comes twice for ${seconds(what.forMs)}`
    case 'approve': return 'our templates are made at Bird, and Meta approves them'
    case 'press': return `${numberOf(what.person)} presses ${what.about}`
    case 'take': return `somebody of ours takes ${numberOf(what.person)} in hand in the console`
    case 'give-back': return `somebody of ours gives ${numberOf(what.person)} back`
    case 'deaf': return `the pushes of ${what.at} are lost for ${seconds(what.forMs)}`
    default: return `the machine sleeps for ${seconds(what.ms)}`
  }
}
