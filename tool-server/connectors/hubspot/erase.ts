import type { z } from 'zod'
import type { At } from '../../define.ts'
import type { eraseRecord } from '../../domain/ports/crm.ts'
import { objects } from './mapping.ts'
import { pathOf } from './paths.ts'
import { recordId } from './put.ts'
import type { Settings } from './settings.ts'

// A contact goes for good, and is barred from the bin. Of all else that is ours HubSpot keeps what was deleted for 90 days, where an admin can empty it.
// https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/gdpr/gdpr-delete-contact and https://knowledge.hubspot.com/records/restore-deleted-records
export const erase = async ({ kind, id }: z.infer<typeof eraseRecord.args>, { http }: At<Settings>): Promise<z.infer<typeof eraseRecord.result>> => {
  const path = `/crm/v3/objects/${objects[kind]}`
  if (kind === 'contact') await http({ method: 'POST', path: pathOf(`${path}/gdpr-delete`), body: { objectId: recordId(id) }, accept: [404] })
  else await http({ method: 'DELETE', path: pathOf(`${path}/${recordId(id)}`), accept: [404] })
  return {}
}
