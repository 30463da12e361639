import { sayings } from '@portero/shared'
import { escalate, privacy } from '../actions/escalate.ts'
import { noteInInbox } from '../actions/inbox.ts'
import { watchOpened } from '../actions/privacy-clock.ts'
import { privacyAsked as timer } from '../actions/request-privacy.ts'
import type { Millis } from '../define.ts'
import { dueDay, folioOf } from '../domain/privacy.ts'
import { defineFlow } from '../domain/reads.ts'
import { dayLabel } from '../domain/spanish-times.ts'

const withinMs: Millis = 24 * 3_600_000 // by then somebody must have looked

// Whoever answers for privacy is called as for any other conversation that needs a person. Where somebody has been called to it already, they read it in the inbox.
export const privacyAsked = defineFlow({
  ...timer,
  name: 'privacy.asked',
  async decide({ case: id, kind, dueAt, person, conversation, isFromCrm }, _facts, act) {
    act.subject = { ...act.subject, person, conversation }
    if (!isFromCrm) await act.act(watchOpened, { case: id })
    const words = sayings['es-MX']
    const asked = words.privacyAsked(kind, folioOf(id), dayLabel(dueDay(dueAt)))
    const summary = isFromCrm ? `${words.erasedAtCrm} ${asked}` : asked
    const { isNew } = await act.act(escalate, { reason: privacy, summary, withinMs })
    if (!isNew) await noteInInbox(act, conversation, summary, `privacy:${id}${isFromCrm ? ':crm' : ''}`)
  },
})
