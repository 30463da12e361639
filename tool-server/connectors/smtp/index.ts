import { defineConnector } from '../../domain/ports/index.ts'
import { does, readMail } from './client.ts'
import { settings } from './settings.ts'

// Any mail server that speaks SMTP: the way to people whom WhatsApp can't reach.
export const smtp = defineConnector({
  name: 'smtp',
  settings,
  auth: { kind: 'login' },
  // Exchange Online takes three at once from a mailbox: https://learn.microsoft.com/en-us/exchange/troubleshoot/send-emails/smtp-submission-improvements
  limits: { perSecond: 1, concurrent: 3, timeoutMs: 20_000 },
  redact: ['to', 'subject', 'text', 'html'],
  reads: { mail: readMail },
  does,
})
