import { hash } from 'node:crypto'
import { doing, type At, type Doing } from '../../define.ts'
import { sendMail, type MailReads } from '../../domain/ports/mail.ts'
import type { Settings } from './settings.ts'

// Nobody promises that a second letter with the same Message-ID is thrown away (https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4), so one whose answer was lost is not sent again. Whoever looks for it finds it by that id.
export const does: Doing<Settings>[] = [
  doing(sendMail, 'never', async ({ to, subject, text, html, calendar }, { http, connection: { settings: { from, fromName } }, key }: At<Settings> & { key: string }) => {
    const messageId = messageIdOf(key, from)
    // https://www.rfc-editor.org/rfc/rfc5321#section-3.3; no out-of-office answers: https://www.rfc-editor.org/rfc/rfc3834#section-5
    await http({ method: 'MAIL', path: '', headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }, body: { from: { name: fromName, address: from }, to, subject, text, ...(html !== undefined && { html }), ...(calendar && { calendar }), messageId } })
    return { message: messageId }
  }),
]

export const messageIdOf = (key: string, from: string): string => `${hash('sha256', key).slice(0, 32)}@${from.slice(from.lastIndexOf('@') + 1)}`

export const readMail = ({ connection: { settings: { from, fromName, invitations } } }: At<Settings>): MailReads => ({ sender: async () => ({ address: from, name: fromName, invites: invitations }) })
