import { z } from 'zod'
import { noticeSent as named, noticeOf } from '../actions/call-person.ts'
import { tellOtherwise } from '../actions/tell-otherwise.ts'
import { defineFlow } from '../domain/reads.ts'
import { reachOf } from './escalation-unseen.ts'

// A notice has left, or never will. One of which nobody knows whether it arrived is told once more by the other way: twice is better than never.
export const noticeSent = defineFlow({
  ...named,
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: z.unknown().optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  gather: (_payload, reads) => reachOf(reads),
  async decide({ key, dead }, reach, { act }) {
    const notice = noticeOf(key)
    if (dead && notice) await act(tellOtherwise, { ...notice, reach })
  },
})
