import { z } from 'zod'
import type { Time } from '../simulator.ts'
import type { Agent } from './chats.ts'
import { asksForTimes, asksForTours, dayIn, isGone, isGreeting, isSearch, partIn, placeIn, plain, timeIn, tourIn, wantsDetails, wantsPerson, wishIn } from './words.ts'

// Stands in for Bird's AI agent: decides by rules instead of a model, but calls our tools exactly as its HTTP action does.
// Everything is a string, and what it doesn't know is nothing at all or a template that nobody filled in.
const inputs = {
  find_homes: ['area', 'bedrooms', 'budget_max', 'pets', 'move_in'],
  get_home: ['home'],
  check_availability: ['home', 'from_day', 'part_of_day'],
  book_tour: ['slot_id', 'home', 'when'],
  my_tours: [],
  update_deal: ['stage', 'budget_max', 'bedrooms', 'occupants', 'pets', 'move_in', 'months', 'guarantee', 'home'],
  escalate: ['reason', 'summary'],
} as const
type Tool = keyof typeof inputs

const slot = z.object({ slot_id: z.string(), start: z.string(), label: z.string() })
const home = z.object({ home: z.string(), title: z.string(), area: z.string(), rent_mxn: z.number() })
const reply = z.object({ ok: z.boolean(), say: z.string(), data: z.unknown().optional(), error: z.object({ code: z.string(), alternatives: z.array(slot).nullish() }).nullish() })
const homesIn = z.object({ homes: z.array(home) })
const slotsIn = z.object({ slots: z.array(slot) })

type Slot = z.infer<typeof slot>
type Home = z.infer<typeof home>
type Memory = { greeted: boolean; homes: Home[]; slots: Slot[]; home?: string; said: string[] } // home: the one they talk about
type Outcome = { say: string; data: unknown; failed: boolean; alternatives: Slot[] }

const timeoutMs = 10_000
const greeting = 'Hola, soy el asistente virtual de UrbanHub.'
const question = '¿Qué buscas? Dime zona, recámaras y presupuesto.'

export const makeBirdAgent = ({ toolsUrl, toolKey, clock }: { toolsUrl: string; toolKey: string; clock: Pick<Time, 'after'> }): Agent => {
  const memories = new Map<string, Memory>()
  let blanks = 0

  const blank = (field: string): string => ['', `{{${field}}}`, `{{variables.${field}}}`][blanks++ % 3] ?? ''
  const call = async (conversation: string, tool: Tool, known: Partial<Record<string, string>>): Promise<Outcome> => {
    const body = Object.fromEntries(inputs[tool].map((field) => [field, known[field] ?? blank(field)]))
    const limit = new AbortController()
    const release = clock.after(timeoutMs, () => limit.abort())
    try {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${toolKey}`, 'x-bird-conversation-id': conversation }
      const response = await fetch(`${toolsUrl}/tools/${tool}`, { method: 'POST', headers, body: JSON.stringify(body), signal: limit.signal })
      const parsed = reply.safeParse(await response.json())
      if (!parsed.success) return unreachable
      const { ok, say, data, error } = parsed.data
      return { say, data, failed: !ok || !response.ok, alternatives: error?.alternatives ?? [] }
    } catch {
      return unreachable // refused, broken off, too slow, or no JSON: to whoever is waiting it is all the same
    } finally {
      release()
    }
  }

  const decide = async (conversation: string, text: string, memory: Memory): Promise<string> => {
    const said = plain(text)
    const act = (tool: Tool, known: Partial<Record<string, string>> = {}): Promise<Outcome> => call(conversation, tool, known)
    const listSlots = ({ data, ...outcome }: Outcome): string => {
      memory.slots = slotsIn.safeParse(data).data?.slots ?? []
      return worded(memory, { data, ...outcome }, memory.slots.map(({ label }) => label))
    }
    const book = async (known: Partial<Record<string, string>>): Promise<string> => {
      const outcome = await act('book_tour', known)
      if (!outcome.failed) memory.slots = []
      return worded(memory, outcome)
    }

    if (wantsPerson(said)) return worded(memory, await act('escalate', { reason: 'asked_for_person', summary: memory.said.slice(-5).join(' / ') }))
    if (isGone(said)) return worded(memory, await act('update_deal', { stage: 'lost' }))
    if (asksForTours(said)) return worded(memory, await act('my_tours'))

    const tour = tourIn(text)
    const wanted = tour?.home ?? memory.home
    if (tour && wanted) return book({ home: (homeNamed(memory.homes, wanted) ?? homePicked(memory.homes, plain(wanted)))?.home ?? wanted, when: tour.when })

    const chosen = memory.slots[placeIn(said, memory.slots.length) ?? -1] ?? slotAt(memory.slots, said)
    if (chosen) return book({ slot_id: chosen.slot_id })

    const picked = memory.slots.length > 0 ? undefined : homePicked(memory.homes, said)
    const about = picked?.home ?? homeNamed(memory.homes, text)?.home ?? (wantsDetails(said) || asksForTimes(said) ? memory.home : undefined)
    if (about !== undefined) {
      memory.home = about
      if (wantsDetails(said)) return worded(memory, await act('get_home', { home: about }))
      return listSlots(await act('check_availability', { home: about, from_day: dayIn(said), part_of_day: partIn(said) }))
    }

    if (isSearch(said)) {
      const outcome = await act('find_homes', wishIn(text))
      memory.homes = homesIn.safeParse(outcome.data).data?.homes ?? []
      memory.slots = []
      return worded(memory, outcome, memory.homes.map(({ title, area, rent_mxn }) => `${title}, ${area}, $${rent_mxn.toLocaleString('es-MX')} al mes`))
    }
    return isGreeting(said) || !memory.greeted ? question : `No te entendí bien. ${question}`
  }

  return {
    async answer(conversation, text) {
      const memory = memories.get(conversation) ?? { greeted: false, homes: [], slots: [], said: [] }
      memories.set(conversation, memory)
      memory.said.push(text)
      const answer = await decide(conversation, text, memory)
      if (memory.greeted) return answer
      memory.greeted = true
      return `${greeting} ${answer}`
    },
  }
}

const unreachable: Outcome = { say: 'Ahora no puedo consultarlo, inténtalo en un momento.', data: undefined, failed: true, alternatives: [] }

// What was listed can be answered with its number.
const worded = (memory: Memory, { say, failed, alternatives }: Outcome, lines: readonly string[] = []): string => {
  if (alternatives.length > 0) memory.slots = alternatives
  const listed = alternatives.length > 0 ? alternatives.map(({ label }) => label) : lines
  return [failed ? `Perdón. ${say}` : say, ...listed.map((line, at) => `${at + 1}. ${line}`)].join('\n')
}

const homeNamed = (homes: readonly Home[], text: string): Home | undefined => {
  const said = plain(text)
  return homes.find(({ home, title }) => said.includes(plain(home)) || said.includes(plain(title)))
}

const homePicked = (homes: readonly Home[], said: string): Home | undefined => homes[placeIn(said, homes.length) ?? -1]

const slotAt = (slots: readonly Slot[], said: string): Slot | undefined => {
  const time = timeIn(said)
  const day = dayIn(said)
  return time === undefined ? undefined : slots.find(({ label }) => new RegExp(`(^|\\D)0?${time}(\\D|$)`).test(label) && (day === undefined || plain(label).includes(day)))
}
