import type { Migration } from 'kysely/migration'
import { spine } from './0001-spine.ts'
import { firstVisit } from './0002-first-visit.ts'
import { settings } from './0003-settings.ts'
import { identity } from './0004-identity.ts'
import { conversations } from './0005-conversations.ts'
import { media } from './0006-media.ts'
import { escalations } from './0007-escalations.ts'
import { privacyCases } from './0008-privacy-cases.ts'
import { mailNotices } from './0009-mail-notices.ts'
import { crmSync } from './0010-crm-sync.ts'
import { visits } from './0011-visits.ts'
import { messageFailures } from './0012-message-failures.ts'
import { holds } from './0013-holds.ts'
import { waitlist } from './0014-waitlist.ts'

// In order, forward only. A released migration never changes.
export const migrations: Record<string, Migration> = { '0001-spine': spine, '0002-first-visit': firstVisit, '0003-settings': settings, '0004-identity': identity, '0005-conversations': conversations, '0006-media': media, '0007-escalations': escalations, '0008-privacy-cases': privacyCases, '0009-mail-notices': mailNotices, '0010-crm-sync': crmSync, '0011-visits': visits, '0012-message-failures': messageFailures, '0013-holds': holds, '0014-waitlist': waitlist }
