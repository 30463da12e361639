import { z } from 'zod'
import { agentWords, languages } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import { replaced } from '../actions/agent-end.ts'
import { factsOf, type Facts, type ToolAnswer } from '../domain/claims-facts.ts'
import { answersTold, homesTold, visitsTold } from '../domain/claims-house.ts'
import { lowered, tidied } from '../domain/claims-text.ts'
import { fits, momentsIn } from '../domain/claims-times.ts'
import { unbacked, type Claim } from '../domain/claims.ts'
import { whatsapp, type Content } from '../domain/message-fit.ts'
import { offeredSlot, type OfferedSlot } from '../domain/offers.ts'
import { minuteAt, numberAt } from '../domain/zones.ts'
import type { ModelItem } from '../domain/ports/model.ts'
import { addItems, noteClaims } from '../store/agent-runs.ts'
import { currentNotice } from '../store/notices.ts'
import { deedsStanding, toolFacts, wordsSaid } from '../store/tool-facts.ts'
import { toursOf } from '../store/tours.ts'
import { askModel } from './ask.ts'
import type { At, Here } from './at.ts'
import { bounds } from './bounds.ts'
import { speak } from './fall-back.ts'
import { lastSay } from './next.ts'
import { pickOf } from './opening.ts'

// The model has found its words. What nothing backs goes back to it once; then what the last tool said is said instead.
export const answer = async (act: Act, at: At, text: string, own: readonly ModelItem[]): Promise<void> => {
  const { run, zone, known: { language } } = at
  const answers = await toolFacts(act, at.conversation)
  const claims = unbacked(text, await factsNow(act, at, answers), { now: act.now, zone })
  const isFirst = run.claims === 0
  if (claims.length > 0) await noteClaims(act, run.id, claims.length)
  if (claims.length > 0 && isFirst && run.turns < bounds.turns) {
    await addItems(act, run, [{ kind: 'note', text: mendOf(claims) }])
    return askModel(act, at)
  }
  if (claims.length === 0) return speak(act, at, contentOf(text, answers, { ...at, now: act.now }), { outcome: 'said' })
  const said = (language === 'es-MX' && lastSay(own)) || agentWords[language].unsure
  await addItems(act, run, [{ kind: 'said', text: said }])
  await speak(act, at, contentOf(said, answers, { ...at, now: act.now }), { outcome: 'said', reason: replaced })
}

const mendOf = (claims: readonly Claim[]): string =>
  `Ese mensaje no se envió: ${claims.slice(0, 5).map(({ quote }) => `«${quote}»`).join(', ')} no viene de ninguna herramienta de esta conversación. Llama a la que lo diga, o escribe el mensaje otra vez sin afirmarlo.`

// What may be said in this conversation, by whoever writes it.
export const factsNow = async (act: Act, { conversation, run: { person }, catalogue, zone }: Here, answers: readonly ToolAnswer[]): Promise<Facts> => {
  const { tenant } = act.subject
  const { theirs: said, ours } = await wordsSaid(act, conversation)
  const notices = (await Promise.all(languages.map((language) => currentNotice(act.tx, tenant, language)))).flatMap((notice) => notice?.text ?? [])
  return factsOf(answers, {
    said, policies: [...ours, ...answersTold(catalogue), ...notices], zone, now: act.now,
    catalogue: homesTold(catalogue), visits: visitsTold(await toursOf(act.tx, tenant, person), catalogue), deeds: await deedsStanding(act, { conversation, person }),
  })
}

// Times that it names and the tools have offered can be pressed.
const contentOf = (text: string, answers: readonly ToolAnswer[], { zone, now, known: { language } }: Pick<At, 'zone' | 'known'> & { now: Millis }): Content => {
  const rows = slotsIn(text, answers, { zone, now }).map(({ slot_id, label }) => ({ id: pickOf(slot_id), title: label.length > titleLength ? label.replace(/ h$/, '') : label }))
  const isFit = language === 'es-MX' && rows.length > 1 && rows.length <= (whatsapp.rich?.list.most ?? 0) && rows.every(({ title }) => title.length <= titleLength) && new Set(rows.map(({ title }) => title)).size === rows.length
  return isFit ? { type: 'list', text, button: agentWords[language].times, rows } : { type: 'text', text }
}
const titleLength = whatsapp.rich?.list.title ?? 0

const slots = z.array(offeredSlot).nullish()
const offering = z.looseObject({ data: z.looseObject({ slots, nearby: slots }).nullish(), error: z.looseObject({ alternatives: slots }).nullish() })
const slotsIn = (text: string, answers: readonly ToolAnswer[], { zone, now }: { zone: string; now: Millis }): OfferedSlot[] => {
  const last = answers.map(({ output }) => offering.safeParse(output).data).findLast((each) => offeredBy(each).length > 0)
  const moments = momentsIn(lowered(tidied(text)), numberAt(zone, now))
  return offeredBy(last).filter(({ start }) => moments.some((moment) => moment.minutes !== undefined && fits(moment, { day: numberAt(zone, Date.parse(start)), minute: minuteAt(zone, Date.parse(start)) })))
}
const offeredBy = (told: z.infer<typeof offering> | undefined): OfferedSlot[] => [...(told?.data?.slots ?? []), ...(told?.data?.nearby ?? []), ...(told?.error?.alternatives ?? [])]
