import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Setup, Thing, Watch, Watching } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { stages } from '../../domain/ports/crm.ts'
import { doubtAbout } from './deal-stage.ts'
import { hubSpotOver } from './gateway.ts'
import { kindsOf, ticketStages } from './mapping.ts'
import { propertyThings } from './properties.ts'
import type { Settings } from './settings.ts'
import { lacksScopes, replyOf, type HubSpot } from './typed.ts'

// HubSpot as code: our properties, the stages of the pipeline, what may hang on what, and who is who. Whatever is there and isn't ours stays as it is.
export const setup: Setup<Settings> = {
  async look(at) {
    const hubSpot = hubSpotOver(at.http)
    const things: Thing[] = []
    const { settings } = at.connection
    for (const kind of kindsOf(settings)) things.push(...(await orLacking(`properties of ${kind}s`, () => propertyThings(hubSpot, kind, settings))))
    things.push(...(await orLacking('pipeline', () => orMissing(settings, () => pipelineThings(hubSpot, settings)))))
    things.push(...(await orLacking('help desk', () => helpDeskThings(hubSpot, settings))))
    for (const pair of pairs) things.push(...(await orLacking(`association of ${pair.join(' with ')}`, () => associationThings(hubSpot, pair))))
    things.push(...(await orLacking('owners', () => ownerThings(hubSpot))))
    return things
  },
}

// Somebody may archive a property, and then nothing that holds it is taken any more.
export const watch: Watch<Settings> = {
  everyMs: 15 * 60_000,
  async ensure({ http, connection: { settings } }: Watching<Settings>) {
    const hubSpot = hubSpotOver(http)
    const things: Thing[] = []
    for (const kind of kindsOf(settings)) things.push(...(await propertyThings(hubSpot, kind, settings)))
    const amiss = things.flatMap((thing) => ('ensure' in thing ? [thing] : []))
    for (const { ensure } of amiss) await ensure()
    const stands = [...(await pipelineThings(hubSpot, settings)), ...(settings.helpDesk ? await helpDeskThings(hubSpot, settings) : [])]
    const blocked = [...things, ...stands].filter(({ is }) => is === 'blocked')
    if (blocked.length > 0) throw new AppError('conflict', `at hubspot: ${blocked.map(({ what }) => what).join('; ')}. portero hubspot plan says what to do`)
    return { expiresAt: null, mended: amiss.length }
  },
}

// scope: crm.objects.deals.read. A stage is known by its id, so what it is called is people's. None is made here: which stages there are, and in which order, is the account's own plan of its work.
// https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/pipelines/get-crm-v3-pipelines-objectType-pipelineId
const pipelineThings = async (hubSpot: HubSpot, { pipeline, stages: ids }: Settings): Promise<Thing[]> => {
  const found = read('hubspot', pipelineShape, await replyOf(hubSpot.pipelines.getByIdWithHttpInfo('deals', pipeline)))
  return stages.map((stage): Thing => {
    const there = found.stages.find(({ id, archived }) => id === ids[stage] && !archived)
    if (there) return { what: `stage ${stage}: "${there.label}" of ${found.label}${doubtAbout(stage, there.label)}`, is: 'well' }
    return { what: `stage ${stage}: ${found.label} has none with the id ${ids[stage]}`, is: 'blocked', mend: `HubSpot: Settings > Objects > Deals > Pipelines > ${found.label}: restore it, or put the id of another, behind </>, into the settings and connect again; deals arrive without it meanwhile, and then are told theirs.` }
  })
}
const pipelineShape = z.object({ label: z.string(), stages: z.array(z.object({ id: z.string(), label: z.string(), archived: z.boolean().default(false) })) })

// scope: tickets. Without a help desk it says which there are, so that whoever wants one finds the ids. HubSpot's own is pipeline 0, from stage 1 (new) to 4 (closed).
// https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/pipelines/get-crm-v3-pipelines-objectType
const helpDeskThings = async (hubSpot: HubSpot, { helpDesk }: Settings): Promise<Thing[]> => {
  const { results } = read('hubspot', deskShape, await replyOf(hubSpot.pipelines.getAllWithHttpInfo('tickets')))
  const desks = results.filter(({ archived }) => !archived).map(({ id, label, stages }) => ({ id, label, stages: stages.filter((stage) => !stage.archived) }))
  const known = desks.map(({ id, label, stages }) => `${label} is ${id}, with ${stages.map((stage) => `${stage.label} ${stage.id}`).join(', ')}`).join('; ')
  if (!helpDesk) return [{ what: `help desk: none, so escalations are no tickets${known && `; of those at HubSpot, ${known}`}`, is: 'well' }]
  const mend = `Put "helpDesk": { "pipeline", "open", "closed" } of one of these into the settings and connect again, or leave it out: ${known || 'none'}.`
  const desk = desks.find(({ id }) => id === helpDesk.pipeline)
  if (!desk) return [{ what: `help desk: there is no pipeline ${helpDesk.pipeline} of tickets`, is: 'blocked', mend }]
  return ticketStages.map((which): Thing => {
    const stage = desk.stages.find(({ id }) => id === helpDesk[which])
    const what = `help desk, ${which}`
    if (!stage) return { what: `${what}: ${desk.label} has no stage ${helpDesk[which]}`, is: 'blocked', mend }
    // https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide: ticketState
    const isClosed = stage.metadata['ticketState'] === 'CLOSED'
    return isClosed === (which === 'closed') ? { what: `${what}: "${stage.label}" of ${desk.label}`, is: 'well' } : { what: `${what}: "${stage.label}" of ${desk.label} is a stage of tickets that are ${isClosed ? 'closed' : 'open'}`, is: 'blocked', mend }
  })
}
const deskStage = z.object({ id: z.string(), label: z.string(), archived: z.boolean().default(false), metadata: z.record(z.string(), z.string()).default({}) })
const deskShape = z.object({ results: z.array(z.object({ id: z.string(), label: z.string(), archived: z.boolean().default(false), stages: z.array(deskStage) })) })

// Everything of ours hangs on others by HubSpot's own, unlabelled kind of association, which it chooses by itself (…/associations/default/…); here it is only looked whether there is one.
// https://developers.hubspot.com/docs/api-reference/crm-associations-schema-v4/definitions/get-crm-v4-associations-fromObjectType-toObjectType-labels
const pairs = [['deals', 'contacts'], ['meetings', 'contacts'], ['meetings', 'deals'], ['communications', 'contacts'], ['communications', 'deals'], ['tasks', 'contacts'], ['tasks', 'deals'], ['notes', 'contacts'], ['notes', 'deals'], ['tickets', 'contacts'], ['tickets', 'deals']] as const
const associationThings = async (hubSpot: HubSpot, [from, to]: (typeof pairs)[number]): Promise<Thing[]> => {
  const { results } = read('hubspot', labels, await replyOf(hubSpot.labels.getAllWithHttpInfo(from, to)))
  const own = results.find(({ category, label }) => category === 'HUBSPOT_DEFINED' && !label)
  const what = `association of ${from} with ${to}`
  return [own ? { what: `${what}: ${own.typeId}`, is: 'well' } : { what: `${what}: HubSpot has none`, is: 'blocked', mend: "It is HubSpot's own; ask its support why this account lacks it." }]
}
const labels = z.object({ results: z.array(z.object({ category: z.string(), typeId: z.int(), label: z.string().nullish() })) })

// scope: crm.objects.owners.read. Whose deal, visit or task it is, is found by e-mail when it is told.
// https://developers.hubspot.com/docs/api-reference/crm-owners-v3/owners/get-crm-v3-owners
const ownerThings = async (hubSpot: HubSpot): Promise<Thing[]> => {
  const { results } = read('hubspot', ownerPage, await replyOf(hubSpot.owners.getPageWithHttpInfo(undefined, undefined, mostOwners)))
  return [{ what: `owners: ${results.length} people with an e-mail`, is: 'well' }]
}
const ownerPage = z.object({ results: z.array(z.object({ email: z.string() })) })
const mostOwners = 500

// A token that lacks a scope hides one part, not the rest.
const orLacking = async (what: string, look: () => Promise<Thing[]>): Promise<Thing[]> => {
  try {
    return await look()
  } catch (thrown) {
    const scopes = lacksScopes(thrown)
    if (!scopes) throw thrown
    return [{ what: `${what}: the token may not see them`, is: 'blocked', mend: `HubSpot: Development > Projects > Portero > the app: upload it again, then install it anew and agree to ${scopes.join(', ') || 'all of its scopes'}.` }]
  }
}
const orMissing = async ({ pipeline }: Settings, look: () => Promise<Thing[]>): Promise<Thing[]> => {
  try {
    return await look()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'not_found') throw thrown
    return [{ what: `pipeline ${pipeline}: is not there`, is: 'blocked', mend: 'HubSpot: Settings > Objects > Deals > Pipelines: its id is behind </>. Put it into the settings, and connect again.' }]
  }
}
