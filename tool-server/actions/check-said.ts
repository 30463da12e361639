import { z } from 'zod'
import { languages } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { correction } from '../domain/claims-correct.ts'
import { factsOf, type Facts } from '../domain/claims-facts.ts'
import { answersTold, homesTold, visitsTold } from '../domain/claims-house.ts'
import { mayClaim, unbacked, type Claim } from '../domain/claims.ts'
import type { Metrics } from '../spine/metrics.ts'
import { cardZone } from '../store/card-transcript.ts'
import { loadCatalogue } from '../store/homes.ts'
import { zoneOfLead } from '../store/leads.ts'
import { currentNotice } from '../store/notices.ts'
import { standing } from '../store/standing.ts'
import { deedsStanding, keepsFacts, saidSince, toolFacts, wordsSaid } from '../store/tool-facts.ts'
import { toursOf } from '../store/tours.ts'
import { say, unattended } from './say.ts'

// The vendor's own agent speaks without asking us: what it claims and nothing backs is put right by one message after it.
const freshMs: Millis = 10 * 60_000 // what is only heard of later has been answered, acted on or forgotten
const hourMs: Millis = 3_600_000
const mostAnHour = 3 // an agent that is always wrong is to be mended, not argued with in front of the prospect

type Spoken = { message: string; conversation: string; person: string; text: string; sentAt: Millis }
export const checkSaid = async (act: Act, { message, conversation, person, text, sentAt }: Spoken): Promise<void> => {
  if (act.now - sentAt > freshMs) return
  const zone = (await zoneOfLead(act, person)) ?? cardZone
  if (!mayClaim(text, { now: act.now, zone })) return
  const claimsIn = (facts: Facts): Claim[] => unbacked(text, facts, { now: act.now, zone })
  const answers = await toolFacts(act, conversation)
  const { theirs: said, ours: policies } = await wordsSaid(act, conversation)
  const told = { said, policies, zone, now: act.now }
  if (claimsIn(factsOf(answers, told)).length === 0) return // the usual case
  if (!(await keepsFacts(act))) return
  const catalogue = await loadCatalogue(act.tx, act.subject.tenant)
  const tours = await toursOf(act.tx, act.subject.tenant, person)
  const facts = factsOf(answers, { ...told, policies: [...policies, ...answersTold(catalogue), ...(await noticesNow(act))], catalogue: homesTold(catalogue), visits: visitsTold(tours, catalogue), deeds: await deedsStanding(act, { conversation, person }) })
  const claims = claimsIn(facts)
  if (claims.length === 0) return
  const known = await standing(act, conversation)
  if (known?.mode !== 'bot') return // a person of ours is there to put it right
  await act.act(correctSaid, { message, conversation, claims: claims.map(({ kind, quote }) => ({ kind, quote })), text: correction(claims, facts, known.language) })
}

// The agent shows it too, with our address in it.
const noticesNow = async ({ tx, subject: { tenant } }: Act): Promise<string[]> => (await Promise.all(languages.map((language) => currentNotice(tx, tenant, language)))).flatMap((notice) => notice?.text ?? [])

const args = z.strictObject({ message: z.uuid(), conversation: z.uuid(), claims: z.array(z.strictObject({ kind: z.string(), quote: z.string() })), text: z.string() })
const result = z.strictObject({ kinds: z.array(z.string()), outcome: z.enum(['corrected', 'often', 'refused']) })
const correctSaid = defineAction({ name: 'correct-said', args, result, scopes: [], callers: ['system'] }).decides(async ({ message, conversation, claims, text }, act) => {
  const kinds = [...new Set(claims.map(({ kind }) => kind))]
  if ((await saidSince(act, `${unattended(conversation)}${corrected}`, hourMs)) >= mostAnHour) return { kinds, outcome: 'often' as const }
  const { said } = await say(act, { conversation, purpose: 'answer', content: { type: 'text', text }, key: `${corrected}${message}` })
  return { kinds, outcome: said ? ('corrected' as const) : ('refused' as const) }
})
const corrected = 'corrected:'

export const measureCorrections = ({ unbacked }: Pick<Metrics, 'unbacked'>) => (action: string, done: unknown): void => {
  if (action !== correctSaid.name) return
  const { kinds, outcome } = result.parse(done)
  for (const kind of kinds) unbacked.inc({ kind, outcome })
}
