import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Answered, type Asked } from '../support/fronts.ts'
import { booked, lookedAt, type Known, type World } from './world.ts'

// What somebody outside asks once a second, each a valid request whose right answer is known before it is asked. An answer counts when it is right and comes within three seconds.
//
// What a vendor's outage may change of these answers: nothing. check_availability answers from the calendars as we last read them (then it says how old that is, which is let pass: as_of and calendar_minutes aren't compared);
// book_tour books when the calendar can't be asked again, since our own database decides who has which hour, and the event follows when the vendor is back; update_deal and cancel_tour are ours, and HubSpot is told later;
// a webhook is acknowledged once it is stored, whatever becomes of the answer to it; /healthz answers 200, says that all of ours is well, and names nobody as ailing but vendors that are.
export type Probe = { at: number; what: string; ms: number; wrong: string | undefined }
export type Prober = { probe(): Promise<Probe>; written(): readonly string[]; skipped(): number } // written: the ids of what its phones wrote

const mostMs = 3_000
const patienceMs = 10_000
const zone = '-06:00' // of the two buildings' city; it has no summer time
const dayMs = 86_400_000
const minuteMs = 60_000
const two = (value: number): string => String(value).padStart(2, '0')
// Some days from now, by the clock there.
const dayIn = (days: number): string => new Date(Date.now() - 6 * 60 * minuteMs + days * dayMs).toISOString().slice(0, 10)

type Visit = { who: Known; start: string; isBooked: boolean; before: Promise<unknown> }
export const makeProber = ({ front, lab, key, known, opsToken }: World, isAiling: (vendor: string) => boolean): Prober => {
  const written: string[] = []
  let skipped = 0
  let asked = 0

  const tool = (name: string, { conversation }: Known, input: object): Promise<Answered> => {
    const body = JSON.stringify(input)
    return fetched({ path: `/tools/${name}`, method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-bird-conversation-id': `cv-${conversation}` }, body })
  }
  const fetched = (wanted: Asked): Promise<Answered> =>
    Promise.race([ask(front.url, wanted), sleep(patienceMs, undefined, { ref: false }).then((): never => { throw new Error(`nothing within ${patienceMs} ms`) })])

  // Each says what was wrong, if anything was.
  const of = (status: number, text: string, isRight: (body: any) => boolean): string | undefined => {
    if (status !== 200) return `${status} ${text.slice(0, 200)}`
    try {
      return isRight(JSON.parse(text)) ? undefined : `answered ${text.slice(0, 400)}`
    } catch {
      return `no JSON: ${text.slice(0, 100)}`
    }
  }
  const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

  const findHomes = async (who: Known): Promise<string | undefined> => {
    const { status, text } = await tool('find_homes', who, { area: 'Faro' })
    return of(status, text, ({ ok, data }) => ok === true && data.exact === true && same(data.homes.map((each: any) => [each.home, each.rent_mxn]).toSorted(), [[lookedAt.home, 15_000], [booked.home, 15_000]]))
  }
  const check = async (who: Known): Promise<string | undefined> => {
    const from = dayIn(4)
    const { status, text } = await tool('check_availability', who, { home: lookedAt.home, from_day: from })
    const right = [4, 5, 6].flatMap((days) => lookedAt.at.map((hour) => `${dayIn(days)}T${hour}${zone}`)) // six are offered, and a day has two
    return of(status, text, ({ ok, data }) => ok === true && same(data.slots.map((each: any) => each.start), right))
  }
  const book = async (visit: Visit): Promise<string | undefined> => {
    const { status, text } = await tool('book_tour', visit.who, { home: booked.home, when: visit.start.slice(0, 16).replace('T', ' ') })
    const wrong = of(status, text, ({ ok, data }) => ok === true && data.tour.home === booked.home && data.tour.start === visit.start)
    visit.isBooked = wrong === undefined
    return wrong
  }
  const tours = (status: string) => async (visit: Visit): Promise<string | undefined> => {
    const answer = await tool('my_tours', visit.who, {})
    return of(answer.status, answer.text, ({ ok, data }) => ok === true && same(data.tours.map((each: any) => [each.home, each.start, each.status]), [[booked.home, visit.start, status]]))
  }
  const cancel = async (visit: Visit): Promise<string | undefined> => {
    const { status, text } = await tool('cancel_tour', visit.who, {})
    const wrong = of(status, text, ({ ok, data }) => ok === true && data.tour.home === booked.home && data.tour.start === visit.start)
    visit.isBooked = wrong === undefined
    return wrong
  }
  const update = async (who: Known): Promise<string | undefined> => {
    const { status, text } = await tool('update_deal', who, { budget_max: 20_000 + (asked % 100) * 100 })
    return of(status, text, ({ ok, data }) => ok === true && same(data.saved, ['budget_max']))
  }
  // By the vendor's own hand and signature; only its first try counts here. What a kill cuts it sends again, and in the end each is to be processed once.
  const webhook = async (): Promise<string | undefined> => {
    const { messageId } = lab.bird.phone.write(`+52551400${String(written.length).padStart(4, '0')}`, { text: 'hola', name: 'Prueba' })
    written.push(messageId)
    const find = () => lab.bird.calls('whatsapp.inbound').findLast(({ payload }) => 'id' in payload && payload.id === messageId)
    for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(15)) {
      const status = find()?.statuses[0]
      if (status !== undefined) return status === 200 ? undefined : `the webhook was answered ${status}`
    }
    return 'the webhook was not answered'
  }
  const healthz = async (): Promise<string | undefined> => {
    const { status, text } = await fetched({ path: '/healthz', headers: { authorization: `Bearer ${opsToken}` } })
    return of(status, text, ({ ok, engine, conditions }) => {
      const ill: string[] = conditions.flatMap((each: any) => (each.ok ? [] : [String(each.name).split(' ')[0]]))
      return ok === (ill.length === 0) && engine === 'postgres' && ill.every(isAiling) && ['database', 'disk', 'accepting', 'agents'].every((name) => conditions.some((each: any) => each.name === name))
    })
  }
  const signIn = async (): Promise<string | undefined> => {
    const { status, text } = await fetched({ path: '/console/sign-in' })
    return status === 200 && text.includes('name="password"') && text.includes('</html>') ? undefined : `${status} ${text.slice(0, 200)}`
  }

  let visit: Visit | undefined
  const aVisit = (at: number): Visit => {
    const round = Math.floor(at / kinds.length)
    const minutes = booked.firstHour * 60 + (Math.floor(round / 10) % (booked.hours * 2)) * 30
    return (visit = { who: known[round % known.length]!, start: `${dayIn(2 + (round % 10))}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}${zone}`, isBooked: false, before: Promise.resolve() })
  }
  // In the order of what is done about a visit; where the step before went wrong nobody knows what is right, and something else is asked.
  const about = (step: (visit: Visit) => Promise<string | undefined>) => async (_who: Known, of: Visit): Promise<string | undefined> => {
    if (of.isBooked) return step(of)
    skipped++
    return findHomes(of.who)
  }
  const kinds: readonly (readonly [string, (who: Known, visit: Visit) => Promise<string | undefined>])[] = [
    ['find_homes', findHomes], ['book_tour', (_who, of) => book(of)], ['check_availability', check], ['webhook', webhook], ['my_tours', about(tours('confirmed'))],
    ['update_deal', update], ['cancel_tour', about(cancel)], ['healthz', healthz], ['my_tours', about(tours('cancelled'))], ['sign_in', signIn],
  ]

  return {
    written: () => written,
    skipped: () => skipped,
    async probe() {
      const at = asked++
      const [what, run] = kinds[at % kinds.length]!
      const of = at % kinds.length === 0 || !visit ? aVisit(at) : visit
      const { before } = of
      let over = (): void => {}
      of.before = new Promise<void>((resolve) => void (over = resolve))
      await before // of that visit; its clock begins after it
      const began = performance.now()
      const since = Date.now()
      const wrong = await run(of.who, of).catch((thrown: unknown) => `no answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      const ms = Math.round(performance.now() - began)
      over()
      return { at: since, what, ms, wrong: wrong ?? (ms > mostMs ? `too late, after ${ms} ms` : undefined) }
    },
  }
}
