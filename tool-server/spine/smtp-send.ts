import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { HttpCall, Millis, Reply } from '../define.ts'
import { deadline, type Clock } from './clock.ts'
import type { Excerpt } from './redact.ts'
import { replyError, smtpLossError } from './smtp-errors.ts'

// One mail and what the server says to it, for a connection whose base URL is smtp:// or smtps:// (https://www.rfc-editor.org/rfc/rfc5321). A call that only reads looks whether we are let in.
export type Login = { username: string; password: string }
export type Mailing = {
  clock: Clock
  base: URL
  login: Login | undefined
  call: HttpCall
  what: string // how errors call it
  timeoutMs: Millis
  caller: AbortSignal
  leased?: (() => boolean) | undefined // asked at the last moment, as for any other call
  excerpt: Excerpt
}
export const isMail = ({ protocol }: URL): boolean => protocol === 'smtp:' || protocol === 'smtps:'

export const sendMail = async ({ clock, base, login, call, what, timeoutMs, caller, leased, excerpt }: Mailing): Promise<Reply> => {
  const mail = call.reading ? undefined : await compose(call, clock.now())
  const limit = deadline(clock, timeoutMs, caller)
  try {
    const outcome = await exchange({ connection: new SMTPConnection(optionsOf(base, timeoutMs)), login, mail, signal: limit.signal, leased, what })
    if ('said' in outcome) return { status: statusOf(outcome.said), headers: {}, body: { secure: outcome.secure } }
    const { failed, begun } = outcome
    if (failed instanceof AppError) throw failed
    if (limit.signal.aborted) throw new AppError('timeout', `${what} ${caller.aborted ? 'was called off' : `took over ${timeoutMs} ms`}`, { arrived: begun ? 'unknown' : 'no' })
    throw replyError({ what, failed, excerpt }) ?? smtpLossError({ what, failed, begun })
  } finally {
    limit.release()
  }
}

// A header ends with its line, so nothing that goes into one may have two.
const line = z.string().min(1).regex(/^\P{Cc}*$/u)
const letter = z.strictObject({
  from: z.strictObject({ name: line.optional(), address: z.email() }), to: z.email(), subject: line.max(200), text: z.string().min(1), html: z.string().optional(), messageId: line.regex(/^[\w.+-]+@[\w.-]+$/),
  calendar: z.strictObject({ method: z.enum(['REQUEST', 'CANCEL']), text: z.string().min(1) }).optional(),
})

type Mail = { from: string; to: string; bytes: Buffer }
const compose = async ({ method, path, headers = {}, body }: HttpCall, now: Millis): Promise<Mail> => {
  if (method !== 'MAIL' || path !== '') throw new AppError('bug', 'a mail server is told to MAIL, and nothing else')
  const parsed = letter.safeParse(body)
  if (!parsed.success) throw new AppError('invalid_input', `a mail can't have ${parsed.error.issues.map((issue) => `this ${issue.path.join('.')}`).join(', ')}`)
  const { from, to, subject, text, html, calendar, messageId } = parsed.data
  const composer = new MailComposer({ from: { name: from.name ?? '', address: from.address }, to: { name: '', address: to }, subject, text, ...(html !== undefined && { html }), ...(calendar && { icalEvent: { method: calendar.method, filename: 'invite.ics', content: calendar.text } }), messageId: `<${messageId}>`, date: new Date(now), headers, disableFileAccess: true, disableUrlAccess: true })
  return { from: from.address, to, bytes: await composer.compile().build() }
}

// TLS there is, from the beginning or by STARTTLS, unless the server is on this machine or the URL says ?tls=off. The URL may ask for it there too, by ?tls=required.
export const needsTls = (base: URL): boolean => {
  const asked = base.searchParams.get('tls')
  return base.protocol === 'smtps:' || asked === 'required' || (asked !== 'off' && !isLoopback(base))
}
export const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

// The clock measures; the package's own limits are for a clock that stands still.
const optionsOf = (base: URL, timeoutMs: Millis): ConstructorParameters<typeof SMTPConnection>[0] => {
  const secure = base.protocol === 'smtps:'
  const backstopMs = timeoutMs * 2
  return {
    host: base.hostname.replace(/^\[|\]$/g, ''), port: base.port === '' ? (secure ? 465 : 587) : Number(base.port), secure,
    ...(needsTls(base) ? { requireTLS: true } : { ignoreTLS: true }), tls: { minVersion: 'TLSv1.2' }, allowInternalNetworkInterfaces: true,
    connectionTimeout: backstopMs, greetingTimeout: backstopMs, socketTimeout: backstopMs, dnsTimeout: backstopMs, socketCloseTimeout: 1_000, maxResponseSize: 65_536, logger: false,
  }
}

// begun: its first byte may have left, so that the server may have all of it. What comes before it (who we are, from whom, to whom) leaves nothing behind.
type Outcome = { said: string; secure: boolean } | { failed: unknown; begun: boolean }
type Exchange = { connection: SMTPConnection; login: Login | undefined; mail: Mail | undefined; signal: AbortSignal; leased: Mailing['leased']; what: string }

const exchange = ({ connection, login, mail, signal, leased, what }: Exchange): Promise<Outcome> =>
  new Promise((resolve) => {
    let begun = false
    const settle = (outcome: Outcome): void => {
      signal.removeEventListener('abort', stop)
      resolve(outcome)
    }
    const fail = (failed: unknown): void => {
      settle({ failed, begun })
      connection.close()
    }
    const stop = (): void => fail(new Error('stopped'))
    const succeed = (said: string): void => {
      settle({ said, secure: connection.secure })
      connection.quit()
    }
    const deliver = ({ from, to, bytes }: Mail): void => {
      const body = new Readable({
        read() {
          if (signal.aborted) return
          if (leased?.() === false) return fail(new AppError('paused', `${what} was not sent: the lease of its job has run out`))
          begun = true
          this.push(bytes)
          this.push(null)
        },
      })
      connection.send({ from, to, size: bytes.length }, body, (failed, sent) => (failed ? fail(failed) : succeed(sent?.response ?? '')))
    }
    const enter = (): void => (mail ? deliver(mail) : succeed(connection.lastServerResponse || ''))

    connection.on('error', fail)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) return stop()
    connection.connect((failed) => {
      if (failed) return fail(failed)
      if (!login) return enter()
      connection.login({ user: login.username, pass: login.password }, (refused) => (refused ? fail(refused) : enter()))
    })
  })

const statusOf = (said: string): number => Number.parseInt(said, 10)
