import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab/index.ts'

// Prospects who write and wait to be answered, a few a minute: they look for a home, book a visit, and some of them cancel it.
export type Tally = { wrote: number; answered: number; unanswered: { at: number; number: string; text: string }[] }
export type Crowd = Tally & { ids: string[]; arrive(): void; leave(): Promise<void> }

const answerMs = 30_000
const areas = ['en la Narvarte hasta 30 mil', 'en la Roma hasta 40 mil', 'en la Condesa hasta 40 mil', 'en Coyoacán hasta 40 mil'] as const
export const makeCrowd = ({ bird }: Lab): Crowd => {
  const under = new Set<Promise<void>>()
  const ids: string[] = []
  const tally: Tally = { wrote: 0, answered: 0, unanswered: [] }
  let arrived = 0

  const talk = async (at: number): Promise<void> => {
    const number = `+52551300${String(at).padStart(4, '0')}`
    const lines = ['hola', `busco depa ${areas[at % areas.length]}`, 'la 1, ¿qué horarios hay?', `la ${1 + (at % 3)}`, ...(at % 2 === 0 ? ['cancela mi visita'] : [])]
    for (const text of lines) {
      const since = Date.now()
      const before = bird.phone.messages(number).length
      ids.push(bird.phone.write(number, { text, name: `Prueba ${at}` }).messageId)
      tally.wrote++
      const end = performance.now() + answerMs
      while (performance.now() < end && !bird.phone.messages(number).slice(before + 1).some(({ from }) => from === 'them')) await sleep(250)
      if (performance.now() >= end) return void tally.unanswered.push({ at: since, number, text })
      tally.answered++
      await sleep(1_500) // they read
    }
  }
  return Object.assign(tally, {
    ids,
    arrive(): void {
      const talking = talk(arrived++).finally(() => under.delete(talking))
      under.add(talking)
    },
    async leave(): Promise<void> {
      await Promise.all(under)
    },
  })
}
