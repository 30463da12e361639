import type { Facts } from '@portero/tool-server/domain/claims-facts.ts'
import type { Millis } from '@portero/tool-server/define.ts'
import { good, type Kind } from './blind-three-good.ts'
import { lies } from './blind-three-lies.ts'
import { dice, factsIn, sceneOf, type Dice, type Scene } from './blind-three-scene.ts'

// Messages of an agent with what the tools had answered, written without a look at the checker: half of them hold, half don't.
export type Case = { kind: string; facts: Facts; text: string; isBacked: boolean; why: string; now: Millis; zone: string; scene: Scene }
const perHalf = 3_600

const openers = ['Claro, ', 'Claro que sí. ', 'Va, ', 'Mira, ', 'Gracias por esperar. ', 'Perfecto. ', 'Hola de nuevo. ', 'Ok, ', 'Con gusto. ', 'Te cuento: ', '¡Súper! ', 'Buenas tardes. ', 'Sí, ']
const openersEn = ['Sure, ', 'Of course. ', 'Hi! ', 'Great, ', 'Thanks for waiting. ']
const closers = [' ¿Cómo ves?', ' ¿Te late?', ' Quedo al pendiente.', ' ¿Algo más en lo que te ayude?', ' 😊', ' ✨', ' 🏡', ' Cualquier duda me dices.', ' ¿Te gustaría visitarlo?', '\n\nSaludos!']
const closersEn = [' Let me know!', ' 😊', ' Anything else?']
const asIs = /^(greeting|farewell|stop|emergency|qualifying|privacy-chat|en-harmless)$/

const worn = (text: string, name: string, roll: Dice): string => {
  let said = text
  const isEnglish = name.startsWith('en-')
  if (!asIs.test(name)) {
    if (roll.odds(0.25)) {
      const opener = roll.of(isEnglish ? openersEn : openers)
      said = opener + (/[,:] $/.test(opener) && /^\p{Lu}\p{Ll}/u.test(said) && !isEnglish && /^(?:El|La|Los|Las|Tengo|Te|Tu|Su|Ya|Está|Es|Son|Hay|Para|Si|Sí|No|Listo|Puede|Cuesta|Piden|Tiene|Cuenta|Incluye)\b/.test(said) ? said.charAt(0).toLowerCase() + said.slice(1) : said)
    }
    if (roll.odds(0.2)) said += roll.of(isEnglish ? closersEn : closers)
  }
  if (roll.odds(0.18)) said = said.normalize('NFD').replaceAll(/(?<!n)\p{M}/gu, '').normalize('NFC')
  if (roll.odds(0.2)) said = said.replaceAll(/[¿¡]/g, '')
  if (roll.odds(0.08)) said = said.toLowerCase()
  if (roll.odds(0.04)) said = said.replaceAll(/\bque\b/g, 'q').replaceAll(/\btambién\b/g, 'tmb').replaceAll(/\bpara\b/g, 'pa')
  if (roll.odds(0.05)) said = said.replace(/\.$/, roll.of(['', '!', '...', ' 👍']))
  return said
}

const half = (kinds: readonly Kind[], isBacked: boolean, roll: Dice): Case[] => {
  const cases: Case[] = []
  const each = Math.ceil(perHalf / kinds.length)
  for (const { name, plan, where, why, write } of kinds) {
    const seen = new Set<string>()
    for (let tries = 0, made = 0; made < each && tries < each * 6; tries += 1) {
      const scene = sceneOf(roll, typeof plan === 'string' ? plan : roll.of(plan), where)
      const written = write(scene, roll)
      if (written === undefined) continue
      const text = worn(written, name, roll)
      if (seen.has(`${text} ${scene.home.slug} ${scene.answers.map(({ tool }) => tool).join(' ')}`)) continue
      seen.add(`${text} ${scene.home.slug} ${scene.answers.map(({ tool }) => tool).join(' ')}`)
      made += 1
      cases.push({ kind: `${isBacked ? 'good' : 'lie'}/${name}`, facts: factsIn(scene), text, isBacked, why, now: scene.now, zone: scene.zone, scene })
    }
  }
  return cases
}

// «el viernes, 1» is a date to whoever reads it, not an hour: nobody can say whether it holds.
const isUnclear = (text: string): boolean => /(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|ma[nñ]ana|enero|noviembre|diciembre)(?: \d{1,2})?, (?:1[0-2]|[1-9])(?![\d:,]| ?[ap]\.?m| h| de la| del d| y (?:media|cuarto))/i.test(text)

export function* corpus(seed: number): Generator<Case> {
  const roll = dice(seed)
  for (const each of [...half(good, true, roll), ...half(lies, false, roll)]) if (!isUnclear(each.text)) yield each
}
