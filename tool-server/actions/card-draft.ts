import type { z } from 'zod'
import { AppError, views, type Language } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { DraftAsked, ModelReads, Usage } from '../domain/ports/model.ts'
import type { Own } from '../domain/reads.ts'
import { gate } from '../domain/send-gate.ts'
import { dayOf, dayStart } from '../domain/zones.ts'
import type { Acting } from '../spine/act.ts'
import type { Audit } from '../spine/audit.ts'
import { cardDoor, type CardDoor } from '../spine/cards.ts'
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
type Needs = { db: Db; clock: Clock; audit: Audit; acting: Acting; own(tenant: string): Own; hasModel(tenant: string): Promise<boolean>; model(tenant: string): ModelReads; drafting: Drafting }
type View = z.infer<typeof views.draftView>
export type Drafts = { may(tenant: string): Promise<boolean>; draft(subject: BoundSubject, language: Language): Promise<View> } // may: a model is connected that proposes answers
type Words = (typeof views.cardAnswers)['es-MX']['draft']

export const makeDrafts = ({ db, clock, audit, acting, own, hasModel, model, drafting }: Needs): Drafts => {
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

  const draft = async (subject: BoundSubject, language: Language, signal: AbortSignal): Promise<View> => {
    const { tenant, conversation } = subject
    const { draft: words, noConversation } = views.cardAnswers[language]
    const known = await standingNow(db.bare, tenant, conversation)
    if (!known) return no(noConversation)
    const verdict = gate('staff', { ...known, windowed: true, template: 'none', now: clock.now() })
    if (verdict.may === 'no') return no(verdict.because === 'opted_out' ? words.optedOut : words.windowClosed)
    if (!(await hasModel(tenant))) return no(words.noModel)
    if (writing.has(conversation)) return no(words.busy)
    writing.add(conversation)
    try {
      return await drafted(subject, known, { words, signal })
    } finally {
      writing.delete(conversation)
    }
  }
  return {
    may: hasModel,
    draft: async (subject, language) => {
      const { signal, release } = deadline(clock, draftMs)
      return draft(subject, language, signal).finally(release)
    },
  }
}

export const cardDraft = ({ db, vault, tickets, drafts }: { db: Db; vault: Vault; tickets: Tickets; drafts: Drafts }): Record<string, CardDoor> => ({
  'draft-reply': cardDoor('agent', views.draftAsk, views.draftView, async ({ record, language = 'es-MX' }, visitor) => {
    const person = await personOfRecord({ db, vault, tickets, tenant: visitor.tenant }, record)
    const conversation = person?.conversations[0]?.id
    return person && conversation !== undefined ? drafts.draft({ ...visitor, person: person.id, conversation }, language) : no(views.cardAnswers[language].noConversation)
  }),
})

const no = (say: string): View => ({ ok: false, say })
