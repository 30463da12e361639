import { house } from '../../define.ts'
import type { CalendarReads } from './calendar.ts'
import type { CrmReads } from './crm.ts'
import type { MailReads } from './mail.ts'
import type { MessagingReads } from './messaging.ts'
import type { ModelReads } from './model.ts'

// The ports that have reads, bound once for all connectors. What rooms may ask besides is in domain/reads.ts.
export type Ports = { calendar: CalendarReads; crm: CrmReads; mail: MailReads; messaging: MessagingReads; model: ModelReads }
export const { defineConnector } = house<Ports>()
