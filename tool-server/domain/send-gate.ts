import type { Millis } from '../define.ts'

// The one gate that everything we say passes, in this order: opt-out, a human in charge, the channel's 24 hours, an approved template, and for a promotion the consent to it.
// answer: to what the prospect wrote. agent: the same, where it is our own agent's. service: of our own accord, such as a reminder. staff: a person of ours. notice: the law's words. goodbye: that we'll stop.
export type Purpose = 'answer' | 'agent' | 'service' | 'staff' | 'notice' | 'goodbye'
export type ConversationMode = 'bot' | 'human' | 'paused'
// template: what could stand in when the window is closed, as the vendor last told; isPromotion: of the category that the vendor calls marketing. isAgreed: they agree to this one. isPeopleOnly: they want no machine to answer them.
export type Standing = { isOptedOut: boolean; isPeopleOnly?: boolean; mode: ConversationMode; heardAt: Millis | undefined; template: 'approved' | 'unapproved' | 'none'; isPromotion?: boolean; isAgreed?: boolean; windowed: boolean; now: Millis }
export const refusals = ['opted_out', 'human_in_charge', 'window_closed', 'template_unapproved', 'no_consent'] as const
export type Refusal = (typeof refusals)[number]
export type Verdict = { may: 'as-written' | 'by-template' } | { may: 'no'; because: Refusal }

// https://developers.facebook.com/docs/whatsapp/pricing: the customer service window
export const windowMs: Millis = 24 * 3_600_000

export const gate = (purpose: Purpose, { isOptedOut, isPeopleOnly, mode, heardAt, template, isPromotion, isAgreed, windowed, now }: Standing): Verdict => {
  if (isOptedOut && purpose !== 'goodbye') return no('opted_out')
  if (mode !== 'bot' && !despiteTakeover.has(purpose)) return no('human_in_charge')
  if (isPeopleOnly && purpose === 'agent') return no('human_in_charge')
  if (!windowed || (heardAt !== undefined && now < heardAt + windowMs)) return { may: 'as-written' }
  if (template === 'approved') return isPromotion && !isAgreed ? no('no_consent') : { may: 'by-template' }
  return no(template === 'none' ? 'window_closed' : 'template_unapproved')
}
const despiteTakeover: ReadonlySet<Purpose> = new Set(['staff', 'goodbye'])
const no = (because: Refusal): Verdict => ({ may: 'no', because })

// One pair of numbers takes about a message every six seconds, and a few at once: who is ahead of that waits.
export const pairEveryMs: Millis = 6_000
export const pairBurst = 5
// until: how far this pair's messages are spaced out already.
export const nextSend = (until: Millis | undefined, now: Millis): { at: Millis; until: Millis } => {
  const earliest = Math.max(until ?? 0, now)
  return { at: Math.max(now, earliest - (pairBurst - 1) * pairEveryMs), until: earliest + pairEveryMs }
}
