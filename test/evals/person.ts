import type { Writing } from '../lab/bird/writing.ts'
import type { OnPhone } from '../lab/bird/phone-view.ts'
import { chanceOf } from './chance.ts'
import { noisy } from './noise.ts'
import type { Reaction, Task, Turn } from './task.ts'

// Somebody with a phone who does what a task says, and answers what they are asked.
export type Person = {
  task: Task
  number: string
  picked: string | undefined // the time that they picked last, as its row said it
  next(heard: readonly OnPhone[]): Doing | undefined // undefined: they are done
  turns: number
}
// takes: a time that somebody else takes before they write.
export type Doing = { writes: { afterMs: number; what: Writing }[]; takes?: string }

const misunderstood = /no te entend|dime zona, rec|no encontr[eé] esa vivienda|no lo tengo a la mano|no lo pude consultar|prefiero no darte|didn't understand|no me quedó claro|puedes repetir|no entiendo/i
const mostTimes = 4
const asksName = /a nombre de qui[eé]n|tu nombre|c[oó]mo te llamas|your name/i
const offersPerson = /comunique con una persona|te paso con una persona|hables con una persona/i
const asksWhich = /m[aá]s de una visita|¿cu[aá]l de (?:ellas|tus visitas)/i

type Wanted = { task: Task; number: string; level: number; seed: number }
export const makePerson = ({ task, number, level, seed }: Wanted): Person => {
  const chance = chanceOf(`${seed}/${task.name}`)
  const reactions: { reaction: Reaction; left: number }[] = [...(task.reacts ?? []), ...standard(task)].map((reaction) => ({ reaction, left: reaction.times ?? 3 }))
  let at = 0
  let last: Turn | undefined // what they did last, of their own or because they were asked
  let times = 0
  const words = (text: string, careful: number): Doing => ({ writes: noisy(text, { level: level / (careful + 1), chance }).map(({ afterMs, text: piece }) => ({ afterMs, what: { text: piece } })) })

  const doing = (turn: Turn, heard: readonly OnPhone[], careful: number): Doing | undefined => {
    if (typeof turn === 'string') return words(turn, careful)
    if ('say' in turn) return words(turn.say, careful)
    if ('clean' in turn) return { writes: [{ afterMs: 0, what: { text: turn.clean } }] }
    if ('voice' in turn) return { writes: [{ afterMs: 0, what: { media: { kind: 'voice', data: spoken(turn.voice).toString('base64') } } }] }
    if ('photo' in turn) return { writes: [{ afterMs: 0, what: { media: { kind: 'image' } } }] }
    if ('place' in turn) return { writes: [{ afterMs: 0, what: { media: { kind: 'location', ...turn.place } } }] }
    if ('press' in turn) return press(heard, turn.press)
    return pick(heard, turn)
  }
  const pick = (heard: readonly OnPhone[], { pick: place, gone }: { pick: number; gone?: true }): Doing | undefined => {
    const message = heard.findLast(({ list }) => (list?.rows.length ?? 0) > 0)
    const row = message?.list?.rows[Math.min(place, message.list.rows.length) - 1]
    const listed = heard.flatMap(({ text }) => [...text.matchAll(/^(\d)\. (.*\d{1,2}:\d{2}.*)$/gm)])
    const line = listed[Math.min(place, listed.length) - 1]
    const label = row?.text ?? line?.[2]
    if (label === undefined) return undefined
    person.picked = label.replace(/ h$/, '')
    return { writes: [{ afterMs: 0, what: row && message ? { press: { message: message.id, payload: row.payload } } : { text: `la ${line?.[1] ?? place}` } }], ...(gone && times === 0 && { takes: person.picked }) }
  }
  const isAsked = (said: string): Reaction | undefined => {
    const found = reactions.find(({ reaction, left }) => left > 0 && reaction.to.test(said))
    if (found) found.left--
    return found?.reaction
  }
  // Whether what they did last must be done again. A time that was gone is picked again, from what is offered instead.
  const isOpen = (turn: Turn | undefined, said: string): boolean => {
    if (turn === undefined || times >= mostTimes) return false
    if (typeof turn === 'string') return misunderstood.test(said)
    if ('say' in turn) return turn.until ? !turn.until.test(said) : misunderstood.test(said)
    if ('pick' in turn) return !/listo|qued[oó]|confirm|agend|nombre/i.test(said)
    return false
  }
  const person: Person = {
    task, number, picked: undefined, turns: 0,
    next(heard) {
      const said = heard.map(({ text }) => text).join('\n')
      const reaction = person.turns > 0 ? isAsked(said) : undefined
      if (person.turns++ > 4 * task.does.length + 8) return undefined
      const asked = reaction && doing(reaction.does, heard, 1)
      if (asked) {
        last = reaction.does
        times = 0
        return asked
      }
      if (person.turns > 1 && isOpen(last, said) && last !== undefined) {
        times++
        const again = doing(shorter(last, said), heard, times)
        if (again) return again
        // Nothing to pick from: what led there is said once more.
        const way = task.does.slice(0, at - 1).findLast((turn) => typeof turn === 'string' || 'say' in turn)
        return way === undefined ? undefined : doing(way, heard, times)
      }
      const turn = task.does[at]
      if (turn === undefined) return undefined
      const done = doing(turn, heard, 0)
      if (done) {
        at++
        last = turn
        times = 0
        return done
      }
      const way = task.does.slice(0, at).findLast((each) => typeof each === 'string' || 'say' in each)
      return way !== undefined && times++ < mostTimes ? doing(way, heard, times) : undefined
    },
  }
  return person
}

// Where times are listed by now, the first of them would be meant by «la 1».
const shorter = (turn: Turn, said: string): Turn => (typeof turn === 'object' && 'say' in turn && /\d{1,2}:\d{2}/.test(said) ? { ...turn, say: turn.say.replace(/^(?:la|el) (?:\d|primero), /, '') } : turn)

const press = (heard: readonly OnPhone[], title: RegExp): Doing | undefined => {
  for (const { id, buttons = [], list } of heard.toReversed()) {
    const found = [...buttons, ...(list?.rows ?? [])].find(({ text }) => title.test(text))
    if (found?.payload !== undefined) return { writes: [{ afterMs: 0, what: { press: { message: id, payload: found.payload } } }] }
  }
  return undefined
}

// What people answer without thinking. Who wants nobody of the team says so.
const standard = ({ called, which, end }: Task): Reaction[] => [
  ...(called === undefined ? [] : [{ to: asksName, does: { clean: called } }]),
  ...(which === undefined ? [] : [{ to: asksWhich, does: which }]),
  ...(end.calls === undefined ? [] : [{ to: offersPerson, does: 'sí por favor', times: 1 }]),
]

// The bytes of a voice note; the lab's ear is told what they say.
export const spoken = (text: string): Buffer => Buffer.concat([Buffer.from('OggS'), Buffer.alloc(24), Buffer.from('OpusHead'), Buffer.from(text)])
