import { z } from 'zod'
import type { Simulator, Time } from '../simulator.ts'
import { openMailServer, type MailServer, type Said } from './mail-server.ts'

// A mail server with an inbox that anybody may look into. What comes by SMTP goes over HTTP to the lab's own desk, which keeps the log and the faults of all vendors.
export type Kept = z.infer<typeof letter> & { id: string; at: number }
export type Mail = Omit<Simulator, 'state'> & { state(): { mails: Kept[] }; listen(labUrl: string): Promise<MailServer> }
type Account = { username: string; password: string }

export const makeMail = ({ clock, account: { username, password } }: { clock: Time; account: Account }): Mail => {
  const mails: Kept[] = []
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return {
    name: 'smtp',
    routes: {
      'POST /mails'({ body }) {
        const mail = { ...letter.parse(body), id: String(mails.length + 1), at: clock.now() }
        mails.push(mail)
        return { status: 201, body: { id: mail.id } }
      },
    },
    admits: ({ headers }) => headers['authorization'] === authorization,
    state: () => ({ mails: [...mails] }),
    controls: {},
    close: () => undefined,
    listen: (labUrl) =>
      openMailServer({
        login: { username, password },
        async answer({ bytes: _bytes, headers: _headers, ...received }) {
          const answer = await fetch(`${labUrl}/smtp/mails`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(received) }).catch(() => 'lost' as const)
          if (answer === 'lost') return answer
          const { data } = taken.safeParse(parsed(await answer.text()))
          return answer.ok && data ? { status: 250, text: `2.0.0 OK queued as ${data.id}` } : (refusals[answer.status] ?? puzzle)
        },
      }),
  }
}

const party = z.strictObject({ name: z.string().optional(), address: z.string() })
const letter = z.strictObject({ from: party, to: z.string(), subject: z.string(), text: z.string(), html: z.string().optional(), calendar: z.strictObject({ method: z.string(), text: z.string() }).optional(), messageId: z.string() })
const taken = z.strictObject({ id: z.string() })
const puzzle: Said = { status: 354, text: 'End data with <CR><LF>.<CR><LF>' } // no answer to what was sent
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
const refusals: Readonly<Record<number, Said>> = {
  401: { status: 535, text: '5.7.8 Username and password not accepted' },
  404: { status: 550, text: '5.1.1 No such user here' },
  410: { status: 550, text: '5.1.6 The mailbox has moved' },
  429: { status: 421, text: '4.7.28 Too many mails; come back later' },
  503: { status: 421, text: '4.3.2 Service not available' },
}
