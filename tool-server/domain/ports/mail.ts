import { z } from 'zod'
import { defineCommand } from '../../define.ts'

export type MailReads = {
  sender(): Promise<{ address: string }> // whom our mail is from; disconnected where nobody sends any
}

// A letter to one person, of one line's subject. html says the same as text.
const subject = z.string().min(1).max(200).regex(/^\P{Cc}*$/u, 'expected one line')
export const sendMail = defineCommand({
  name: 'mail.send', args: z.strictObject({ to: z.email(), subject, text: z.string().min(1).max(20_000), html: z.string().max(60_000).optional() }), result: z.strictObject({ message: z.string().min(1) }), // message: its Message-ID
  attempts: 8, blocksSerialWhenDead: false,
})
