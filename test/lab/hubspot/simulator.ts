import type { Simulator, Time } from '../simulator.ts'
import { makeAccount } from './account.ts'
import { makeAssociations } from './associations.ts'
import { batchRoutes } from './batches.ts'
import { controlsOf, type ControlName } from './controls.ts'
import { engagementRoutes } from './engagements.ts'
import { makeHubspotFaults } from './faults.ts'
import { guarded, type TokenState } from './guard.ts'
import { mergeRoutes } from './merges.ts'
import { objectRoutes } from './objects.ts'
import { makeOwners } from './owners.ts'
import { makePipelines, namesOf } from './pipelines.ts'
import { makeProperties } from './properties.ts'
import { makeQuota } from './quota.ts'
import { heldBy, makeRecords, type Author, type Row } from './records.ts'
import { makeRules } from './rules.ts'
import { searchRoutes } from './search.ts'
import { perType, typeOf, type Type } from './types.ts'
import { makeWebhooks, type Call, type WebhookWish } from './webhooks.ts'

// HubSpot's CRM: records with known properties, found by number or by a unique value, and what belongs to what; judged by HubSpot's own client and MCP server.
// Each call has its v3 or v4 address and its dated one (2026-09); a fault of the desk names the address that was called, `refuse` below the v3 or v4 one.
//
// POST /_lab/hubspot/{control}, or controls.{control}(…):
//   grant {scopes}                    what the token may do; a call without its scope is a 403 that names it
//   become {accountType}              the kind of account
//   token {state}                     good, expired, revoked
//   limits {perTenSeconds?, searchesPerSecond?, perDay?}     190, 5 and 650,000 without a word
//   lag {ms}                          how far the search is behind what was written; 0 without a word
//   refuse {with, on?, times?, retryAfter?, scopes?}         expired, unauthorized, scopes, missing, ten-secondly, secondly, daily, locked (423), migrating (477), internal, gateway, unavailable, timeout
//   partial {every?, verb?, times?}   every second row of a batch fails alone, by a 207
//   stage {type, stage, label?, archived?}                   an admin renames, archives or restores a stage
//   owner {id, email, archived?, …}   somebody comes, or leaves
//   require {type, property, when?: {property, value}, off?}  an admin requires it of who makes a record, or where another property has that value; held by the dated addresses alone
//   webhooks {url, deliverTo?, secret, subscriptions?, maxConcurrentRequests?} or null       where they go; without subscriptions everything is told, and before this nothing is
//   delivery {twice?, backwards?, coalesce?, hold?, delayMs?}                                how they come
//   and what people, imports and other apps do, told of by webhooks; as: {source?, sourceId?, user?}, else Sofía in HubSpot itself:
//   create {type, properties, as?}    change {type, id, properties, as?}    archive, restore, forget {type, id, as?}    merge {type, primary, other, as?}
//   link, unlink {from, id, to, toId, as?}                   import {type, rows}
// The desk has the rest: down, slow, drip, lost (done, but not answered), garbled, misshapen and lag as faults; state, requests, release.
export type HubspotAccount = { portal: string; apiKey: string; pipeline: string; stages: Readonly<Record<string, string>> }
export type HubspotRecord = { id: string; properties: Record<string, string>; createdAt: string; updatedAt: string; associations: { contacts: string[]; deals: string[] } }
export type HubspotState = { portal: string } & Record<Type, HubspotRecord[]>
export type Hubspot = Omit<Simulator, 'state' | 'controls'> & {
  state(): HubspotState
  labelOf(type: string, property: string): string
  controls: Record<ControlName, (wanted: unknown) => unknown>
  calls(): Call[] // the webhooks that were sent
  silent(): Promise<void> // when no webhook is under way
}

const appId = '31337'
const app: Author = { source: 'INTEGRATION', sourceId: appId }

export const makeHubspot = ({ clock, account, webhooks: target }: { clock: Time; account: HubspotAccount; webhooks?: WebhookWish }): Hubspot => {
  const { now } = clock
  let token: TokenState = 'good'
  let behindMs = 0
  let author = app // of what has none of its own
  const webhooks = makeWebhooks({ clock, portal: account.portal, appId })
  webhooks.target(target)
  const itself = makeAccount(account)
  const owners = makeOwners({ now })
  const rules = makeRules()
  const pipelines = makePipelines({ now, account, isUsed: (type, stage) => records.all(type).some(({ properties: held }) => held[namesOf[type].stage] === stage) })
  const properties = makeProperties({ now, optionsOf: pipelines.optionsOf })
  const associations = makeAssociations({ now, exists: (type, id) => records.byNumber(type, id).id, tell: (link) => webhooks.tell({ ...link, what: 'associationChange', by: author }) })
  const records = makeRecords({ now, portal: account.portal, properties, isOwner: owners.has, faultIn: pipelines.faultIn, checkRules: rules.check, tell: webhooks.tell, left: associations.forget, moved: associations.move })
  const faults = makeHubspotFaults()
  const quota = makeQuota({ now })

  const kept = { records, associations, by: app }
  const routes = guarded(
    {
      ...batchRoutes({ ...kept, now, isFailing: faults.isFailing }), ...searchRoutes({ records, properties, now, behindMs: () => behindMs }), ...mergeRoutes(kept), ...objectRoutes(kept),
      ...associations.routes, ...properties.routes, ...pipelines.routes, ...owners.routes, ...itself.routes, ...engagementRoutes(kept),
    },
    { apiKey: account.apiKey, token: () => token, has: itself.has, quota, faults, rules },
  )
  const record = (row: Row): HubspotRecord => ({
    id: row.id, properties: heldBy(row), createdAt: new Date(row.createdAt).toISOString(), updatedAt: new Date(row.updatedAt).toISOString(),
    associations: { contacts: associations.to(row.type, row.id, 'contacts'), deals: associations.to(row.type, row.id, 'deals') },
  })
  return {
    name: 'hubspot', routes,
    admits: () => true, // HubSpot refuses a token in its own words: guarded does it
    state: () => ({ portal: account.portal, ...perType((type) => records.all(type).map(record)) }),
    labelOf: (type, name) => properties.of(typeOf(type)).get(name)?.label ?? name,
    controls: controlsOf({
      account: itself, quota, faults, records, associations, pipelines, owners, rules, webhooks,
      token: (state) => void (token = state),
      lag: (ms) => void (behindMs = ms),
      by(somebody, run) {
        author = somebody
        try {
          return run()
        } finally {
          author = app
        }
      },
    }),
    calls: webhooks.calls,
    silent: webhooks.silent,
    close: webhooks.close,
  }
}
