import { z } from 'zod'
import { defineAction } from '../define.ts'
import { wishIn } from '../domain/opt-out.ts'
import { revised } from '../domain/ports/messaging.ts'
import { reviseMessage } from '../store/conversations.ts'
import { dropMedia } from '../store/media.ts'
import { guarded } from './guard-message.ts'
import { hearMessage } from './hear-message.ts'
import { mediaKey, wantMedia } from './keep-media.ts'
import { optOut } from './opt-out.ts'
import { refreshCrm } from './refresh-crm.ts'

// Its author changed what they wrote, or took it back. Where that comes before the message itself, it is the message, and what comes later is the older of the two. waits: as of the message, then.
export const reviseSaid = defineAction({ name: 'revise-message', args: revised, result: z.strictObject({ isNew: z.boolean(), waits: z.uuid().optional() }), scopes: [], callers: ['system'] }).decides(async ({ connection, message: external, contact, body, at }, act) => {
  const revise = () => reviseMessage(act, { connection, external, body, at })
  let message = await revise()
  let waits: string | undefined
  const isFirst = !message
  if (!message) {
    if (!contact) return { isNew: false } // of somebody that nobody names, of a message that nobody knows
    ;({ waits } = await act.act(hearMessage, { connection, message: external, contact, body: body ?? { kind: 'other', text: '' }, at: at - 1 }))
    message = await revise()
  }
  if (!message) act.concernsNobody()
  if (!message?.isNew) return { isNew: false }
  const { id, person, conversation, author, came } = message
  act.concerns(person)
  const comes = (body?.media ?? []).map(({ url }) => url)
  const isOther = comes.length > 0 && comes.join(' ') !== came.join(' ') // where a vendor tells of the new words only, what came with them stays
  if (!body || isOther) {
    await act.drop(mediaKey(id))
    await dropMedia(act, id)
  }
  if (isOther) await wantMedia(act, { message: id, person, body })
  if (author === 'prospect' && body?.kind === 'text' && wishIn(body.text) === 'stop') await act.act(optOut, { person, conversation, evidence: external, said: body.text, channel: 'whatsapp', at })
  const isSaid = body !== undefined && body.pick === undefined && body.text !== '' && body.kind !== 'location' && body.kind !== 'other'
  if (author === 'prospect' && isSaid && !isFirst) await guarded(act, { person, conversation, text: body.text, at }) // else it passed them just now
  await refreshCrm(act, person)
  return { isNew: true, ...(waits !== undefined && { waits }) }
})
