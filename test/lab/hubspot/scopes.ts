import { Refusal } from './answers.ts'
import { typeOf, type Type } from './types.ts'

// What a token must be granted for each call: one of the scopes that are named.
// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
type Doing = 'read' | 'write'
const family = (type: Type): 'contacts' | 'companies' | 'deals' | 'tickets' => (type === 'companies' || type === 'deals' || type === 'tickets' ? type : 'contacts') // an engagement asks for contacts
const objects = (type: Type, doing: Doing): string[] => (family(type) === 'tickets' ? ['tickets'] : [`crm.objects.${family(type)}.${doing}`])
const schemas = (type: Type, doing: Doing): string[] => (family(type) === 'tickets' ? ['tickets'] : [`crm.schemas.${family(type)}.${doing}`, ...(doing === 'read' ? objects(type, doing) : [])])

const readingPosts = /\/(search|batch\/read)$/
export const scopesOf = (on: string, parts: Record<string, string>): string[] => {
  const doing: Doing = on.startsWith('GET ') || readingPosts.test(on) ? 'read' : 'write'
  const type = (): Type => typeOf(parts['type'] ?? parts['from'])
  if (on.includes('/crm/v3/owners')) return ['crm.objects.owners.read']
  if (on.includes('/crm/v3/properties/')) return schemas(type(), doing)
  if (on.includes('/crm/v3/pipelines/')) return doing === 'read' ? schemas(type(), doing) : [...schemas(type(), doing), ...objects(type(), doing)]
  if (/\/crm\/v[34]\/(objects|associations)\//.test(on)) return objects(type(), doing)
  if (on.includes('/engagements/')) return objects('notes', doing)
  if (on.includes('/automation/')) return ['automation']
  return [] // what an account tells of itself to whoever has a token
}

export const lacking = (scopes: readonly string[]): Refusal =>
  new Refusal({
    status: 403,
    category: 'MISSING_SCOPES',
    message: "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: scopes } }],
    links: { scopes: 'https://developers.hubspot.com/scopes' },
  })
