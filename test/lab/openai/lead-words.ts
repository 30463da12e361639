import { plain, wishIn } from '../spanish.ts'

// What a prospect says of themselves, as qualify_lead takes it down. asked: the fact that was asked for, so that a bare «dos» or «no» is understood. today: AAAA-MM-DD.
export type Facts = { budget_max?: number; bedrooms?: number; occupants?: number; pets?: boolean; move_in?: string; months?: number; guarantee?: 'guarantor' | 'policy' | 'deposit' | 'none'; income_range?: string }

const numbers = ['cero', 'una?o?', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho']
const months = ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre']

export const factsIn = (text: string, { asked, today }: { asked: string | undefined; today: string }): Facts => {
  const said = plain(text)
  const { budget_max: budget } = wishIn(text)
  const amount = budget === undefined ? (asked === 'budget_max' ? amountIn(said) : undefined) : Number(budget)
  const occupants = peopleIn(said) ?? (asked === 'occupants' ? countIn(said) : undefined)
  const pets = petsIn(said) ?? (asked === 'pets' ? yesIn(said) : undefined)
  const moveIn = dateIn(said, today)
  const term = /\b(\d{1,2}) meses\b/.exec(said)?.[1] ?? (/\bun ano\b/.test(said) ? '12' : undefined)
  const guarantee = guaranteeIn(said)
  return {
    ...(amount !== undefined && { budget_max: amount }), ...(occupants !== undefined && { occupants }), ...(pets !== undefined && { pets }),
    ...(moveIn !== undefined && { move_in: moveIn }), ...(term !== undefined && { months: Number(term) }), ...(guarantee !== undefined && { guarantee }),
  }
}

const countIn = (said: string): number | undefined => {
  const digit = /\b(\d{1,2})\b/.exec(said)?.[1]
  if (digit !== undefined) return Number(digit)
  const at = numbers.findIndex((word) => new RegExp(`\\b${word}\\b`).test(said))
  return at > 0 ? at : /\b(?:yo sol[oa]|sol[oa] yo|nada mas yo|vivo sol[oa])\b/.test(said) ? 1 : undefined
}
const peopleIn = (said: string): number | undefined => {
  const group = /\b(?:somos|seriamos|viviremos|vamos a vivir)\s+(\w+)/.exec(said)?.[1] ?? /\b(\w+) personas\b/.exec(said)?.[1]
  return group === undefined ? (/\b(?:yo sol[oa]|sol[oa] yo)\b/.test(said) ? 1 : undefined) : countIn(group)
}
const petsIn = (said: string): boolean | undefined =>
  /\b(?:sin|no tengo|ni|ninguna) (?:mascotas?|perr\w+|gat\w+)\b/.test(said) ? false : /\b(?:mascotas?|perr\w+|gat\w+)\b/.test(said) && !/\?/.test(said) ? true : undefined
const yesIn = (said: string): boolean | undefined => (/^\W*(?:no|ninguna)\b/.test(said) ? false : /^\W*(?:si|claro|una?o?|dos)\b/.test(said) ? true : undefined)
const guaranteeIn = (said: string): Facts['guarantee'] =>
  /\baval\b/.test(said) ? (/\b(?:sin|no tengo) aval\b/.test(said) ? undefined : 'guarantor') : /\bpoliza\b/.test(said) ? 'policy' : /\b(?:con|doy|dejo|dejar|puedo dar|un|mas) deposito\b|^\W*deposito\b/.test(said) ? 'deposit' : undefined
const amountIn = (said: string): number | undefined => {
  const [, figure, thousands] = /(\d[\d.,]*)\s*(mil|k\b)?/.exec(said) ?? []
  return figure === undefined ? undefined : Number(figure.replace(/[.,](?=\d{3})/g, '')) * (thousands ? 1_000 : 1)
}
// '2027-01-15', '15 de enero', 'en enero'; in the next such month.
const dateIn = (said: string, today: string): string | undefined => {
  const exact = /\b\d{4}-\d{2}-\d{2}\b/.exec(said)?.[0]
  if (exact !== undefined) return exact
  const [, day = '1', name] = new RegExp(`\\b(?:(\\d{1,2})(?:ro|o)? de |en |(?:principios|finales) de |para )(${months.join('|')})\\b`).exec(said) ?? []
  if (name === undefined) return undefined
  const rest = `${String(months.indexOf(name) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`
  const year = Number(today.slice(0, 4))
  return `${rest < today.slice(5) ? year + 1 : year}-${rest}`
}
