import type { z } from 'zod'
import { AppError, views } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { DraftAsked, ModelReads, Usage } from '../domain/ports/model.ts'
import type { Own } from '../domain/reads.ts'
import { gate } from '../domain/send-gate.ts'
import { dayOf, dayStart } from '../domain/zones.ts'
import type { Acting } from '../spine/act.ts'
import type { Audit } from '../spine/audit.ts'
import { cardDoor, type CardDoor, type Visitor } from '../spine/cards.ts'
import { deadline, type Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { BoundSubject } from '../spine/tool-bind.ts'
import type { Vault } from '../spine/vault.ts'
import { personOfRecord } from '../store/card-people.ts'
import type { Tickets } from '../store/card-tickets.ts'
import { cardZone } from '../store/card-transcript.ts'
import { draftRead, draftsSince, noteDraftCost, spentOn } from '../store/drafts.ts'
import { standingNow, type ConversationStanding } from '../store/standing.ts'

// A draft of an answer, for a leasing agent to mend and send by the usual way. Asking reads and costs; it changes nothing but what the day has cost, and nothing of the text is kept.
const draftMs: Millis = 10_000 // HubSpot hangs up after 15 s, and our doors after 12
const perDay = 20 // in one conversation, about 0.20 USD with a model of the middle; what all of them cost is part of what our own agent may cost in a day

// What the model is asked, and what in its words nothing backs.
type About = { conversation: string; person: string; known: ConversationStanding; catalogue: Catalogue }
export type Drafting = { asked(act: Act, about: About): Promise<DraftAsked>; doubts(act: Act, about: About, text: string): Promise<string[]>; micros(usage: Usage): number; mostMicros: number } // mostMicros: in a day, with what the agent itself costs
type Needs = { db: Db; clock: Clock; vault: Vault; audit: Audit; acting: Acting; tickets: Tickets; own(tenant: string): Own; hasModel(tenant: string): Promise<boolean>; model(tenant: string): ModelReads; drafting: Drafting }
type View = z.infer<typeof views.draftView>
type Words = (typeof views.cardAnswers)['es-MX']['draft']

export const cardDraft = ({ db, clock, vault, audit, acting, tickets, own, hasModel, model, drafting }: Needs): Record<string, CardDoor> => {
  const writing = new Set<string>() // conversations, in this process

  const drafted = async (subject: BoundSubject, known: ConversationStanding, { words, signal }: { words: Words; signal: AbortSignal }): Promise<View> => {
    const { tenant, conversation, person } = subject
    const day = dayOf(cardZone, clock.now())
    const since = dayStart(cardZone, day)
    if ((await draftsSince(db.bare, tenant, { conversation, person, since })) >= perDay) return no(words.spent(perDay))
    if ((await spentOn(db.bare, tenant, { day, since })) >= drafting.mostMicros) return no(words.overBudget)
    const about = { conversation, person, known, catalogue: await own(tenant).homes.catalogue() }
    const asked = await db.tx((tx) => drafting.asked(acting.within(tx, subject), about))
    await audit.record(db.bare, { subject, what: draftRead, object: conversation, after: { items: asked.items.length } })
    const told = await said(tenant, asked, signal)
    if ('isLate' in told) return no(told.isLate ? words.late : words.failed)
    const { text, usage } = told
    await db.tx((tx) => noteDraftCost(tx, tenant, day, drafting.micros(usage)))
    return { ok: true, text, doubts: await db.tx((tx) => drafting.doubts(acting.within(tx, subject), about, text)) }
  }
  // Why a vendor can't is told in its metrics; whoever waits may only try again.
  const said = async (tenant: string, asked: DraftAsked, signal: AbortSignal): Promise<{ text: string; usage: Usage } | { isLate: boolean }> => {
    try {
      return await model(tenant).draft(asked, signal)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code === 'bug') throw thrown
      return { isLate: signal.aborted }
    }
  }

  const draft = async ({ record, language = 'es-MX' }: z.infer<typeof views.draftAsk>, visitor: Visitor, signal: AbortSignal): Promise<View> => {
    const { tenant } = visitor
    const { draft: words, noConversation } = views.cardAnswers[language]
    const person = await personOfRecord({ db, vault, tickets, tenant }, record)
    const conversation = person?.conversations[0]?.id
    const known = conversation === undefined ? undefined : await standingNow(db.bare, tenant, conversation)
    if (!person || conversation === undefined || !known) return no(noConversation)
    const verdict = gate('staff', { ...known, windowed: true, template: 'none', now: clock.now() })
    if (verdict.may === 'no') return no(verdict.because === 'opted_out' ? words.optedOut : words.windowClosed)
    if (!(await hasModel(tenant))) return no(words.noModel)
    if (writing.has(conversation)) return no(words.busy)
    writing.add(conversation)
    try {
      return await drafted({ ...visitor, person: person.id, conversation }, known, { words, signal })
    } finally {
      writing.delete(conversation)
    }
  }
  const inTime = async (ask: z.infer<typeof views.draftAsk>, visitor: Visitor): Promise<View> => {
    const { signal, release } = deadline(clock, draftMs)
    return draft(ask, visitor, signal).finally(release)
  }
  return { 'draft-reply': cardDoor('agent', views.draftAsk, views.draftView, inTime) }
}

const no = (say: string): View => ({ ok: false, say })
