import { z } from 'zod'

// What HubSpot takes as a component of platform 2026.09, as strictly as its templates and its parser let us know (github.com/HubSpot/hubspot-project-components, @hubspot/project-parsing-lib).
// HubSpot's own schemas are served to accounts only, so the first real upload has the last word.
const uid = z.string().regex(/^[\w.-]+$/)
const https = z.string().regex(/^https:\/\/[^/?#]+$/) // a fetch is allowed by origin; never localhost
const entrypoint = (folder: string, ending: string) => z.string().regex(new RegExp(`^/app/${folder}/[\\w-]+\\.${ending}$`))
const scope = z.string().regex(/^(oauth|tickets|[a-z]+(\.[a-z_]+)+)$/)

const app = z.strictObject({
  name: z.string().min(1).max(50), description: z.string().min(1), distribution: z.literal('private'),
  auth: z.strictObject({ type: z.literal('static'), requiredScopes: z.array(scope).min(1), optionalScopes: z.array(scope), conditionallyRequiredScopes: z.array(scope) }),
  permittedUrls: z.strictObject({ fetch: z.array(https), iframe: z.array(https), img: z.array(https) }),
  support: z.strictObject({ supportEmail: z.email(), documentationUrl: z.url(), supportUrl: z.url(), supportPhone: z.string().regex(/^\+\d{8,15}$/) }),
})
const card = z.strictObject({
  name: z.string().min(1), description: z.string().min(1), location: z.enum(['crm.record.tab', 'crm.record.sidebar', 'crm.preview', 'helpdesk.sidebar']),
  entrypoint: entrypoint('cards', 'tsx'), objectTypes: z.array(z.enum(['contacts', 'deals', 'tickets'])).min(1),
})
const page = z.strictObject({ entrypoint: entrypoint('pages', 'tsx') })
const settings = z.strictObject({ entrypoint: entrypoint('settings', 'tsx') })
// Without an endpoint: that would be a public address that nobody signs for.
const appFunction = z.strictObject({ entrypoint: entrypoint('functions', 'js'), secretKeys: z.array(z.string().regex(/^[A-Z][A-Z_]*$/)) })

const objectType = z.enum(['contact', 'deal', 'meeting'])
const active = z.literal(true)
const webhooks = z.strictObject({
  settings: z.strictObject({ targetUrl: z.string().regex(/^https:\/\/[^?#]+$/), maxConcurrentRequests: z.int().min(1) }),
  subscriptions: z.strictObject({
    crmObjects: z.array(z.union([
      z.strictObject({ subscriptionType: z.enum(['object.creation', 'object.deletion', 'object.merge', 'object.restore']), objectType, active }),
      // With whichever of these kinds: https://developers.hubspot.com/changelog/new-subscription-types-for-webhooks
      z.strictObject({ subscriptionType: z.literal('object.associationChange'), objectType: z.enum(['contact', 'deal']), active }),
      z.strictObject({ subscriptionType: z.literal('object.propertyChange'), objectType, propertyName: z.string().min(1), active }),
    ])),
    legacyCrmObjects: z.array(z.strictObject({ subscriptionType: z.string(), active })),
    hubEvents: z.array(z.strictObject({ subscriptionType: z.literal('contact.privacyDeletion'), active })),
  }),
})

const definition = z.strictObject({
  name: z.string().min(1), type: z.enum(['string', 'number', 'bool', 'enumeration']), fieldType: z.enum(['text', 'number', 'booleancheckbox', 'select']),
  options: z.array(z.strictObject({ value: z.string(), label: z.string(), displayOrder: z.int() })).min(1).optional(),
})
const field = z.strictObject({ typeDefinition: definition, supportedValueTypes: z.array(z.enum(['STATIC_VALUE'])).min(1), isRequired: z.boolean().optional() })
const words = z.record(z.string(), z.string())
const labels = z.strictObject({
  actionName: z.string(), actionDescription: z.string(), actionCardContent: z.string(), appDisplayName: z.string().optional(),
  inputFieldLabels: words, inputFieldDescriptions: words, outputFieldLabels: words.optional(),
})
const workflowAction = z.strictObject({
  actionUrl: z.string().regex(/^https:\/\/[^?#]+$/), isPublished: z.boolean(), supportedClients: z.array(z.strictObject({ client: z.enum(['WORKFLOWS', 'AGENTS']) })).min(1),
  inputFields: z.array(field), outputFields: z.array(field).optional(), objectTypes: z.array(z.enum(['CONTACT', 'DEAL'])), labels: z.strictObject({ en: labels, es: labels }),
})

const component = <T extends string, C extends z.ZodType>(type: T, config: C) => z.strictObject({ uid, type: z.literal(type), config })
export const components = z.discriminatedUnion('type', [
  component('app', app), component('card', card), component('page', page), component('settings', settings), component('app-function', appFunction), component('webhooks', webhooks), component('workflow-action', workflowAction),
])
export type Component = z.infer<typeof components>

// As GET /project-components-external/project-schemas tells them, by the names that HubSpot uses inside.
export const projectSchemas = Object.fromEntries(
  Object.entries({ APPLICATION: app, CARD: card, PAGE: page, SETTINGS: settings, APP_FUNCTION: appFunction, WEBHOOKS: webhooks, WORKFLOW_ACTION: workflowAction }).map(([type, config]) => [type, z.toJSONSchema(config)]),
)
