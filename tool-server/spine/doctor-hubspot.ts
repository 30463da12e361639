import { dirname } from 'node:path/posix'
import { z } from 'zod'
import type { VendorCheck } from './doctor-look.ts'
import { parseOr } from './parse.ts'

// What must be right at HubSpot. Where HubSpot doesn't tell, the line says so.
const names = z.array(z.string()).default([])
const known = z.object({
  apiKey: z.string(), portal: z.string(), pipeline: z.string(), stages: z.record(z.string(), z.string()), clientSecrets: names,
  staff: z.object({ default: z.string().default('agent'), admins: names, agents: names, viewers: names }).prefault({}),
})
const settingsOf = (settings: unknown): z.infer<typeof known> => parseOr('bug', known, settings, 'the settings of hubspot')

const keyMend = 'HubSpot: Development > Projects > Portero > Auth for the token and its scopes. Then connect it again.'
const pipelineMend = 'HubSpot: Settings > Objects > Deals > Pipelines; the ids are behind </>. Then connect it again.'
const propertyMend = 'The running server makes them once a day and when it starts: start it, and see that the token has crm.schemas.contacts.write and crm.schemas.deals.write.'

// As hubspot-project/src/app/app-hsmeta.json asks for them, but for oauth, which every app has.
export const scopes = ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.deals.read', 'crm.objects.deals.write', 'crm.schemas.contacts.read', 'crm.schemas.contacts.write', 'crm.schemas.deals.read', 'crm.schemas.deals.write', 'tickets'] as const
const dealFacts = ['budget', 'bedrooms', 'occupants', 'pets', 'move_in', 'months', 'guarantee', 'home']

export const hubspotChecks: readonly VendorCheck[] = [
  {
    what: 'scopes',
    mend: keyMend,
    async look({ ask, settings }) {
      const { apiKey, portal } = settingsOf(settings)
      // https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview
      const { status, body } = await ask({ method: 'POST', path: '/oauth/v2/private-apps/get/access-token-info', body: { tokenKey: apiKey }, reading: true, accept: [400, 404] })
      if (status !== 200) return { told: 'HubSpot does not say what this token may do; what it may not shows in the lines below' }
      const token = parseOr('bad_response', z.object({ hubId: z.int(), scopes: z.array(z.string()) }), body, 'the token of hubspot')
      if (String(token.hubId) !== portal) return { told: `the token is of account ${token.hubId}, not of ${portal}`, mend: keyMend }
      const missing = scopes.filter((scope) => !token.scopes.includes(scope))
      return missing.length === 0 ? { told: `all ${scopes.length}` } : { told: `${missing.join(', ')} missing`, mend: `HubSpot: Development > Projects > Portero > the app: install it again, and agree to the new scopes. ${keyMend}` }
    },
  },
  {
    what: 'account',
    mend: keyMend,
    async look({ ask, settings }) {
      const { portal } = settingsOf(settings)
      // https://developers.hubspot.com/docs/api-reference/legacy/account/account-information/get-account-details
      const { body } = await ask({ method: 'GET', path: '/account-info/v3/details' })
      const { accountType } = parseOr('bad_response', z.object({ accountType: z.string() }), body, 'the account of hubspot')
      if (accountType === 'APP_DEVELOPER') return { told: `${portal} is a developer account, which has no contacts`, mend: 'Install the app in the account where your people work, and connect that one.' }
      return { told: `${portal}, of kind ${accountType}. HubSpot tells nobody its subscription: the project's functions need Enterprise, so without that upload with --without-functions; the cards work all the same` }
    },
  },
  {
    what: 'pipeline',
    mend: `${keyMend} The pipeline's id: ${pipelineMend}`,
    async look({ ask, settings }) {
      const { pipeline, stages } = settingsOf(settings)
      // https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/pipelines/get-crm-v3-pipelines-objectType-pipelineId
      const { status, body } = await ask({ method: 'GET', path: `/crm/v3/pipelines/deals/${encodeURIComponent(pipeline)}`, accept: [404] })
      if (status === 404) return { told: `there is no pipeline ${pipeline}`, mend: pipelineMend }
      const found = parseOr('bad_response', z.object({ label: z.string(), stages: z.array(z.object({ id: z.string() })) }), body, 'the pipeline of hubspot')
      const missing = Object.entries(stages).filter(([, id]) => !found.stages.some((stage) => stage.id === id))
      return missing.length === 0 ? { told: `${found.label}, with all of its stages` } : { told: `${found.label} lacks ${missing.map(([ours, id]) => `${ours} (${id})`).join(', ')}`, mend: pipelineMend }
    },
  },
  ...['contacts', 'deals', 'meetings', 'communications', 'tasks'].map((type): VendorCheck => ({
    what: `properties of ${type}`,
    mend: keyMend,
    async look({ ask }) {
      // https://developers.hubspot.com/docs/api-reference/crm-properties-v3/core/get-crm-v3-properties-objectType
      const { body } = await ask({ method: 'GET', path: `/crm/v3/properties/${type}` })
      const { results } = parseOr('bad_response', z.object({ results: z.array(z.object({ name: z.string(), hasUniqueValue: z.boolean().default(false) })) }), body, 'the properties of hubspot')
      const missing = ['id', ...(type === 'deals' ? dealFacts : type === 'contacts' ? ['escalation'] : [])].map((name) => `portero_${name}`).filter((wanted) => !results.some(({ name }) => name === wanted))
      if (missing.length > 0) return { told: `${missing.join(', ')} missing`, mend: propertyMend }
      // It can't be made unique afterwards.
      if (!results.some(({ name, hasUniqueValue }) => name === 'portero_id' && hasUniqueValue)) return { told: 'portero_id is not unique', mend: `HubSpot: Settings > Properties > ${type}: delete portero_id, then restart the server, which makes it anew.` }
      return { told: 'all there, portero_id unique' }
    },
  })),
  {
    what: 'client secret',
    mend: keyMend,
    async look({ settings }) {
      const { clientSecrets } = settingsOf(settings)
      if (clientSecrets.length > 0) return { told: clientSecrets.length === 1 ? 'known' : `${clientSecrets.length} known, for a rotation` }
      return { told: 'not known: cards, workflows and webhooks are refused', mend: 'HubSpot: Development > Projects > Portero > Auth > Client secret. Put it into clientSecrets, and connect it again.' }
    },
  },
  {
    what: 'staff',
    mend: keyMend,
    async look({ settings }) {
      const { staff: { default: others, admins, agents, viewers } } = settingsOf(settings)
      const told = `${admins.length} admins, ${agents.length} agents and ${viewers.length} viewers by name; anybody else: ${others}`
      return admins.length > 0 ? { told } : { told, mend: 'Nobody is an admin in the cards and pages. Put "staff": { "admins": ["your e-mail at HubSpot"] } into the settings, and connect it again.' }
    },
  },
  {
    what: 'webhook',
    mend: keyMend,
    async look({ webhook, heard }) {
      const address = dirname(webhook) // the project names one for all accounts
      if (heard > 0) return { told: `comes in at ${address}` }
      return { told: `nothing that was signed well has come in at ${address}`, mend: 'HubSpot: Development > Projects > Portero > the app > Webhooks: see that they go to that address and are active. Then change the name of a contact, and look again.' }
    },
  },
]
