import { z } from 'zod'
import { defineAction } from '../define.ts'
import { templatesSeen } from '../domain/ports/messaging.ts'
import { noteTemplates } from '../store/templates.ts'

// Which templates there are at the vendor, and which of them may be sent.
export const noteSeenTemplates = defineAction({ name: 'note-templates', args: templatesSeen, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ connection, templates }, act) => {
  await noteTemplates(act, connection, templates)
  return {}
})
