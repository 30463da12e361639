import { z } from 'zod'

// One account at a mail server. TLS it must have, unless it is on this machine or the URL ends with ?tls=off.
const baseUrl = z
  .url({ protocol: /^smtps?$/, message: 'expected smtp://host:587 or smtps://host:465' })
  .refine((text) => URL.canParse(text) && new URL(text).username === '' && new URL(text).password === '', 'name and password go into username and password')
const name = z.string().min(1).max(60).regex(/^\P{Cc}*$/u, 'expected one line')

export const settings = z.strictObject({
  baseUrl,
  username: z.string().min(1).optional(), // not where the server knows us by our address
  password: z.string().min(1).optional(),
  from: z.email(), // the server must let this user write as it
  fromName: name.default('Portero'),
  invitations: z.boolean().default(true), // to visits; false where the calendars that are connected send their own
})
export type Settings = z.infer<typeof settings>
