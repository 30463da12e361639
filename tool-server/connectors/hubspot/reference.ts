import { z } from 'zod'
import { ownerOf, type Kind, type Owner } from '../../domain/ports/crm-fields.ts'
import { stages } from '../../domain/ports/crm.ts'
import { hubspot } from './index.ts'
import { dispensable, idProperty, kinds, objects, rowsOf, version, type Property } from './mapping.ts'
import { apiVersion } from './paths.ts'

// What Portero does at HubSpot, as a page for admins. Kept in docs/hubspot.md; a test says when it is out of date.
export const appMeta = z.object({ config: z.object({ auth: z.object({ requiredScopes: z.array(z.string()) }) }) })
const subscription = z.object({ subscriptionType: z.string(), objectType: z.string().optional(), propertyName: z.string().optional(), active: z.boolean() })
export const webhooksMeta = z.object({ config: z.object({ subscriptions: z.object({ crmObjects: z.array(subscription), legacyCrmObjects: z.array(subscription), hubEvents: z.array(subscription) }) }) })
type Project = { app: z.infer<typeof appMeta>; webhooks: z.infer<typeof webhooksMeta> }

export const hubspotReference = ({ app, webhooks }: Project): string => `# HubSpot

Written by \`npx portero docs hubspot\` from version ${version} of the mapping in \`tool-server/connectors/hubspot/mapping.ts\`, from \`domain/ports/crm-fields.ts\` and from \`hubspot-project/\`.
\`npx portero hubspot plan\` says what an account lacks of it, \`npx portero hubspot apply\` makes what Portero may make.

## Whose word holds

| word | meaning |
|---|---|
${Object.entries(words).map(([owner, meaning]) => `| ${owner} | ${meaning} |`).join('\n')}

Each record of Portero's carries its id in \`${idProperty}\`, which is unique: telling of it twice is telling of it once. Where the table names no label, the property is HubSpot's own; the others are in the group Portero.

${kinds.map(chapter).join('\n')}
## For your dashboards

${[...reported()].map(([name, { label = '', fieldType }]) => `- \`${name}\` (${fieldType}): ${label}`).join('\n')}

They stand on contacts and on deals; of somebody with several deals on the one that is open, else on the last. How many come to their visits: \`portero_visits_done\` / (\`portero_visits_done\` + \`portero_visits_missed\`).

## Stages

Which stage of your pipeline stands for which of ours is in the settings, by id: ${stages.map((stage) => `\`${stage}\``).join(', ')}. What a stage is called and where it stands is yours. Portero makes none and takes none away.
A stage that is gone is said by the plan, by the doctor, by the console and in a letter to the admins. Deals arrive without it meanwhile, and are told theirs once it is mended; tickets wait among what is dead, for \`portero replay\`.

## Help desk

With \`"helpDesk": { "pipeline": "0", "open": "1", "closed": "4" }\` in the settings whoever waits for a person of yours has a ticket too, beside the task: in the stage \`open\` until their conversation is given back, then in \`closed\`. The plan says which pipelines of tickets there are, with their ids; those above are HubSpot's own.
It says who waits, why and who is in charge; what they said is in Portero's card. Without \`helpDesk\` there are no tickets.
Whoever closes or moves one by hand has done so: Portero doesn't open it again, and the conversation stays in your hands until somebody gives it back.

## Scopes

| scope | for |
|---|---|
${app.config.auth.requiredScopes.map((scope) => `| \`${scope}\` | ${uses[scope] ?? ''} |`).join('\n')}

## Webhooks

${webhookLines(webhooks).map((line) => `- ${line}`).join('\n')}

## Limits

Calls go to HubSpot's addresses of ${apiVersion}: one constant in \`tool-server/connectors/hubspot/paths.ts\`.

| what | HubSpot's | ours |
|---|---|---|
| calls | 190 in 10 s an app (Professional, Enterprise) | ${hubspot.limits.burst} at once after a rest, then ${hubspot.limits.perSecond} a second: at most ${(hubspot.limits.burst ?? 0) + 10 * hubspot.limits.perSecond} in 10 s, over all replicas |
| searches | 5 a second an account | ${hubspot.limits.apart?.perSecond} a second, one after the other, over all replicas |
| at once | | ${hubspot.limits.concurrent} |
| an answer | | ${hubspot.limits.timeoutMs / 1000} s |

## What may happen

| what | what Portero does |
|---|---|
| 401 | after three in a row the key counts as refused: work waits and spends no attempt, one call now and then finds out (after 30 s, at most every 5 minutes), \`connection.refused\` is logged once, health says so. After a minute the admins get one letter, and every page of the console says it; one more when it is over, with how long it was and how much had waited. A new key or an answer ends it. |
| 403 | the work that needs the scope waits for it, and the rest goes on; the admins get one letter that names it, and one more when it is over |
| a stage is taken away | a deal is written without it: it stays where it is, and a new one begins in the nearest that is open. The admins get one letter; once the stage is there again, or the settings name another, it is told by itself |
| a stage is renamed | nothing, since ids count; the plan wonders where one is called like another of ours |
| 429 | everything to that account waits for as long as HubSpot says |
| 400, of a value | among what is dead, with its reason; of ${dispensable.map((name) => `\`${name}\``).join(' and ')}, whose choices may be your own, the value is left out |
| 400, of a rule of the account | HubSpot holds every write since ${apiVersion} against what you require of a record (Create record, conditional logic of a property). What it refuses is among what is dead, with the property that is wanted; the other records go on. Take the rule away or fill the property in, then \`portero replay\` |
| a property is archived | what holds it waits; made anew within a quarter of an hour. One that HubSpot hides is for an admin to restore, who gets a letter |
| a contact is merged | followed to where it went |
| a record is cut off its contact or its deal | nothing is hung there again by itself: it is among what the console has for people to review, whoever says Portero's stays has it hung again, and otherwise it stays as it is. Every night, and by \`portero reconcile\`, what hangs nowhere where it should is drift, whether HubSpot told of it or not (\`contact\`, \`deal\`); \`--repair\` hangs it again. What hangs on others besides stays so |
| a record is deleted | what is told next is made anew, once HubSpot or the next look has said that it is gone |
| a contact is deleted for privacy | a request to cancel is opened for your people, once, and nothing about that person is written here any more, nor looked up; what waited is dropped. It stays so until people say otherwise: make a contact with their number, and in the console, under HubSpot, say that it is this person |
| a record of one of ours gets the id of another | it stays with whom it was of; the other is written a record of its own, and the console says so under HubSpot |

## What Portero never does

- It deletes and archives nothing, and clears no value: what it doesn't know it doesn't write.
- It changes no property, stage, option or pipeline that is not its own.
- It writes no e-mail, no company, no list and no marketing subscription, and tickets only where you want them; income is told to nobody.
- It takes no contact back to an earlier lifecycle stage, and sets a lead status only where it begins.
- It opens no ticket again that somebody has closed, and changes no note that somebody has mended.
- It assigns nobody anew: an owner is told when ours changes, and never put back over yours.
`

const words: Record<Owner, string> = {
  portero: "Portero's. What is written there instead is reported, and written again.",
  latest: 'Whoever changed it last. What you change there becomes what Portero knows.',
  crm: 'Yours. What you write there holds; Portero tells its own only when that changes on its side.',
}
const uses: Record<string, string> = {
  oauth: 'every app has it', 'crm.objects.contacts.read': 'who somebody is, associations', 'crm.objects.contacts.write': 'contacts, visits, conversations, tasks, notes', 'crm.objects.deals.read': 'the pipeline, deals', 'crm.objects.deals.write': 'deals',
  'crm.objects.owners.read': 'whose deal, visit, task, note or ticket it is', 'crm.schemas.contacts.read': 'properties of contacts and activities', 'crm.schemas.contacts.write': 'to make those', 'crm.schemas.deals.read': 'properties of deals', 'crm.schemas.deals.write': 'to make those',
  tickets: 'whom a ticket of the help desk is about; tickets of your own, with their properties and pipelines, where the settings name a help desk',
}

const chapter = (kind: Kind): string => {
  const lines = rowsOf(kind).flatMap(({ field, properties }) => properties.map((property) => `| ${field} | \`${property.name}\` | ${property.label ?? ''} | ${shape(property)} | ${ownerOf(kind, field) ?? ''} |`))
  return `## ${objects[kind]}

| field | property | label | kind | word |
|---|---|---|---|---|
${lines.join('\n')}
`
}
const shape = ({ type, options }: Property): string => (options ? Object.keys(options).map((value) => `\`${value}\``).join(' ') : type)
const reported = (): Map<string, Property> => new Map(kinds.flatMap((kind) => rowsOf(kind).flatMap(({ properties }) => properties.flatMap((property) => (property.isReport ? [[property.name, property]] : [])))))
const webhookLines = ({ config: { subscriptions: { crmObjects, legacyCrmObjects, hubEvents } } }: Project['webhooks']): string[] => {
  const about = new Map<string, string[]>()
  for (const { subscriptionType, objectType = '', propertyName } of [...crmObjects, ...legacyCrmObjects, ...hubEvents]) {
    const what = [objectType, subscriptionType.replace(/^object\./, '')].filter(Boolean).join(' ')
    about.set(what, [...(about.get(what) ?? []), ...(propertyName === undefined ? [] : [propertyName])])
  }
  return [...about].map(([what, properties]) => (properties.length === 0 ? what : `${what}: ${properties.map((name) => `\`${name}\``).join(', ')}`))
}
