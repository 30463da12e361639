import { z } from 'zod'
import type { Http } from '../../define.ts'
import type { SeenTemplate } from '../../domain/ports/messaging.ts'
import { id, type Settings } from './map.ts'
import { allAt, workspaceOf } from './workspace.ts'

// The templates of the workspace, with what Meta says of each: https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates
const project = z.object({ id, name: z.string() })
const template = z.object({
  id, localeStatuses: z.record(z.string(), z.string()).nullish(),
  platformInfo: z.object({ whatsapp: z.object({ category: z.string().nullish(), locales: z.record(z.string(), z.object({ status: z.string() })).nullish() }).nullish() }).nullish(),
})

export const templatesAt = async (http: Http, settings: Settings): Promise<SeenTemplate[]> => {
  const path = `${workspaceOf(settings)}/projects`
  const seen = new Map<string, SeenTemplate>()
  for (const { id: holder, name } of await allAt(http, path, project)) {
    for (const each of await allAt(http, `${path}/${encodeURIComponent(holder)}/channel-templates`, template)) {
      for (const [language, status] of statesOf(each)) {
        const known = seen.get(`${name}/${language}`)
        if (known?.status === 'approved' && status !== 'approved') continue // a newer text that waits doesn't take away the one that may be sent
        seen.set(`${name}/${language}`, { name, language, project: holder, version: each.id, category: categoryOf(each), status })
      }
    }
  }
  return [...seen.values()]
}

type Template = z.infer<typeof template>
const categoryOf = ({ platformInfo }: Template): SeenTemplate['category'] => {
  const category = platformInfo?.whatsapp?.category?.toLowerCase()
  return category === 'marketing' || category === 'authentication' ? category : 'utility'
}
// Bird's own inactive may be rejected, paused or disabled at Meta's. What is a draft, nobody has decided about.
const statesOf = ({ localeStatuses, platformInfo }: Template): [language: string, status: SeenTemplate['status']][] =>
  Object.entries(localeStatuses ?? {}).flatMap(([language, status]): [string, SeenTemplate['status']][] => {
    if (status === 'active') return [[language, 'approved']]
    if (status === 'pending') return [[language, 'pending']]
    return status === 'inactive' ? [[language, platformInfo?.whatsapp?.locales?.[language]?.status === 'PAUSED' ? 'paused' : 'rejected']] : []
  })
