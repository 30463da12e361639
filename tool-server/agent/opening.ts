import type { Language } from '@portero/shared'
import { replaced } from '../actions/agent-end.ts'
import type { Act, Millis } from '../define.ts'
import { clearLine } from '../domain/clear-text.ts'
import type { Catalogue } from '../domain/homes.ts'
import { maskSecrets } from '../domain/mask-secrets.ts'
import type { ModelItem } from '../domain/ports/model.ts'
import { isOn } from '../domain/tours.ts'
import { agentLines, type AgentLine } from '../store/agent-lines.ts'
import { earlierRuns, type Earlier } from '../store/agent-runs.ts'
import { findLead, openLead } from '../store/leads.ts'
import { nameOf } from '../store/people.ts'
import { toursOf } from '../store/tours.ts'
import type { At, Here } from './at.ts'
import { contextNote } from './context-note.ts'
import { readable } from './hear.ts'
import type { Persona } from './persona.ts'

// What the model reads before it says anything: the conversation, what its tools have told it there, and at the end, where it costs no cache, what is so right now.
const mostLines = 40
const mostLetters = 4_096 // of one of them: what WhatsApp takes of ours, and sixteen times less than it takes of theirs
const rememberMs: Millis = 6 * 3_600_000 // slot_ids and what else was found
const mostRuns = 4
const mostBytes = 24_000 // of what tools have answered before

export const openingOf = async (act: Act, at: At): Promise<ModelItem[]> => readingOf(act, at, (await earlierRuns(act, at.conversation, { since: act.now - rememberMs, most: mostRuns })).map((run) => ({ ...run, said: saidBy(run) })))

// Of all that a run wrote, what was truly said: of what held water all since the model's last turn began, of a sentence of ours that stood in for it only that.
const saidBy = ({ items, outcome, reason }: Earlier): string | undefined => {
  if (outcome !== 'said' && outcome !== 'fell-back') return undefined
  const words = items.slice(items.findLastIndex(({ kind }) => kind !== 'said' && kind !== 'thought') + 1).flatMap((item) => (item.kind === 'said' ? item.text : []))
  return outcome === 'said' && reason !== replaced ? words.join('\n\n').trim() : words.at(-1)
}

// earlier: what was found out between the lines, when, and what was said then.
export type Found = Pick<Earlier, 'id' | 'begunAt' | 'items'> & { said?: string | undefined }
export const readingOf = async (act: Act, { conversation, run: { person }, persona, known, zone, catalogue }: Here, earlier: readonly Found[]): Promise<ModelItem[]> => {
  const lines = await agentLines(act, conversation, mostLines)
  const { tenant } = act.subject
  const row = await findLead(act.tx, tenant, person)
  const lead = row && (await openLead(row, act.sealing.open))
  const tours = (await toursOf(act.tx, tenant, person)).filter(({ endsAt, status }) => isOn(status) && endsAt > act.now)
  const ahead = tours.toSorted((a, b) => a.startsAt - b.startsAt).flatMap(({ home, startsAt, status }) => {
    const found = catalogue.homes.find(({ id }) => id === home)
    return found ? [{ title: found.title, zone: found.building.zone, startsAt, status }] : []
  })
  const text = contextNote({ now: act.now, zone, language: spokenBy(persona, known.language), address: persona.address, name: await nameOf(act, person), tours: ahead, lead })
  return [...timeline(lines, earlier, catalogue).map(masked), masked({ kind: 'note', text })]
}
// A persona that has not their language speaks its own.
export const spokenBy = ({ languages }: Pick<Persona, 'languages'>, theirs: Language): Language => (languages.includes(theirs) ? theirs : (languages[0] ?? theirs))
export const masked = (item: ModelItem): ModelItem => ('text' in item ? { ...item, text: maskSecrets(item.text) } : item)

// What a run of ours said stands in its own items, word for word and without waiting for a webhook; whatever was written after it began comes after it.
const timeline = (heard: readonly AgentLine[], earlier: readonly Found[], catalogue: Catalogue): ModelItem[] => {
  const told = remembered(earlier)
  const lines = asRead(heard, told)
  const isOurs = (line: AgentLine): boolean => line.author === 'bot' && line.text !== '' && told.some(({ said }) => said?.includes(line.text))
  const placed = told.map((run) => ({ after: lines.findLastIndex(({ notedAt }) => notedAt <= run.begunAt), items: run.items }))
  const itemsAfter = (place: number): ModelItem[] => placed.flatMap(({ after, items }) => (after === place ? items : []))
  return [...itemsAfter(-1), ...lines.flatMap((line, place) => [...(isOurs(line) ? [] : itemsIn(line, catalogue)), ...itemsAfter(place)])]
}

// What was spoken is read once it is written down: a run that began before has not read it, so it stands after that one.
const asRead = (heard: readonly AgentLine[], runs: readonly { begunAt: Millis }[]): AgentLine[] => {
  const late = heard.filter(({ notedAt, toldAt = notedAt }) => runs.some(({ begunAt }) => notedAt <= begunAt && begunAt < toldAt))
  const lines = heard.filter((line) => !late.includes(line))
  for (const { toldAt = 0, ...line } of late) lines.splice(lines.findLastIndex(({ notedAt }) => notedAt <= toldAt) + 1, 0, { ...line, notedAt: toldAt })
  return lines
}

// Each call with its answer, the newest as long as there is room; and what was said.
const remembered = (earlier: readonly Found[]): { begunAt: Millis; items: ModelItem[]; said: string | undefined }[] => {
  let room = mostBytes
  return earlier.toReversed().map(({ id: run, begunAt, items, said }) => {
    const pairs = items.flatMap((item, place): ModelItem[][] => {
      const id = `${run.slice(-12)}-${place}` // always the same, and short: vendors take 64 letters
      const answer = item.kind === 'call' ? items.find((each) => each.kind === 'answer' && each.id === item.id) : undefined
      return item.kind === 'call' && answer?.kind === 'answer' ? [[{ ...item, id }, { ...answer, id }]] : []
    })
    const kept = pairs.toReversed().filter((pair) => (room -= JSON.stringify(pair).length) > 0).toReversed()
    return { begunAt, items: [...kept.flat(), ...(said ? [{ kind: 'said' as const, text: said }] : [])], said }
  }).toReversed()
}

const slotPick = /^slot:(s_[\w-]{8,80})$/
export const pickOf = (slot: string): string => `slot:${slot}`
const itemsIn = (line: AgentLine, catalogue: Catalogue): ModelItem[] => {
  const { author, pick } = line
  const slot = slotPick.exec(pick ?? '')?.[1]
  const words = [readable(line, catalogue).slice(0, mostLetters), slot && `[slot_id ${slot}]`].filter(Boolean).join(' ')
  if (words === '') return []
  if (author === 'prospect') return [{ kind: 'heard', text: words }]
  return [author === 'human' ? { kind: 'note', text: `Una persona del equipo le escribió: «${clearLine(words)}»` } : { kind: 'said', text: words }] // one line: what they quote may not look like a note of ours
}
