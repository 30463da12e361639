import { dirname } from 'node:path/posix'
import { z } from 'zod'
import type { VendorCheck } from './doctor-look.ts'
import { parseOr } from './parse.ts'

// What must be right at HubSpot besides what its set-up sees to. Where HubSpot doesn't tell, the line says so.
const names = z.array(z.string()).default([])
const known = z.object({
  apiKey: z.string(), portal: z.string(), clientSecrets: names,
  staff: z.object({ default: z.string().default('agent'), admins: names, agents: names, viewers: names }).prefault({}),
})
const settingsOf = (settings: unknown): z.infer<typeof known> => parseOr('bug', known, settings, 'the settings of hubspot')

const keyMend = 'HubSpot: Development > Projects > Portero > Auth for the token and its scopes. Then connect it again.'

// As hubspot-project/src/app/app-hsmeta.json asks for them, but for oauth, which every app has.
export const scopes = ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.deals.read', 'crm.objects.deals.write', 'crm.objects.owners.read', 'crm.schemas.contacts.read', 'crm.schemas.contacts.write', 'crm.schemas.deals.read', 'crm.schemas.deals.write', 'tickets'] as const

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
    what: 'cards',
    mend: keyMend,
    async look({ askedAt }) {
      if (askedAt !== undefined) return { told: `asked us last on ${new Date(askedAt).toISOString()}` }
      return { told: 'no card has asked us yet, signed as this app signs', mend: 'HubSpot: Settings > Objects > Contacts, and Deals > Record customization: add the cards of Portero to the record. Then open a contact, and look again. Where the card says that it can\'t be shown: the lines client secret, staff and permitted URLs.' }
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
