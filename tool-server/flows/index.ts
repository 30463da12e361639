import type { Flow } from '../define.ts'
import { conversationChanged } from './conversation-changed.ts'
import { crmTold } from './crm-told.ts'
import { messageHeard } from './message-heard.ts'
import { messageSaid } from './message-said.ts'
import { refreshCrm } from './refresh-crm.ts'
import { tourChanged } from './tour-changed.ts'

// Every flow, a file and a line each.
export const flows: readonly Flow[] = [conversationChanged, crmTold, messageHeard, messageSaid, refreshCrm, tourChanged]
