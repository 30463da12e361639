import { z } from 'zod'
import type { Http } from '../define.ts'
import { parseOr } from './parse.ts'

// What is asked of each vendor, by reading only, and where to click when the answer isn't the right one.
export type Asking = { ask: Http; settings: unknown; webhook: string; heard: number } // heard: how many webhooks have come in
export type Seen = { told: string; mend?: string } // mend: what to do where something is wrong
export type VendorCheck = { what: string; mend: string; look(asking: Asking): Promise<Seen> }

const bird = z.object({ workspace: z.string(), channel: z.string() })
const birdMend = 'Bird: Settings > Access keys for the key, the address bar for the workspace, Channels > WhatsApp > your number for the channel. Then connect it again.'
const hubspot = z.object({ pipeline: z.string(), stages: z.record(z.string(), z.string()), clientSecrets: z.array(z.string().min(1)).default([]) })
const hubspotKey = 'HubSpot: Development > Projects > Portero > Auth for the token and its scopes. Then connect it again.'
const pipelineMend = 'HubSpot: Settings > Objects > Deals > Pipelines; the ids are behind </>. Then connect it again.'
const propertyMend = 'The running server makes them once a day and when it starts: start it, and see that the token has crm.schemas.contacts.write and crm.schemas.deals.write.'

export const vendorChecks: Readonly<Record<string, readonly VendorCheck[]>> = {
  bird: [
    {
      what: 'key',
      mend: birdMend,
      async look({ ask, settings }) {
        const { workspace, channel } = parseOr('bug', bird, settings, 'the settings of bird')
        // https://docs.bird.com/api/channels-api/api-reference/messaging
        const { body } = await ask({ method: 'GET', path: `/workspaces/${encodeURIComponent(workspace)}/channels/${encodeURIComponent(channel)}/messages`, query: { limit: '1' } })
        parseOr('bad_response', z.object({ results: z.array(z.unknown()) }), body, 'the messages of bird')
        return { told: `reads channel ${channel}` }
      },
    },
    {
      what: 'webhook',
      mend: birdMend,
      async look({ webhook, heard }) {
        if (heard > 0) return { told: `comes in at ${webhook}` }
        return {
          told: `nothing that was signed well has come in at ${webhook}`,
          mend: `Bird: Settings > Webhooks > Add, to that address, for whatsapp.inbound, whatsapp.outbound, whatsapp.interaction, conversation.created and conversation.updated, signed with one of signingKeys. Then write to the number.`,
        }
      },
    },
  ],
  hubspot: [
    {
      what: 'pipeline',
      mend: `${hubspotKey} The pipeline's id: ${pipelineMend}`,
      async look({ ask, settings }) {
        const { pipeline, stages } = parseOr('bug', hubspot, settings, 'the settings of hubspot')
        // https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/pipelines/get-crm-v3-pipelines-objectType-pipelineId
        const { status, body } = await ask({ method: 'GET', path: `/crm/v3/pipelines/deals/${encodeURIComponent(pipeline)}`, accept: [404] })
        if (status === 404) return { told: `there is no pipeline ${pipeline}`, mend: pipelineMend }
        const found = parseOr('bad_response', z.object({ label: z.string(), stages: z.array(z.object({ id: z.string() })) }), body, 'the pipeline of hubspot')
        const missing = Object.entries(stages).filter(([, id]) => !found.stages.some((stage) => stage.id === id))
        return missing.length === 0 ? { told: `${found.label}, with all of its stages` } : { told: `${found.label} lacks ${missing.map(([ours, id]) => `${ours} (${id})`).join(', ')}`, mend: pipelineMend }
      },
    },
    ...['contacts', 'deals', 'meetings', 'communications'].map((type): VendorCheck => ({
      what: `properties of ${type}`,
      mend: hubspotKey,
      async look({ ask }) {
        // https://developers.hubspot.com/docs/api-reference/crm-properties-v3/core/get-crm-v3-properties-objectType
        const { body } = await ask({ method: 'GET', path: `/crm/v3/properties/${type}` })
        const { results } = parseOr('bad_response', z.object({ results: z.array(z.object({ name: z.string(), hasUniqueValue: z.boolean().default(false) })) }), body, 'the properties of hubspot')
        const missing = ['id', ...(type === 'deals' ? dealFacts : [])].map((name) => `portero_${name}`).filter((wanted) => !results.some(({ name }) => name === wanted))
        if (missing.length > 0) return { told: `${missing.join(', ')} missing`, mend: propertyMend }
        // It can't be made unique afterwards.
        if (!results.some(({ name, hasUniqueValue }) => name === 'portero_id' && hasUniqueValue)) return { told: 'portero_id is not unique', mend: `HubSpot: Settings > Properties > ${type}: delete portero_id, then restart the server, which makes it anew.` }
        return { told: 'all there, portero_id unique' }
      },
    })),
    {
      what: 'client secret',
      mend: hubspotKey,
      async look({ settings }) {
        const { clientSecrets } = parseOr('bug', hubspot, settings, 'the settings of hubspot')
        if (clientSecrets.length > 0) return { told: clientSecrets.length === 1 ? 'known' : `${clientSecrets.length} known, for a rotation` }
        return { told: 'not known: cards, workflows and webhooks are refused', mend: 'HubSpot: Development > Projects > Portero > Auth > Client secret. Put it into clientSecrets, and connect it again.' }
      },
    },
  ],
}
const dealFacts = ['budget', 'bedrooms', 'occupants', 'pets', 'move_in', 'months', 'guarantee', 'home']
