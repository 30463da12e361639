import { setTimeout as sleep } from 'node:timers/promises'
import type { OnPhone } from '../lab/bird/phone-view.ts'
import { busy, type HouseStage } from './house-stage.ts'

// Prospects who want a visit, whatever becomes of the house meanwhile. Each says the next thing once they were answered, and says it again where the answer is about something else.
// visit: what they were told that they have, and so believe.
export type Talker = { number: string; name: string; visit: { at: string; is: 'confirmed' | 'cancelled' } | undefined; told: number } // told: how often they wrote
type How = { wrote(): void } // somebody has just written

const mostTries = 6
const answeredMs = 60_000 * busy
const homes = ['en la Narvarte hasta 30 mil', 'en la Roma hasta 40 mil', 'en la Condesa hasta 40 mil', 'en Coyoacán hasta 40 mil'] as const
export const wantsVisit = async ({ bird: { phone } }: Pick<HouseStage, 'bird'>, at: number, { wrote }: How): Promise<Talker> => {
  const talker: Talker = { number: `+52551200${String(at).padStart(4, '0')}`, name: `Prueba Número ${at}`, visit: undefined, told: 0 }
  const { number, name } = talker
  const answerTo = async (message: string): Promise<OnPhone | undefined> => {
    for (const end = performance.now() + answeredMs; performance.now() < end; await sleep(20)) {
      const shown = phone.messages(number)
      const answer = shown.slice(shown.findIndex(({ id }) => id === message) + 1).find(({ from }) => from === 'them')
      if (answer) return answer
    }
    throw new Error(`${number} was never answered: ${phone.messages(number).map(({ from, text }) => `${from}: ${text}`).join(' / ')}`)
  }
  const says = async (text: string, wanted: RegExp): Promise<string> => {
    for (let tries = 0; tries < mostTries; tries++) {
      talker.told += 1
      const { messageId } = phone.write(number, { text, name })
      wrote()
      const found = wanted.exec((await answerTo(messageId))?.text ?? '')
      if (found) return found[1] ?? ''
    }
    throw new Error(`${number} hears nothing of ${wanted}: ${phone.messages(number).map(({ from, text: words }) => `${from}: ${words}`).join(' / ')}`)
  }

  await says('hola', /./)
  await says(`busco depa ${homes[at % homes.length]}`, /¿Cuál te interesa\?/)
  await says('la 1, ¿qué horarios hay?', /¿Cuál te queda\?/)
  talker.visit = { at: await says(`la ${1 + (at % 3)}`, /quedó para el (.+?) con /), is: 'confirmed' }
  if (at % 3 === 0) return talker
  await says('quiero cambiar mi visita', /¿Cuál te queda\?/)
  talker.visit = { at: await says('la 2', /ahora es el (.+?) con /), is: 'confirmed' }
  if (at % 3 === 1) return talker
  talker.visit = { at: await says('cancela mi visita', /Cancelé tu visita a .+ del (.+?)\. ¿/), is: 'cancelled' }
  return talker
}
