import { invalid } from './answers.ts'

// The objects of HubSpot that the lab has, under the three names that each of them goes by.
// https://developers.hubspot.com/docs/guides/api/crm/understanding-the-crm#object-type-ids
export const types = ['contacts', 'companies', 'deals', 'tickets', 'meetings', 'communications', 'tasks', 'notes', 'calls'] as const
export type Type = (typeof types)[number]
type About = { id: string; singular: string; created: string; updated: string; shown: readonly string[] }

const engagement = { created: 'hs_createdate', updated: 'hs_lastmodifieddate', shown: [] }
// created, updated: what the two dates are called; shown: what is told where nobody says what they want.
export const about: Record<Type, About> = {
  contacts: { id: '0-1', singular: 'contact', created: 'createdate', updated: 'lastmodifieddate', shown: ['email', 'firstname', 'lastname'] },
  companies: { id: '0-2', singular: 'company', created: 'createdate', updated: 'hs_lastmodifieddate', shown: ['domain', 'name'] },
  deals: { id: '0-3', singular: 'deal', created: 'createdate', updated: 'hs_lastmodifieddate', shown: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'] },
  tickets: { id: '0-5', singular: 'ticket', created: 'createdate', updated: 'hs_lastmodifieddate', shown: ['content', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority', 'subject'] },
  meetings: { id: '0-47', singular: 'meeting', ...engagement },
  communications: { id: '0-18', singular: 'communication', ...engagement },
  tasks: { id: '0-27', singular: 'task', ...engagement },
  notes: { id: '0-46', singular: 'note', ...engagement },
  calls: { id: '0-48', singular: 'call', ...engagement },
}

const names = new Map(types.flatMap((type) => [type, about[type].singular, about[type].id].map((name): [string, Type] => [name, type])))
export const typeOf = (name = ''): Type => {
  const found = names.get(name.toLowerCase())
  if (found) return found
  throw invalid(`Unable to infer object type from: ${name}`)
}
export const perType = <T>(make: (type: Type) => T): Record<Type, T> => ({
  contacts: make('contacts'), companies: make('companies'), deals: make('deals'), tickets: make('tickets'), meetings: make('meetings'),
  communications: make('communications'), tasks: make('tasks'), notes: make('notes'), calls: make('calls'),
})
