import { z } from 'zod'
import { takeoverWords } from '@portero/shared'
import { defineAction } from '../define.ts'
import { inHand } from '../store/hands.ts'
import { noteInInbox } from './inbox.ts'
import { backTimer, handBack, waitForBack } from './take-over.ts'

// The conversation goes back to the bot, unless whoever has it in hand has been at it since.
export const reactivate = defineAction({ name: 'reactivate', args: backTimer.payload, result: z.strictObject({ isBack: z.boolean() }), scopes: [], callers: ['system'] }).decides(async ({ conversation }, act) => {
  const person = await inHand(act, conversation)
  if (person === undefined) return { isBack: false }
  act.concerns(person)
  const at = await waitForBack(act, { conversation, person })
  if (at === undefined || at > act.now) return { isBack: false }
  await act.act(handBack, { conversation })
  await noteInInbox(act, conversation, takeoverWords['es-MX'].backByItself, `back:${at}`)
  return { isBack: true }
})
