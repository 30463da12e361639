import { z } from 'zod'
import { AppError, languages } from '@portero/shared'
import { defineAction } from '../define.ts'
import { day } from '../domain/homes.ts'
import { joinLine } from '../store/waitlist.ts'

// Somebody waits for a time to see a home. Once for each: whoever says it again has changed their mind about the days, and keeps their place.
const args = z.strictObject({ home: z.uuid(), fromDay: day, toDay: day, part: z.enum(['morning', 'afternoon', 'evening']).optional(), party: z.int().min(1).optional(), language: z.enum(languages).optional() })
export const joinWaitlist = defineAction({ name: 'join-waitlist', args, result: z.strictObject({ isNew: z.boolean() }), scopes: ['tours:write'], callers: ['prospect', 'workflow'] }).decides(async ({ home, fromDay, toDay, part, party = 1, language }, act) => {
  const { subject: { person, conversation } } = act
  if (!person) throw new AppError('bug', 'somebody waits for a time')
  return { isNew: await joinLine(act, { person, conversation, home, fromDay, toDay, part, party, language }) }
})
