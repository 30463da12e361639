import { z } from 'zod'
import { mindSilence } from '../actions/mind-silence.ts'
import { noteSaid } from '../actions/note-said.ts'
import type { Act, Millis } from '../define.ts'
import { said } from '../domain/ports/messaging.ts'
import { defineFlow, type Reads } from '../domain/reads.ts'
import { noteRival } from '../store/agent-runs.ts'

// Something was said. What the webhook left out is asked for; a transcript doesn't wait for a vendor that doesn't answer, and gets the words when it does.
const reread = { name: 'messaging.reread', payload: z.strictObject({ said, tries: z.int() }) }
type Said = z.infer<typeof said>
const serial = ({ connection, contact, message }: Said): string => `messaging:${connection}:${contact?.id ?? message}`

export const messageSaid = defineFlow({
  name: 'messaging.said',
  payload: said,
  serial,
  gather: async (payload, reads) => ({ said: await completed(payload, reads), isRival: payload.author === 'bot' && (await reads.channels.agentOf(payload.connection)) === 'portero' }),
  async decide({ connection }, { said, isRival }, act) {
    if (isRival) await noteRival(act, connection)
    await note(act, said, 0)
  },
})

export const messageReread = defineFlow({
  ...reread,
  serial: ({ said }) => serial(said),
  gather: ({ said }, reads) => completed(said, reads),
  decide: async ({ tries }, found, act) => note(act, found, tries),
})

const completed = async (payload: Said, { messaging }: Reads): Promise<Said> => {
  const { message, contact, author, by } = payload
  if (!contact || by === 'sms' || author === 'portero') return payload
  const conversation = payload.conversation ?? (await messaging.conversationOf(message).catch(() => undefined))
  const body = payload.body ?? (lacksWords(payload) ? await messaging.bodyOf(message).catch(() => undefined) : undefined)
  return { ...payload, ...(conversation !== undefined && { conversation }), ...(body && { body }) }
}
const lacksWords = ({ contact, body, author }: Said): boolean => contact !== undefined && !body && author !== 'portero'

// It may take the vendor a while until it shows what it has told.
const waitsMs: readonly Millis[] = [2_000, 15_000, 2 * 60_000, 15 * 60_000, 2 * 60 * 60_000]
const note = async (act: Act, said: Said, tries: number): Promise<void> => {
  await act.act(noteSaid, said)
  await mindSilence(act, said)
  const waitMs = waitsMs[tries]
  if (lacksWords(said) && waitMs !== undefined) await act.later(reread, { said, tries: tries + 1 }, { key: `reread:${said.connection}:${said.message}`, at: act.now + waitMs })
}
