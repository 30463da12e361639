import { defineConnector } from '../../domain/ports/index.ts'
import { does, readMail } from './client.ts'
import { settings } from './settings.ts'

// Any mail server that speaks SMTP: the way to people whom WhatsApp can't reach.
export const smtp = defineConnector({
  name: 'smtp',
  settings,
  auth: { kind: 'login' },
  quotas: [
    { what: 'at once from a mailbox of Exchange Online', theirs: '3', source: 'https://learn.microsoft.com/en-us/exchange/troubleshoot/send-emails/smtp-submission-improvements', sure: 'read' },
    { what: 'letters from a mailbox elsewhere', theirs: "your mail provider's own", sure: 'unknown' },
  ],
  limits: { perSecond: 1, concurrent: 3, timeoutMs: 20_000 },
  redact: ['to', 'subject', 'text', 'html'],
  reads: { mail: readMail },
  does,
})
