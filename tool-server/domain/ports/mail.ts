import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineCommand } from '../../define.ts'

// invites: to visits, with a part for calendars. Not where the calendars themselves do.
export type Sender = { address: string; name: string; invites: boolean }
export type MailReads = {
  sender(): Promise<Sender> // whom our mail is from; disconnected where nobody sends any
}
export const senderOf = async (mail: MailReads): Promise<Sender | undefined> => {
  try {
    return await mail.sender()
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'disconnected') return undefined
    throw thrown
  }
}

// A letter to one person, of one line's subject. html says the same as text; calendar is for whoever's calendar reads it, by the method that it names itself (RFC 6047, 2.4).
const subject = z.string().min(1).max(200).regex(/^\P{Cc}*$/u, 'expected one line')
const calendar = z.strictObject({ method: z.enum(['REQUEST', 'CANCEL']), text: z.string().min(1).max(20_000) })
export const sendMail = defineCommand({
  name: 'mail.send', args: z.strictObject({ to: z.email(), subject, text: z.string().min(1).max(20_000), html: z.string().max(60_000).optional(), calendar: calendar.optional() }), result: z.strictObject({ message: z.string().min(1) }), // message: its Message-ID
  attempts: 8, blocksSerialWhenDead: false,
})
