import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { newClock } from '../domain/privacy-case.ts'
import { arcoKinds, dueAfter } from '../domain/privacy.ts'
import { conversationWith } from '../store/conversations.ts'
import { lockPerson } from '../store/people.ts'
import { openPrivacyCase } from '../store/privacy-cases.ts'
import { watchCase } from './privacy-clock.ts'

// Somebody asks about their data: it is on record with its deadline, and a person of ours hears of it right after. Nothing of theirs is touched before that person has decided.
const kind = z.enum(arcoKinds)
const asked = { case: z.uuid(), kind, dueAt: z.int() }
export const privacyAsked = { name: 'privacy.asked', payload: z.strictObject({ ...asked, person: z.uuid(), conversation: z.uuid(), isFromCrm: z.boolean().optional() }) }

const args = z.strictObject({ kind, details: z.string().max(1_000).optional() })
export const requestPrivacy = defineAction({ name: 'request-privacy', args, result: z.strictObject({ ...asked, isNew: z.boolean() }), scopes: ['privacy:write'], callers: ['prospect'] }).decides(async ({ kind, details }, act) => {
  const { subject: { person, conversation } } = act
  if (!person || !conversation) throw new AppError('bug', 'a privacy request is made by a person, in a conversation')
  await lockPerson(act, person) // first, as at the desk: what is being decided about them is decided before
  const id = act.newId()
  const opened = await openPrivacyCase(act, { id, person, kind, details: details ? [details] : [], channel: 'chat', dueAt: dueAfter(act.now) })
  const found = { case: opened.id, kind, dueAt: opened.dueAt }
  const isNew = opened.id === id
  if (isNew) await act.later(privacyAsked, { ...found, person, conversation }, { key: `privacy:${id}`, at: act.now, person })
  return { ...found, isNew }
})

// Whoever had their contact erased at the CRM asks us as well: one request, however often that is told.
export const openErasure = async (act: Act, person: string): Promise<void> => {
  const kind = 'cancel'
  const fresh = act.newId()
  const { id, dueAt } = await openPrivacyCase(act, { id: fresh, person, kind, details: [sayings['es-MX'].erasedAtCrm], channel: 'web', dueAt: dueAfter(act.now) })
  if (id === fresh) await watchCase(act, { id, kind, person }, newClock(act.now))
  const conversation = await conversationWith(act, person)
  if (conversation !== undefined) await act.later(privacyAsked, { case: id, kind, dueAt, person, conversation, isFromCrm: true }, { key: `privacy:${id}:crm`, at: act.now, person })
}
