import { afterEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { DateTime } from 'luxon'
import { openConsole, type Browser, type ConsoleStage } from './support/console-stage.ts'
import { furnishMonth, zone, type Person, type Talk } from './support/month.ts'

// Hoy and Valor on a generated month, against what is counted here, by hand, over the very rows that went in.
const dayMs = 86_400_000
let stage: ConsoleStage
afterEach(() => stage.end())

// The truth, as plainly as it can be said.
type Span = { from: number; to: number }
const truthOf = (all: readonly Person[], { from, to }: Span, now: number) => {
  const people = all.filter(({ isBlocked }) => !isBlocked)
  const isIn = (time: number): boolean => time >= from && time < to
  const talks = people.flatMap((person) => person.talks.map((talk) => ({ person, talk })))
  const visits = people.flatMap((person) => person.visits)
  const calls = talks.flatMap(({ talk }) => talk.calls)
  const heard = talks.filter(({ talk }) => talk.messages.some(({ author, at: time }) => author === 'prospect' && isIn(time)))
  const isAnswer = ({ author, status }: Talk['messages'][number]): boolean => (author === 'bot' || author === 'human') && status !== 'failed'
  // Each wait: when it began, what ended it, and when the next one began.
  type Wait = { at: number; ms?: number; by?: string; nextAt: number }
  const startsOf = ({ messages }: Talk): Wait[] => {
    const there = messages.filter((each) => each.author === 'prospect' || isAnswer(each))
    const starts = there.flatMap((message, place) => (message.author === 'prospect' && there[place - 1]?.author !== 'prospect' ? [place] : []))
    return starts.map((place, nth) => {
      const reply = there.slice(place).find(({ author }) => author !== 'prospect')
      return { at: there[place]!.at, nextAt: there[starts[nth + 1] ?? -1]?.at ?? Infinity, ...(reply && { ms: reply.at - there[place]!.at, by: reply.author }) }
    })
  }
  const waitsOf = (talk: Talk): Wait[] => startsOf(talk).filter((wait) => isIn(wait.at))
  const replied = (those: readonly Wait[], who?: string): number[] => those.flatMap(({ ms, by }) => (ms === undefined || (who !== undefined && by !== who) ? [] : [ms])).toSorted((a, b) => a - b)
  const median = (sorted: readonly number[], part = 0.5): number | undefined => sorted[Math.ceil(sorted.length * part) - 1]
  const waits = talks.flatMap(({ talk }) => waitsOf(talk))
  const firstOf = ({ talks: theirs }: Person): number => Math.min(...theirs.flatMap(({ messages }) => messages.filter(({ author }) => author === 'prospect').map(({ at: time }) => time)))
  const stepOf = (person: Person): number => {
    if (person.lead === 'application' || person.lead === 'won') return 5
    if (person.visits.some(({ status }) => status === 'completed')) return 4
    if (person.visits.some(({ status }) => status !== 'held')) return 3
    const first = Math.min(...person.talks.flatMap(({ messages }) => messages.filter(({ author, at: time }) => author === 'prospect' && isIn(time)).map(({ at: time }) => time)))
    return person.talks.some(({ messages }) => messages.some((each) => isAnswer(each) && each.at > first)) ? 2 : 1
  }
  const cohort = people.filter((person) => isIn(firstOf(person))).map(stepOf)
  const speakerOf = ({ messages }: Talk): string => {
    const ours = messages.filter((each) => isAnswer(each) && isIn(each.at))
    return ours.some(({ author }) => author === 'human') ? 'human' : ours.length > 0 ? 'bot' : 'nobody'
  }
  const isWaiting = ({ closed, reason, seen }: Talk['calls'][number]): boolean => !closed && (reason === 'unanswered' || !seen)
  const booked = visits.filter(({ status, madeAt }) => status !== 'held' && isIn(madeAt))
  const spent = all.flatMap(({ talks: theirs }) => theirs).flatMap(({ messages, spent: runs }) => [...messages.filter(({ at: time, cost }) => cost !== undefined && isIn(time)).map(({ cost = 0 }) => cost), ...runs.filter(({ at: time }) => isIn(time)).map(({ micros }) => micros)])
  const held = talks.flatMap(({ talk }) => talk.held.filter(({ at: time }) => isIn(time)))
  const [first, last] = [Math.min(...held.map(({ at: time }) => time)), Math.max(...held.map(({ at: time }) => time))]
  const shadowed = talks.flatMap(({ talk }) => waitsOf(talk).filter(({ at: time }) => time >= first && time <= last).map(({ at: time, ms, nextAt }) => {
    const [wouldHave] = talk.held.filter((each) => each.name === 'messaging.send' && !each.isService && isIn(each.at) && each.at >= time && each.at < nextAt).map((each) => each.at - time).toSorted((a, b) => a - b)
    return { ours: wouldHave, theirs: ms, outcome: wouldHave === undefined ? (ms === undefined ? 'nobody' : 'theirs') : ms === undefined ? 'ours' : 'both' }
  }))
  return {
    shadow: {
      replies: (outcome: string) => shadowed.filter((each) => each.outcome === outcome).length, median: (side: 'ours' | 'theirs') => median(shadowed.flatMap((each) => (each.outcome === 'both' ? [each[side] ?? 0] : [])).toSorted((a, b) => a - b)),
      held: (name: string) => held.filter((each) => each.name === name).length, beside: (kind: string, outcome: string) => people.flatMap(({ beside }) => beside).filter((each) => each.kind === kind && each.outcome === outcome && isIn(each.at)).length,
    },
    conversations: heard.length, booked: booked.length, visits: visits.filter(({ status, startsAt }) => ['confirmed', 'completed', 'no_show'].includes(status) && isIn(startsAt)).length,
    came: visits.filter(({ status, startsAt }) => status === 'completed' && isIn(startsAt)).length, missed: visits.filter(({ status, startsAt }) => status === 'no_show' && isIn(startsAt)).length,
    called: calls.filter(({ openedAt }) => isIn(openedAt)).length, waiting: calls.filter(isWaiting).length, late: calls.filter((call) => isWaiting(call) && call.dueAt < now).length,
    replies: replied(waits).length, unreplied: waits.length - replied(waits).length, p50: median(replied(waits)), p95: median(replied(waits), 0.95),
    funnel: [1, 2, 3, 4, 5].map((least) => cohort.filter((step) => step >= least).length),
    reasons: Object.fromEntries([...Map.groupBy(calls.filter(({ openedAt }) => isIn(openedAt)), ({ reason }) => reason)].map(([reason, those]) => [reason, those.length])),
    speakers: Object.fromEntries(['bot', 'human', 'nobody'].map((speaker) => {
      const theirs = heard.filter(({ talk }) => speakerOf(talk) === speaker)
      return [speaker, {
        conversations: theirs.length, booked: theirs.filter(({ talk }) => booked.some(({ conversation }) => conversation === talk.id)).length, called: theirs.filter(({ talk }) => talk.calls.some(({ openedAt }) => isIn(openedAt))).length,
        replies: replied(waits, speaker).length, p50: median(replied(waits, speaker)),
      }]
    })),
    micros: spent.reduce((sum, each) => sum + each, 0),
    perDay: (day: string) => {
      const isOn = (time: number): boolean => isIn(time) && DateTime.fromMillis(time, { zone }).toISODate() === day
      return { conversations: talks.filter(({ talk }) => talk.messages.some(({ author, at: time }) => author === 'prospect' && isOn(time))).length, booked: booked.filter(({ madeAt }) => isOn(madeAt)).length }
    },
  }
}

const spanOf = (days: number): Span & { days: string[] } => {
  const today = DateTime.fromMillis(stage.house.clock.now(), { zone }).startOf('day')
  return { from: today.minus({ days: days - 1 }).toMillis(), to: today.plus({ days: 1 }).toMillis(), days: Array.from({ length: days }, (_, place) => today.minus({ days: days - 1 - place }).toISODate()!) }
}
const tile = (text: string, name: string): { shown: string; href: string | undefined } => {
  const [, attributes = '', shown = ''] = new RegExp(`<(?:a|div)([^>]*data-id="tile-${name}"[^>]*)><b>([^<]*)</b>`).exec(text) ?? []
  return { shown, href: /href="([^"]*)"/.exec(attributes)?.[1]?.replaceAll('&amp;', '&') }
}
const opened = async (browser: Browser, href: string): Promise<{ count: number; rows: number }> => {
  const { text } = await browser.get(href)
  return { count: Number(/<p class="soft">([\d,]+)<\/p>/.exec(text)?.[1]?.replaceAll(',', '')), rows: [...text.matchAll(/<tr data-id=/g)].length }
}

describe.each([11, 12])('a generated month (%s)', (seed) => {
  test('is told on Hoy and Valor as it was, and each number opens as many rows', async () => {
    stage = await openConsole()
    const all = await furnishMonth(stage, seed, 90)
    const browser = await stage.signedIn('admin')
    const now = stage.house.clock.now()

    const today = (await browser.get('/console')).text
    const day = truthOf(all, spanOf(1), now)
    const past = truthOf(all, { from: now - 30 * dayMs, to: now }, now)
    for (const name of ['conversations', 'waiting', 'late', 'called', 'visits', 'booked', 'unreplied'] as const) {
      const { shown, href } = tile(today, name)
      expect([name, shown]).toEqual([name, String(day[name])])
      expect(await opened(browser, href!)).toEqual({ count: day[name], rows: Math.min(100, day[name]) })
    }
    expect(tile(today, 'rate').shown.replace(/\s/, '')).toBe(`${Math.round((past.came / (past.came + past.missed)) * 100)}%`)
    expect(await opened(browser, tile(today, 'rate').href!)).toEqual({ count: past.came, rows: past.came })
    expect(tile(today, 'missed').shown).toBe(String(past.missed))
    expect([past.came > 5, day.conversations > 5, day.booked > 0, day.visits > 0, day.replies > 0, day.unreplied > 0]).toEqual(Array(6).fill(true)) // there was something to count

    for (const [period, days] of [['week', 7], ['month', 30], ['quarter', 90]] as const) {
      const span = spanOf(days)
      const truth = truthOf(all, span, now)
      const cells = new Map((await browser.get(`/console/value.csv?period=${period}`)).text.split('\r\n').slice(1).map((line) => line.replaceAll('"', '').split(',')).map(([what, which, count]) => [`${what} ${which}`, Number(count)]))
      expect(['wrote', 'answered', 'visitBooked', 'visited', 'applied'].map((step) => cells.get(`funnel ${step}`))).toEqual(truth.funnel)
      expect(cells.get('visits booked')).toBe(truth.booked)
      for (const [reason, count] of Object.entries(truth.reasons)) expect([reason, cells.get(`called ${reason}`)]).toEqual([reason, count])
      for (const [speaker, { conversations, booked, called, replies, p50 }] of Object.entries(truth.speakers)) {
        const told = [cells.get(`conversations ${speaker}`), cells.get(`conversations booked ${speaker}`), cells.get(`conversations called ${speaker}`), cells.get(`replies ${speaker}`), cells.get(`median reply s ${speaker}`)]
        expect([period, speaker, ...told]).toEqual([period, speaker, conversations, booked, called, ...(speaker === 'nobody' ? [undefined, undefined] : [replies, p50 === undefined ? 0 : p50 / 1_000])])
      }
      for (const outcome of ['both', 'ours', 'theirs', 'nobody']) expect([period, outcome, cells.get(`shadow replies ${outcome}`)]).toEqual([period, outcome, truth.shadow.replies(outcome)])
      expect([cells.get('shadow median reply s ours'), cells.get('shadow median reply s theirs')]).toEqual([truth.shadow.median('ours')! / 1_000, truth.shadow.median('theirs')! / 1_000])
      for (const name of ['messaging.send', 'crm.put-contact']) expect([name, cells.get(`shadowed ${name}`)]).toEqual([name, truth.shadow.held(name)])
      for (const kind of ['visit', 'stage', 'name', 'language']) for (const outcome of ['equal', 'else', 'ours', 'theirs']) expect([kind, outcome, cells.get(`shadow ${kind} ${outcome}`)]).toEqual([kind, outcome, truth.shadow.beside(kind, outcome)])
      expect([truth.shadow.replies('both') > 1, truth.shadow.replies('ours') > 0, truth.shadow.held('messaging.send') > 5]).toEqual([true, true, true])
      expect(cells.get('cost USD')).toBeCloseTo(truth.micros / 1e6, 9)
      expect(cells.get('cost per booking USD')).toBeCloseTo(truth.micros / 1e6 / truth.booked, 9)
      for (const each of span.days) expect([each, cells.get(`conversations by day ${each}`), cells.get(`booked by day ${each}`)]).toEqual([each, truth.perDay(each).conversations, truth.perDay(each).booked])

      const page = (await browser.get(`/console/value?period=${period}`)).text
      for (const [place, step] of ['wrote', 'answered', 'visitBooked', 'visited', 'applied'].entries()) {
        const [, href = '', shown] = new RegExp(`data-id="step-${step}".*?<a href="([^"]*)"><span class="number">([^<]*)</span>`, 's').exec(page) ?? []
        expect(shown).toBe(String(truth.funnel[place]))
        expect((await opened(browser, href.replaceAll('&amp;', '&'))).count).toBe(truth.funnel[place])
      }
      // Whatever number is a link says how many rows stand behind it.
      const links = [...page.matchAll(/<a href="(\/console\/figures\/[^"]*)"><span class="number">([^<]*)<\/span>/g)].map(([, href = '', shown = '']) => ({ href: href.replaceAll('&amp;', '&'), count: Number(shown.replaceAll(',', '')) }))
      expect(links.length).toBeGreaterThan(5 + 3 + 6 + Object.keys(truth.reasons).length)
      for (const { href, count } of links.filter(({ href }) => !/figures\/(conversations|booked)\?/.test(href) || href.includes('which=')).concat(links.filter(({ count }) => count > 0).slice(-6))) expect([href, (await opened(browser, href)).count]).toEqual([href, count])
      expect((await opened(browser, `/console/figures/replies?from=${span.from}&to=${span.to}`)).count).toBe(truth.replies)
    }
  })
})

test('an empty house has a day and a value, and nothing to open', async () => {
  stage = await openConsole()
  const browser = await stage.signedIn('viewer')
  const today = (await browser.get('/console')).text
  expect([tile(today, 'conversations').shown, tile(today, 'reply').shown, tile(today, 'rate').shown]).toEqual(['0', '—', '—'])
  expect(tile(today, 'dead').href).toBeUndefined() // a page that a viewer may not open
  expect((await browser.get('/console/value')).text).toContain('Del primer mensaje a la visita')
  expect((await browser.get('/console/figures/booked')).text).toContain('Nada que contar')
  expect((await browser.get('/console/figures/constructor')).status).toBe(404)
})

test('whose rows were shown is in the audit, and a number alone names nobody', async () => {
  stage = await openConsole()
  const { person } = await stage.guest({ name: 'Ana Prueba', phone: '+525512340000', said: [{ text: 'Hola' }, { author: 'bot', text: '¡Hola!', agoMs: -90_000 }] })
  const browser = await stage.signedIn('viewer')
  const today = (await browser.get('/console')).text
  expect(today).not.toContain('Ana')
  expect([tile(today, 'conversations').shown, tile(today, 'reply').shown]).toEqual(['1', '1.5 min'])
  const page = (await browser.get(tile(today, 'conversations').href!)).text
  expect(page).toContain('Ana Prueba')
  expect(page).not.toContain('5512340000')
  const { rows } = await sql<{ after: Buffer | null }>`select after_sealed as after from audit where what = 'read:figure'`.execute(stage.house.db.bare)
  expect(rows).toHaveLength(1)
  expect(person).toMatch(/^[0-9a-f-]{36}$/)
})
