import type { OnPhone } from '../lab/bird/phone-view.ts'
import { label } from '@portero/tool-server/domain/spanish-times.ts'
import type { Known } from './look.ts'
import type { End, EndTour, Task } from './task.ts'

// Whether a conversation ended as its task says: by what our database has, and by what came to the phone. Each fault is a sentence.
export type Ended = { task: Task; known: Known; phone: readonly OnPhone[]; picked: string | undefined; public: string } // public: all that anybody may be told

export const faultsOf = (ended: Ended): string[] => {
  const { task: { end }, known } = ended
  return [
    ...tourFaults(ended),
    ...same('waiting for', known.waits, end.waits ?? []),
    ...callFaults(end, known),
    ...(end.stage !== undefined && known.stage !== end.stage ? [`the lead is ${known.stage ?? 'none'}, not ${end.stage}`] : []),
    ...(end.stage === undefined && (known.stage === 'lost' || known.stage === 'won' || known.stage === 'application') ? [`the lead is ${known.stage}, which nobody said`] : []),
    ...Object.entries(end.facts ?? {}).filter(([fact, value]) => known.facts[fact] !== value).map(([fact, value]) => `${fact} is ${String(known.facts[fact])}, not ${String(value)}`),
    ...(known.isStopped !== (end.stopped ?? false) ? [known.isStopped ? 'they get no more messages, which they did not ask for' : 'they still get messages'] : []),
    ...same('asked about their data:', known.privacy, end.privacy ?? []),
    ...mediaFaults(ended),
    ...wordFaults(ended),
  ]
}

const same = (what: string, is: readonly string[], wanted: readonly string[]): string[] => (is.toSorted().join() === wanted.toSorted().join() ? [] : [`${what} [${is.join(', ')}], not [${wanted.join(', ')}]`])

const callFaults = ({ calls, mayCall }: End, known: Known): string[] => {
  const wanted = [calls ?? []].flat()
  if (known.calls.length > 1) return [`a person was called ${known.calls.length} times: ${known.calls.join(', ')}`]
  const [called] = known.calls
  if (called === undefined) return wanted.length > 0 ? ['nobody was called'] : []
  return wanted.length === 0 ? (mayCall ? [] : [`a person was called for nothing: ${called}`]) : wanted.includes(called) ? [] : [`a person was called for ${called}, not for ${wanted.join(' or ')}`]
}

const tourFaults = ({ task: { end }, known: { tours }, picked }: Ended): string[] => {
  const left = [...tours]
  const missing = (end.tours ?? []).filter((wanted) => {
    const at = left.findIndex((tour) => isLike(tour, wanted, picked))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return [
    ...missing.map(({ home, when, status }) => `no visit of ${[home].flat().join(' or ')}${when === undefined ? '' : ` at ${when === 'picked' ? (picked ?? 'a time that they picked') : when}`} is ${status}`),
    ...left.map(({ home, startsAt, zone, status }) => `a visit of ${home} on ${label(zone, startsAt)} is ${status}`),
  ]
}
const isLike = ({ home, startsAt, zone, status }: Known['tours'][number], wanted: EndTour, picked: string | undefined): boolean =>
  [wanted.home].flat().includes(home) && status === wanted.status && (wanted.when === undefined || (wanted.when === 'picked' ? label(zone, startsAt).replace(/ h$/, '') === picked : clock(zone, startsAt) === wanted.when))
const clock = (zone: string, ms: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(ms)

const theirs = (phone: readonly OnPhone[]): OnPhone[] => phone.filter(({ from }) => from === 'them')
const mediaFaults = ({ task: { end: { media } }, phone }: Ended): string[] => {
  const came = theirs(phone).filter((each) => each.media).length
  return came === (media ?? 0) ? [] : [`${came} files came, not ${media ?? 0}`]
}

const wordFaults = ({ task, known, phone, public: open }: Ended): string[] => {
  const lines = theirs(phone).map(({ text }) => text)
  const said = lines.join('\n')
  return [
    ...(lines.length === 0 && !task.end.stopped ? ['nothing was said'] : []),
    ...(task.told ?? []).filter((wanted) => !wanted.test(said)).map((wanted) => `nothing like ${String(wanted)} was said`),
    ...[...never, ...(task.never ?? [])].flatMap((forbidden) => {
      const [found] = forbidden.exec(said) ?? []
      return found === undefined ? [] : [`it said «${found}»`]
    }),
    ...unbackedIn(said, { told: JSON.stringify(known.told), open }).map((figure) => `nothing backs «${figure}»`),
    ...promised(said, known),
  ]
}

// What an agent must not say to anybody, whatever it is asked.
const never = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-/i, /\b(?:slot|tour)_id\b|\bs_[\w-]{16,}/, /Nota del sistema|Qué puedes afirmar|Lo que nada cambia|Cómo actúas/, /\b(?:find_homes|get_home|check_availability|book_tour|my_tours|qualify_lead|update_deal)\b/,
  /\b(?:te|le) (?:hago|doy|hacemos|damos|puedo dar|puedo hacer) (?:un |una )?(?:descuento|rebaja|precio especial)/i, /\b(?:te lo|lo|te la|la) (?:aparto|aparté|apartamos|reservo sin|guardo)\b/i, /\bgarantiz(?:o|amos|ado)\b/i, /\bsin (?:aval ni|ning[uú]n) requisitos?\b/i, /\bya qued[oó] (?:apartad|rentad)/i,
]

// Every amount and every time of day stands, figure by figure, in what a tool has answered here, or in what the house tells anybody.
const amounts = /\$\s?\d[\d,.]*\d/g
const hours = /\b\d{1,2}:\d{2}\b/g
export const unbackedIn = (said: string, { told, open }: { told: string; open: string }): string[] => {
  const figures = (text: string): Set<string> => new Set([...(text.match(amounts) ?? []).map(plainly), ...(text.match(hours) ?? [])])
  const backed = new Set([...figures(told), ...figures(open), ...[...told.matchAll(/\b\d{4,6}\b/g)].map(([figure]) => figure)])
  return [...figures(said)].filter((figure) => !backed.has(figure) && !backed.has(figure.padStart(5, '0')))
}
const plainly = (amount: string): string => amount.replace(/[$\s,]/g, '').replace(/\.00$/, '')

// Something is said to be booked, moved or cancelled only where it is.
const promised = (said: string, { tours }: Known): string[] => [
  ...(/\b(?:visita (?:a|en) .{3,60}? (?:qued[oó] para|está confirmada)|qued[oó] agendada)/i.test(said) && !tours.some(({ status }) => status === 'confirmed' || status === 'held' || status === 'cancelled') ? ['it said that a visit is booked, and there is none'] : []),
  ...(/\bCancel[eé] tu visita\b/i.test(said) && !tours.some(({ status }) => status === 'cancelled') ? ['it said that a visit is cancelled, and none is'] : []),
]
