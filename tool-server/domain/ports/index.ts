import { house } from '../../define.ts'
import type { CrmReads } from './crm.ts'
import type { MailReads } from './mail.ts'
import type { MessagingReads } from './messaging.ts'

// The ports that have reads, bound once for all connectors. What rooms may ask besides is in domain/reads.ts.
export type Ports = { crm: CrmReads; mail: MailReads; messaging: MessagingReads }
export const { defineConnector } = house<Ports>()
