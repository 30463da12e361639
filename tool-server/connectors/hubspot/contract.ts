import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Contract, Delivery, Exchange, Failures, Tell } from '../../define.ts'
import type { Kind } from '../../domain/ports/crm-fields.ts'
import { idProperty, objects, rowsOf } from './mapping.ts'
import { pathOf } from './paths.ts'
import type { Settings } from './settings.ts'

// What HubSpot is told and answers. Names and texts are unlike anything else here, so that one which leaks is found.
const refusal = (category: string, message: string, more: object = {}): object => ({ status: 'error', message, correlationId: '5f0f1c52-0d3a-4b53-9a43-2d4f0b7a6c11', category, ...more })
const tooMany = (policyName: string): object => refusal('RATE_LIMITS', `You have reached your ${policyName} limit.`, { errorType: 'RATE_LIMIT', policyName })

const failures: Failures = {
  unauthorized: { tell: { status: 401, body: refusal('INVALID_AUTHENTICATION', 'Authentication credentials not found.') }, code: 'disconnected' },
  missing: { tell: { status: 404, body: refusal('OBJECT_NOT_FOUND', 'resource not found') }, code: 'not_found' },
  throttled: { tell: { status: 429, headers: { 'retry-after': '9' }, body: tooMany('TEN_SECONDLY_ROLLING') }, code: 'throttled', retryAfterMs: 9_000 },
  away: { tell: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><body>502 Bad Gateway</body></html>' }, code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, body: '{"status":"COMPLETE","results":[{"id":"2010' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { not: 'what was promised', results: 7 } }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}

const ours = { contact: '0199b1de-0000-7000-8000-00000000c001', deal: '0199b1de-0000-7000-8000-00000000d001', meeting: '0199b1de-0000-7000-8000-00000000e001', communication: '0199b1de-0000-7000-8000-00000000f001', task: '0199b1de-0000-7000-8000-00000000a001', note: '0199b1de-0000-7000-8000-00000000b001', ticket: '0199b1de-0000-7000-8000-000000009001' }
const times = { createdAt: '2026-11-23T17:00:00.000Z', updatedAt: '2026-11-23T17:00:01.000Z' }
const batch = { startedAt: '2026-11-23T17:00:01.000Z', completedAt: '2026-11-23T17:00:01.020Z' }

const upsert = (type: string, id: string, properties: object): Exchange['ask'] => ({
  method: 'POST', path: pathOf(`/crm/v3/objects/${type}/batch/upsert`), headers: { 'content-type': 'application/json' }, body: { inputs: [{ id, idProperty: 'portero_id', properties }] },
})
const taken = (id: string, { isNew = true, status = 200 } = {}): Tell => ({ status, body: { status: 'COMPLETE', ...batch, results: [{ id, new: isNew, archived: false, ...times, properties: { hs_object_id: id } }] } })
const refused = (category: string): Tell => ({ status: 207, body: { status: 'COMPLETE', ...batch, numErrors: 1, results: [], errors: [{ status: 'error', id: 'x', category, message: 'it was not done', errors: [], context: {}, links: {} }] } })
const associate = (type: string, id: string, to: string, toId: string): Exchange => ({
  ask: { method: 'PUT', path: pathOf(`/crm/v4/objects/${type}/${id}/associations/default/${to}/${toId}`) },
  tell: { status: 200, body: { status: 'COMPLETE', ...batch, results: [{ from: { id }, to: { id: toId }, associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 } }] } },
})

const report = { portero_source: 'whatsapp', portero_first_reply_s: '4', portero_answered_by: 'both', portero_escalations: '1', portero_escalation_reason: 'complaint', portero_visits_booked: '2', portero_visits_done: '1', portero_visits_missed: '0' }
const reported = { source: 'whatsapp', firstReplyS: 4, answeredBy: 'both', escalations: 1, escalationReason: 'complaint', visitsBooked: 2, visitsDone: 1, visitsMissed: 0 }
const contactWithoutStatus = {
  phone: '+525512345678', portero_whatsapp: 'MX.9183746550', firstname: 'Guadalupe', lastname: 'de la Garza Íñiguez', hs_language: 'es-mx', portero_consent: 'granted', portero_marketing: 'revoked', lifecyclestage: 'salesqualifiedlead',
  ...report,
}
const contact = { ...contactWithoutStatus, hs_lead_status: 'NEW' }
const owned = { hubspot_owner_id: '80411' }
const deal = {
  ...owned,
  dealname: 'Guadalupe · renta', pipeline: '7120001', dealstage: '7120012', amount: '18500', deal_currency_code: 'MXN',
  portero_budget: '20000', portero_bedrooms: '2', portero_pets: 'false', portero_move_in: '2026-12-15', portero_guarantee: 'policy', portero_home: 'roma-norte-302', ...report,
}
const { pipeline: _pipeline, dealstage: _dealstage, ...dealWithoutStage } = deal
const stageGone: Exchange = { ask: upsert('deals', ours.deal, deal), tell: { status: 400, body: refusal('VALIDATION_ERROR', 'Property values were not valid: [{"isValid":false,"error":"INVALID_OPTION","name":"dealstage"}]') } }
const meeting = {
  ...owned,
  hs_timestamp: '2026-11-25T17:00:00.000Z', hs_meeting_title: 'Visita con Guadalupe', hs_meeting_body: 'Pregunta por su perro &#60;Canela&#62;<br>Llega con su hermana', hs_meeting_location: 'Calle Inventada 302', portero_home: 'roma-norte-302', portero_agent: 'lucia-becerril',
  hs_meeting_start_time: '2026-11-25T17:00:00.000Z', hs_meeting_end_time: '2026-11-25T17:30:00.000Z', hs_meeting_outcome: 'SCHEDULED',
}
const communication = {
  hs_communication_channel_type: 'WHATS_APP', hs_communication_logged_from: 'CRM', hs_timestamp: '2026-11-23T17:00:00.000Z',
  hs_communication_body: 'Guadalupe: ¿aceptan a mi perrita &#38; sus juguetes?<br>Portero: claro que sí',
}
const task = {
  ...owned,
  hs_timestamp: '2026-11-23T17:15:00.000Z', hs_task_subject: 'Guadalupe quiere hablar con alguien', hs_task_body: 'Pide el precio de la pensión de su hámster', hs_task_type: 'TODO', hs_task_priority: 'MEDIUM', hs_task_status: 'COMPLETED',
}
const note = { ...owned, hs_timestamp: '2026-11-23T17:20:00.000Z', hs_note_body: 'Su perrita se llama Canela;<br>pide el elevador &#60;grande&#62;' }
const ticket = { ...owned, subject: 'Guadalupe: tiene una queja', content: 'A cargo de Lucía Becerril. Está en la tarjeta.', hs_ticket_priority: 'HIGH', hs_pipeline: '0', hs_pipeline_stage: '1' }
const meetingArgs = {
  ours: ours.meeting, contact: '201', title: 'Visita con Guadalupe', body: 'Pregunta por su perro <Canela>\nLlega con su hermana', location: 'Calle Inventada 302', home: 'roma-norte-302', agent: 'lucia-becerril',
  startsAt: Date.UTC(2026, 10, 25, 17), endsAt: Date.UTC(2026, 10, 25, 17, 30), status: 'confirmed', owner: 'lucia@casa.example',
}
const { hubspot_owner_id: _owner, ...ofNobody } = meeting
const unowned = [{ ask: upsert('meetings', ours.meeting, ofNobody), tell: taken('401') }, associate('meetings', '401', 'contacts', '201'), associate('meetings', '401', 'deals', '301')]
const claim: Exchange['ask'] = { method: 'POST', path: pathOf('/crm/v3/objects/contacts/batch/update'), headers: { 'content-type': 'application/json' }, body: { inputs: [{ id: '202', properties: { portero_id: ours.contact } }] } }
const putContact = upsert('contacts', ours.contact, contact)

// An account that has all that we rely on, but for what is missing.
const look = (kind: Kind, missing: readonly string[] = []): Exchange => ({
  ask: { method: 'GET', path: pathOf(`/crm/v3/properties/${objects[kind]}`) },
  tell: {
    status: 200,
    body: {
      results: [{ name: idProperty, type: 'string', fieldType: 'text', options: {} }, ...rowsOf(kind).flatMap(({ properties }) => properties)]
        .filter(({ name }) => !missing.includes(name))
        .map(({ name, type, fieldType, options = {} }) => ({ name, label: name, type, fieldType, groupName: 'portero', hasUniqueValue: name === idProperty, options: Object.keys(options).map((value) => ({ value, label: value, displayOrder: 0, hidden: false })) })),
    },
  },
})
const notUnique = (): Exchange => {
  const { ask, tell } = look('contact')
  const { results } = z.object({ results: z.array(z.looseObject({ name: z.string() })) }).parse(typeof tell === 'string' ? {} : tell.body)
  return { ask, tell: { status: 200, body: { results: results.map((each) => (each.name === idProperty ? { ...each, hasUniqueValue: false } : each)) } } }
}
const stageIds = { new: '7120011', qualified: '7120012', visit_scheduled: '7120013', visit_done: '7120014', application: '7120015', won: '7120016', lost: '7120017' }
const pipelineWith = (ids: readonly string[]): Exchange => ({
  ask: { method: 'GET', path: pathOf('/crm/v3/pipelines/deals/7120001') },
  tell: { status: 200, body: { id: '7120001', label: 'Renta', displayOrder: 0, archived: false, ...times, stages: ids.map((id, displayOrder) => ({ id, label: `Etapa ${id}`, displayOrder, archived: false, metadata: {}, ...times })) } },
})
const pipeline = pipelineWith(Object.values(stageIds))
const deskWith = (stages: readonly [id: string, label: string, ticketState: string][]): Exchange => ({
  ask: { method: 'GET', path: pathOf('/crm/v3/pipelines/tickets') },
  tell: { status: 200, body: { results: [{ id: '0', label: 'Ayuda', displayOrder: 0, archived: false, ...times, stages: stages.map(([id, label, ticketState], displayOrder) => ({ id, label, displayOrder, archived: false, metadata: { ticketState, isClosed: String(ticketState === 'CLOSED') }, ...times })) }] } },
})
const desk = deskWith([['1', 'Nuevo', 'OPEN'], ['4', 'Cerrado', 'CLOSED']])
const ownerOf = (results: object[]): Exchange => ({ ask: { method: 'GET', path: pathOf('/crm/v3/owners/'), query: { email: 'lucia@casa.example', limit: '1' } }, tell: { status: 200, body: { results } } })
const owner = ownerOf([{ id: '80411', email: 'lucia@casa.example', type: 'PERSON', userId: 9411, archived: false, ...times }])
const groupIn = (type: string): Exchange => ({ ask: { method: 'POST', path: pathOf(`/crm/v3/properties/${type}/groups`), body: { name: 'portero', label: 'Portero' } }, tell: { status: 201, body: { name: 'portero', label: 'Portero', archived: false, displayOrder: 4 } } })
const idIn = (type: string): Exchange => ({
  ask: {
    method: 'POST', path: pathOf(`/crm/v3/properties/${type}/batch/create`),
    body: { inputs: [{ name: 'portero_id', label: 'Portero: id', type: 'string', fieldType: 'text', hasUniqueValue: true, formField: false, description: 'El identificador de Portero. No lo edites.', groupName: 'portero' }] },
  },
  tell: { status: 201, body: { status: 'COMPLETE', ...batch, results: [{ name: 'portero_id', label: 'Portero: id', type: 'string', fieldType: 'text', groupName: 'portero', hasUniqueValue: true }] } },
})
const lacksScopes: Tell = { status: 403, body: refusal('MISSING_SCOPES', 'This app has not been granted all required scopes.', { errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: ['crm.schemas.contacts.write'] } }] }) }
const unruled = (property: string): Tell => ({ status: 400, body: refusal('VALIDATION_ERROR', 'The property values provided are invalid', { errors: [{ code: 'MISSING_REQUIRED_PROPERTY', message: `A value for ${property} must be provided`, context: { propertyName: [property] } }] }) })
const ticketContacts: Exchange['ask'] = { method: 'GET', path: pathOf('/crm/v4/objects/tickets/901/associations/contacts'), query: { limit: '100' } }

const happened = (subscriptionType: string, more: object = {}): object => ({
  eventId: 3816279340, subscriptionId: 25, portalId: 4812345, appId: 31337, occurredAt: Date.UTC(2026, 10, 23, 17), subscriptionType, attemptNumber: 0,
  objectId: 201, objectTypeId: '0-1', changeSource: 'CRM_UI', sourceId: 'userId:9411', ...more,
})
const lost = (payload: { id: string; kind?: string; how: string; into?: string }, { event = '3816279340', object = payload.id } = {}): Delivery => ({
  id: `gone:25:${event}:${Date.UTC(2026, 10, 23, 17)}:${object}:${payload.id}`, flow: 'crm.changed', payload: { kind: 'contact', at: Date.UTC(2026, 10, 23, 17), ...payload },
})
const cut: Delivery = { id: `cut:deal:301:contact:201:${Date.UTC(2026, 10, 23, 17)}`, flow: 'crm.cut', lane: 'sync', payload: { kind: 'deal', id: '301', end: 'contact', other: '201' } }
const seen = (id: string, kind = 'contact'): Delivery => ({ id: `seen:${kind}:${id}:${Date.UTC(2026, 10, 23, 17)}`, flow: 'crm.seen', lane: 'sync', payload: { kind, id } })
// What is asked of a record, and what it says.
const askedOf = (kind: 'contact' | 'deal' | 'meeting'): string[] =>
  [...new Set([...rowsOf(kind).flatMap(({ properties }) => properties.map(({ name }) => name)), idProperty, kind === 'contact' ? 'lastmodifieddate' : 'hs_lastmodifieddate', 'hubspot_owner_id', ...(kind === 'contact' ? ['email', 'phone', 'mobilephone', 'hs_whatsapp_phone_number'] : [])])]
const shownContact = { id: '201', archived: false, ...times, properties: { hs_object_id: '201', portero_id: ours.contact, firstname: 'Guadalupe', lastname: 'de la Garza', phone: '044 55 1234 5678', mobilephone: null, email: 'lupe@casa.example', hs_language: 'es-mx', lastmodifieddate: '2026-11-23T17:00:01.000Z' } }
const contactRead = {
  kind: 'contact', id: '201', ours: ours.contact, changedAt: Date.UTC(2026, 10, 23, 17, 0, 1), fields: { phone: '044 55 1234 5678', name: 'Guadalupe de la Garza', language: 'es-MX' }, phones: ['044 55 1234 5678'], email: 'lupe@casa.example',
}
const json = { 'content-type': 'application/json' }
const readOne = (kind: 'contact' | 'meeting', id: string, tell: Tell): Exchange => ({ ask: { method: 'POST', reading: true, path: pathOf(`/crm/v3/objects/${objects[kind]}/batch/read`), headers: json, body: { inputs: [{ id }], properties: askedOf(kind), propertiesWithHistory: [] } }, tell })
const told = (results: object[]): Tell => ({ status: 200, body: { status: 'COMPLETE', ...batch, results } })
const isGone: Tell = { status: 207, body: { status: 'COMPLETE', ...batch, results: [], numErrors: 1, errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', message: 'Could not get some objects, they may be deleted or not exist.', context: { ids: ['401'] }, errors: [], links: {} }] } }
const phonesAsked = ['+525512345678', '525512345678', '+5215512345678', '5215512345678', '0445512345678', '0455512345678', '015512345678', '5512345678']
const searchFor = (kind: 'contact' | 'deal' | 'meeting', wanted: object, results: object[]): Exchange => ({
  ask: { method: 'POST', reading: true, path: pathOf(`/crm/v3/objects/${objects[kind]}/search`), headers: json, body: { limit: 100, after: '0', properties: askedOf(kind), ...wanted } },
  tell: { status: 200, body: { total: results.length, results } },
})
const byPhone = (results: object[]): Exchange => searchFor('contact', {
  sorts: ['hs_object_id'],
  filterGroups: [
    ...['phone', 'mobilephone'].map((propertyName) => ({ filters: [{ propertyName, operator: 'IN', values: phonesAsked }] })),
    ...['phone', 'mobile'].map((which) => ({ filters: [{ propertyName: `hs_searchable_calculated_${which}_number`, operator: 'EQ', value: '5512345678' }] })),
  ],
}, results)
// Many at a time, of every kind.
const keptOf = (kind: Kind): string[] => [...new Set([...rowsOf(kind).flatMap(({ properties }) => properties.map(({ name }) => name)), idProperty, ...(kind === 'contact' ? ['phone', 'mobilephone', 'hs_whatsapp_phone_number'] : [])])]
const keptContact = { kind: 'contact', id: '201', ours: ours.contact, fields: contactRead.fields, phones: contactRead.phones }
const shownTask = { id: '601', archived: false, ...times, properties: { hs_object_id: '601', portero_id: ours.task, ...task } }
const keptTask = { kind: 'task', id: '601', ours: ours.task, phones: [], fields: { title: 'Guadalupe quiere hablar con alguien', body: 'Pide el precio de la pensión de su hámster', dueAt: String(Date.UTC(2026, 10, 23, 17, 15)), isUrgent: 'false', isDone: 'true' } }
const readTasks = (tell: Tell, ids = ['601', '602'], properties = keptOf('task')): Exchange => ({ ask: { method: 'POST', reading: true, path: pathOf('/crm/v3/objects/tasks/batch/read'), headers: json, body: { inputs: ids.map((id) => ({ id })), properties, propertiesWithHistory: [] } }, tell })
const searchKept = (kind: Kind, filterGroups: object[], results: object[]): Exchange => ({
  ask: { method: 'POST', reading: true, path: pathOf(`/crm/v3/objects/${objects[kind]}/search`), headers: json, body: { limit: 100, after: '0', sorts: ['hs_object_id'], properties: keptOf(kind), filterGroups } },
  tell: { status: 200, body: { total: results.length, results } },
})
const afterId = (value: string): object => ({ propertyName: 'hs_object_id', operator: 'GT', value })
const hangs: Exchange['ask'] = { method: 'POST', reading: true, path: pathOf('/crm/v4/associations/meetings/contacts/batch/read'), headers: json, body: { inputs: [{ id: '401' }, { id: '402' }] } }
const from = Date.UTC(2026, 10, 23, 16, 55)
const changedSince = (kind: 'contact' | 'deal' | 'meeting', results: object[], since = from): Exchange => {
  const property = kind === 'contact' ? 'lastmodifieddate' : 'hs_lastmodifieddate'
  return searchFor(kind, { sorts: [property], filterGroups: [{ filters: [{ propertyName: property, operator: 'GTE', value: String(since) }] }] }, results)
}
const nothingNew = JSON.stringify({ from, newest: from + 300_000, told: [] })

export const contract: Contract<Settings> = {
  account: '4812345',
  settings: (secrets) => ({
    baseUrl: 'https://api.hubapi.com', apiKey: 'pat-na1-token-of-the-contract', portal: '4812345', pipeline: '7120001', currency: 'MXN', helpDesk: { pipeline: '0', open: '1', closed: '4' }, clientSecrets: [...secrets],
    stages: stageIds,
  }),
  failures,
  webhook: {
    account: {}, // the body says it
    sign: ({ method, url, body, now }, { clientSecrets: [secret = ''] }) => ({
      'x-hubspot-request-timestamp': String(now), 'x-hubspot-signature-v3': createHmac('sha256', secret).update(`${method}${url}`).update(body).update(String(now)).digest('base64'),
    }),
    samples: [
      { name: 'a contact that was deleted', body: [happened('object.deletion', { changeFlag: 'DELETED' })], deliveries: [lost({ id: '201', how: 'deleted' })] },
      { name: 'a deal that was deleted', body: [happened('object.deletion', { objectId: 301, objectTypeId: '0-3' })], deliveries: [lost({ id: '301', kind: 'deal', how: 'deleted' })] },
      { name: 'a contact whose person asked to be forgotten', body: [happened('contact.privacyDeletion', { objectTypeId: undefined })], deliveries: [lost({ id: '201', how: 'erased' })] },
      {
        name: 'contacts that were merged into one of them', body: [happened('object.merge', { objectId: 202, primaryObjectId: 202, mergedObjectIds: [201, 203], numberOfPropertiesMoved: 4 })],
        deliveries: [lost({ id: '201', how: 'merged', into: '202' }, { object: '202' }), lost({ id: '203', how: 'merged', into: '202' }, { object: '202' })],
      },
      {
        name: 'deals that were merged into a new one', body: [happened('deal.merge', { objectId: 309, objectTypeId: undefined, primaryObjectId: 302, mergedObjectIds: [301], newObjectId: 309 })],
        deliveries: [lost({ id: '301', kind: 'deal', how: 'merged', into: '309' }, { object: '309' }), lost({ id: '302', kind: 'deal', how: 'merged', into: '309' }, { object: '309' })],
      },
      {
        name: 'several at once, of the old kind and of the new', body: [happened('contact.deletion', { objectTypeId: undefined }), happened('object.deletion', { eventId: 7, objectId: '204' }), happened('object.deletion', { eventId: 7, objectId: '205', attemptNumber: 3 })],
        deliveries: [lost({ id: '201', how: 'deleted' }), lost({ id: '204', how: 'deleted' }, { event: '7' }), lost({ id: '205', how: 'deleted' }, { event: '7' })],
      },
      {
        name: 'new ones, changed ones and those that are there again', deliveries: [seen('201'), seen('301', 'deal'), seen('401', 'meeting')],
        body: [happened('object.creation'), happened('object.propertyChange', { objectId: 301, objectTypeId: '0-3', propertyName: 'dealstage', propertyValue: '7120012' }), happened('object.restore', { objectId: 401, objectTypeId: '0-47' })],
      },
      {
        name: 'what people took apart, told of from either end', deliveries: [cut],
        body: [
          happened('object.associationChange', { objectId: undefined, objectTypeId: '0-3', fromObjectId: 301, fromObjectTypeId: '0-3', toObjectId: 201, toObjectTypeId: '0-1', associationRemoved: true }),
          happened('contact.associationChange', { objectId: undefined, objectTypeId: undefined, fromObjectId: 201, toObjectId: 301, associationType: 'CONTACT_TO_DEAL', associationRemoved: true }),
        ],
      },
      { name: 'a meeting that was deleted', body: [happened('object.deletion', { objectId: 401, objectTypeId: '0-47' })], deliveries: [lost({ id: '401', kind: 'meeting', how: 'deleted' })] },
      {
        name: 'what hangs together now, and what no longer', deliveries: [seen('301', 'deal'), seen('201')],
        body: [
          happened('object.associationChange', { objectId: undefined, objectTypeId: '0-3', fromObjectId: 301, fromObjectTypeId: '0-3', toObjectId: 201, toObjectTypeId: '0-1', associationRemoved: false }),
          happened('contact.associationChange', { objectId: undefined, objectTypeId: undefined, fromObjectId: 201, toObjectId: 88, associationType: 'CONTACT_TO_COMPANY', associationRemoved: true }),
        ],
      },
      {
        name: 'what an import did, which the pull shows by the page; other kinds; what we did', deliveries: [],
        body: [
          happened('object.creation', { changeSource: 'IMPORT', sourceId: '71' }), happened('object.propertyChange', { changeSource: 'IMPORT', sourceId: '71', propertyName: 'phone', propertyValue: '+525512345678' }),
          happened('object.deletion', { objectTypeId: '0-2' }), happened('conversation.deletion', { objectTypeId: undefined }), happened('object.propertyChange', { changeSource: 'INTEGRATION', sourceId: '31337', propertyName: 'phone', propertyValue: '+525512345678' }),
          happened('object.associationChange', { objectId: undefined, fromObjectId: 201, fromObjectTypeId: '0-1', toObjectId: 301, toObjectTypeId: '0-3', changeSource: 'INTEGRATION', sourceId: '31337' }),
        ],
      },
      { name: 'what this app did itself', body: [happened('object.deletion', { changeSource: 'INTEGRATION', sourceId: '31337' })], deliveries: [] },
      { name: 'what another app did', body: [happened('object.deletion', { changeSource: 'INTEGRATION', sourceId: '99' })], deliveries: [lost({ id: '201', how: 'deleted' })] },
    ],
    malformed: [
      { name: 'no list', body: happened('object.deletion') },
      { name: 'no JSON', body: '[{"eventId":' },
      { name: 'an event without an object, among others', body: [happened('object.deletion', { objectId: undefined }), happened('object.deletion', { eventId: 7, objectId: 204 })], deliveries: [lost({ id: '204', how: 'deleted' }, { event: '7' })] },
      { name: 'a merge into nothing', body: [happened('object.merge', { mergedObjectIds: [201] })] },
      { name: 'an event of another account', body: [happened('object.deletion', { eventId: 7, objectId: 204 }), happened('object.deletion', { portalId: 4812346 })], deliveries: [lost({ id: '204', how: 'deleted' }, { event: '7' })] },
    ],
  },

  does: {
    'crm.put-contact': {
      args: {
        ours: ours.contact, phone: '+525512345678', whatsapp: 'MX.9183746550', name: 'Guadalupe de la Garza Íñiguez', language: 'es-MX', consent: 'granted', marketing: 'revoked', lifecycle: 'qualified', leadStatus: 'new',
        ...reported,
      },
      key: 'person:1:contact', result: { id: '201' },
      exchanges: [{ ask: putContact, tell: taken('201') }],
      more: [
        { name: 'was there before', result: { id: '201' }, exchanges: [{ ask: putContact, tell: taken('201', { isNew: false }) }] },
        { name: 'is taken with a 201', result: { id: '201' }, exchanges: [{ ask: putContact, tell: taken('201', { status: 201 }) }] },
        { name: 'is refused with a 207', code: 'invalid_input', uncertain: true, exchanges: [{ ask: putContact, tell: refused('VALIDATION_ERROR') }] },
        { name: 'fails with a 207', code: 'bad_response', uncertain: true, exchanges: [{ ask: putContact, tell: refused('INTERNAL_ERROR') }] },
        { name: 'is throttled, and nobody says for how long', code: 'throttled', exchanges: [{ ask: putContact, tell: { status: 429, body: tooMany('DAILY') } }] },
        { name: 'is away with a 500 in JSON', code: 'unavailable', uncertain: true, exchanges: [{ ask: putContact, tell: { status: 500, body: refusal('INTERNAL_ERROR', 'internal error') } }] },
        { name: 'needs a scope that the token lacks', code: 'disconnected', exchanges: [{ ask: putContact, tell: lacksScopes }] },
        {
          name: 'comes before its property', code: 'unavailable',
          exchanges: [{ ask: putContact, tell: { status: 400, body: refusal('VALIDATION_ERROR', 'Property values were not valid: [{"isValid":false,"message":"Property \\"portero_id\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"portero_id"}]') } }],
        },
        { name: 'holds a value that HubSpot refuses', code: 'invalid_input', exchanges: [{ ask: putContact, tell: { status: 400, body: refusal('VALIDATION_ERROR', 'Property values were not valid: [{"isValid":false,"error":"INVALID_OPTION","name":"hs_language"}]') } }] },
        {
          name: 'holds a choice that the account has made its own', result: { id: '201' },
          exchanges: [
            { ask: putContact, tell: { status: 400, body: refusal('VALIDATION_ERROR', 'Property values were not valid: [{"isValid":false,"error":"INVALID_OPTION","name":"hs_lead_status"}]') } },
            { ask: upsert('contacts', ours.contact, contactWithoutStatus), tell: taken('201') },
          ],
        },
      ],
    },
    'crm.put-deal': {
      args: {
        ours: ours.deal, contact: '201', title: 'Guadalupe · renta', stage: 'qualified', rentMxn: 18_500, owner: 'lucia@casa.example',
        facts: { budgetMxn: 20_000, bedrooms: 2, pets: false, moveIn: '2026-12-15', guarantee: 'policy', home: 'roma-norte-302' }, ...reported,
      },
      key: 'lead:1:deal', result: { id: '301' },
      exchanges: [owner, { ask: upsert('deals', ours.deal, deal), tell: taken('301') }, associate('deals', '301', 'contacts', '201')],
      more: [
        { name: 'is to stand in a stage that is gone, and stays where it is', result: { id: '301', stage: null }, exchanges: [owner, stageGone, { ask: upsert('deals', ours.deal, dealWithoutStage), tell: taken('301', { isNew: false }) }, associate('deals', '301', 'contacts', '201')] },
        {
          name: 'is to begin in a stage that is gone, and begins in the nearest', result: { id: '301', stage: 'new' },
          exchanges: [
            owner, stageGone, { ask: upsert('deals', ours.deal, dealWithoutStage), tell: { status: 400, body: refusal('VALIDATION_ERROR', 'Some required properties were not set.', { errors: [{ message: 'dealstage', code: 'REQUIRED_PROPERTIES_MISSING' }] }) } },
            pipelineWith(Object.values(stageIds).filter((id) => id !== stageIds.qualified)), { ask: upsert('deals', ours.deal, { ...deal, dealstage: stageIds.new }), tell: taken('301') }, associate('deals', '301', 'contacts', '201'),
          ],
        },
      ],
    },
    'crm.put-meeting': {
      args: { ...meetingArgs, deal: '301' }, key: 'tour:1:meeting', result: { id: '401' },
      exchanges: [owner, { ask: upsert('meetings', ours.meeting, meeting), tell: taken('401') }, associate('meetings', '401', 'contacts', '201'), associate('meetings', '401', 'deals', '301')],
      more: [
        { name: 'is of somebody whom HubSpot does not know', result: { id: '401' }, exchanges: [ownerOf([]), ...unowned] },
        { name: 'may not be told whose it is', result: { id: '401' }, exchanges: [{ ask: owner.ask, tell: lacksScopes }, ...unowned] },
      ],
    },
    'crm.put-task': {
      args: { ours: ours.task, contact: '201', deal: '301', title: 'Guadalupe quiere hablar con alguien', body: 'Pide el precio de la pensión de su hámster', dueAt: Date.UTC(2026, 10, 23, 17, 15), isUrgent: false, isDone: true, owner: 'lucia@casa.example' }, key: 'escalation:1:task', result: { id: '601' },
      exchanges: [owner, { ask: upsert('tasks', ours.task, task), tell: taken('601') }, associate('tasks', '601', 'contacts', '201'), associate('tasks', '601', 'deals', '301')],
    },
    'crm.put-note': {
      args: { ours: ours.note, contact: '201', deal: '301', body: 'Su perrita se llama Canela;\npide el elevador <grande>', at: Date.UTC(2026, 10, 23, 17, 20), owner: 'lucia@casa.example' }, key: 'note:1:note', result: { id: '701' },
      exchanges: [owner, { ask: upsert('notes', ours.note, note), tell: taken('701') }, associate('notes', '701', 'contacts', '201'), associate('notes', '701', 'deals', '301')],
    },
    'crm.put-ticket': {
      args: { ours: ours.ticket, contact: '201', deal: '301', title: 'Guadalupe: tiene una queja', body: 'A cargo de Lucía Becerril. Está en la tarjeta.', isUrgent: true, stage: 'open', owner: 'lucia@casa.example' }, key: 'escalation:1:ticket', result: { id: '901' },
      exchanges: [owner, { ask: upsert('tickets', ours.ticket, ticket), tell: taken('901') }, associate('tickets', '901', 'contacts', '201'), associate('tickets', '901', 'deals', '301')],
      more: [
        { name: 'breaks a rule of the account', code: 'invalid_input', exchanges: [owner, { ask: upsert('tickets', ours.ticket, ticket), tell: unruled('hs_ticket_category') }] },
        { name: 'is told of as one that is there, and is gone', code: 'unavailable', exchanges: [owner, { ask: upsert('tickets', ours.ticket, ticket), tell: unruled('hs_pipeline_stage') }] },
      ],
    },
    'crm.claim-record': {
      args: { kind: 'contact', id: '202', ours: ours.contact }, key: 'crm:claim:1', result: { id: '202' },
      exchanges: [{ ask: claim, tell: { status: 200, body: { status: 'COMPLETE', ...batch, results: [{ id: '202', archived: false, ...times, properties: { hs_object_id: '202' } }] } } }],
      more: [
        { name: 'is refused with a 207', code: 'invalid_input', uncertain: true, exchanges: [{ ask: claim, tell: refused('VALIDATION_ERROR') }] },
        {
          name: 'takes our id from another that carries it', result: { id: '202' },
          exchanges: [
            { ask: claim, tell: { status: 409, body: refusal('CONFLICT', 'portero_id already has that value on another contact. Existing ID: 203') } },
            { ask: { method: 'POST', path: pathOf('/crm/v3/objects/contacts/batch/read'), body: { inputs: [{ id: ours.contact }], idProperty: 'portero_id', properties: ['portero_id'], propertiesWithHistory: [] }, reading: true }, tell: { status: 200, body: { status: 'COMPLETE', ...batch, results: [{ id: '203', archived: false, ...times, properties: { hs_object_id: '203', portero_id: ours.contact } }] } } },
            { ask: { ...claim, body: { inputs: [{ id: '203', properties: { portero_id: '' } }] } }, tell: taken('203', { isNew: false }) },
            { ask: claim, tell: taken('202', { isNew: false }) },
          ],
        },
      ],
    },
    'crm.erase-record': { args: { kind: 'contact', id: '201' }, key: 'crm:erase:1', result: {}, exchanges: [{ ask: { method: 'POST', path: pathOf('/crm/v3/objects/contacts/gdpr-delete'), body: { objectId: '201' } }, tell: { status: 204 } }], but: { missing: { ...failures.missing, result: {} }, misshapen: { ...failures.misshapen, result: {} } } }, // nothing in the answer matters
    'crm.put-communication': {
      args: { ours: ours.communication, contact: '201', body: 'Guadalupe: ¿aceptan a mi perrita & sus juguetes?\nPortero: claro que sí', at: Date.UTC(2026, 10, 23, 17) }, key: 'conversation:1:communication', result: { id: '501' },
      exchanges: [{ ask: upsert('communications', ours.communication, communication), tell: taken('501') }, associate('communications', '501', 'contacts', '201')],
    },
  },

  reads: {
    'crm.records': {
      args: ['contact', ['201']], result: [contactRead], exchanges: [readOne('contact', '201', told([shownContact]))],
      more: [{ name: 'shows nothing and doesn\'t say why', code: 'bad_response', uncertain: true, exchanges: [readOne('contact', '201', told([]))] }],
    },
    'crm.contactsWith': {
      args: ['+525512345678'], result: [contactRead], exchanges: [byPhone([shownContact]), readOne('contact', '201', told([shownContact]))],
      more: [
        { name: 'finds nobody', result: [], exchanges: [byPhone([])] },
        { name: 'finds one that is gone by now', result: [], exchanges: [byPhone([shownContact]), readOne('contact', '201', isGone)] },
      ],
    },
    'crm.kept': {
      args: ['task', ['601', '602']],
      result: [keptTask],
      exchanges: [readTasks({ status: 207, body: { status: 'COMPLETE', ...batch, results: [shownTask], numErrors: 1, errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', message: 'Could not get some objects, they may be deleted or not exist.', context: { ids: ['602'] }, errors: [], links: {} }] } })],
      more: [
        { name: 'shows less and doesn\'t say why', code: 'bad_response', uncertain: true, exchanges: [readTasks(told([shownTask])), readTasks(told([]), ['602'])] },
        { name: 'shows two that were merged as one', result: [keptTask], exchanges: [readTasks(told([shownTask])), readTasks(told([shownTask]), ['602'])] },
      ],
    },
    'crm.hasHelpDesk': { args: [], result: true, exchanges: [] },
    'crm.carrying': { args: ['contact', '200'], result: { records: [keptContact] }, exchanges: [searchKept('contact', [{ filters: [{ propertyName: 'portero_id', operator: 'HAS_PROPERTY' }, afterId('200')] }], [shownContact])] },
    'crm.whole': { args: ['task', ['601']], result: [{ kind: 'task', id: '601', fields: { hs_task_body: 'Llámale por la tarde', casa_nota: 'prefiere la tarde' } }], exchanges: [{ ask: { method: 'GET', path: pathOf('/crm/v3/properties/tasks') }, tell: { status: 200, body: { results: ['hs_task_body', 'casa_nota', 'hs_empty'].map((name) => ({ name })) } } }, { ...readTasks(told([{ ...shownTask, properties: { hs_task_body: 'Llámale por la tarde', casa_nota: 'prefiere la tarde', hs_empty: null } }]), ['601'], ['hs_task_body', 'casa_nota', 'hs_empty']) }] },
    'crm.numbered': {
      args: [['+525512345678', '+14155550100']], result: { records: [keptContact] },
      exchanges: [searchKept('contact', ['phone', 'mobile'].map((which) => ({ filters: [{ propertyName: `hs_searchable_calculated_${which}_number`, operator: 'IN', values: ['5512345678', '14155550100'] }, afterId('0')] })), [shownContact])],
    },
    'crm.hungOn': {
      args: ['meeting', ['401', '402'], 'contact'], result: [{ id: '401', others: ['201', '202'] }],
      exchanges: [{ ask: hangs, tell: { status: 207, body: { status: 'COMPLETE', ...batch, results: [{ from: { id: '401' }, to: [201, '202'].map((toObjectId) => ({ toObjectId, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 200, label: null }] })) }], numErrors: 1, errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', message: 'No contact is associated with meeting 402.' }] } } }],
      more: [{ name: 'couldn\'t look at all of them', code: 'bad_response', uncertain: true, exchanges: [{ ask: hangs, tell: { status: 207, body: { status: 'COMPLETE', ...batch, results: [], numErrors: 1, errors: [{ status: 'error', category: 'INTERNAL_ERROR', message: 'internal error' }] } } }] }],
    },
    'crm.contactsOf': {
      args: ['901'], result: ['201', '202'],
      exchanges: [{ ask: ticketContacts, tell: { status: 200, body: { results: [201, '202'].map((toObjectId) => ({ toObjectId, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 16, label: null }] })) } } }],
      more: [
        { name: 'is about nobody', result: [], exchanges: [{ ask: ticketContacts, tell: { status: 200, body: { results: [] } } }] },
        { name: 'needs a scope that the token lacks', code: 'disconnected', exchanges: [{ ask: ticketContacts, tell: lacksScopes }] },
      ],
    },
  },

  pulls: {
    contacts: [
      { name: 'with nothing new', cursor: nothingNew, exchanges: [changedSince('contact', [])], deliveries: [], next: nothingNew },
    ],
    deals: [{ name: 'with nothing new', cursor: nothingNew, exchanges: [changedSince('deal', [])], deliveries: [], next: nothingNew }],
    meetings: [{ name: 'with nothing new', cursor: nothingNew, exchanges: [changedSince('meeting', [])], deliveries: [], next: nothingNew }],
    backfill: [{
      name: 'the last of all contacts', cursor: '1795453200000:200', exchanges: [searchFor('contact', { sorts: ['hs_object_id'], filterGroups: [{ filters: [{ propertyName: 'hs_object_id', operator: 'GT', value: '200' }] }] }, [shownContact])], next: null,
      deliveries: [{ id: 'backfill:1795453200000:200', flow: 'crm.listed', lane: 'bulk', serial: 'crm-listed:{connection}', payload: { connection: '{connection}', records: [contactRead], left: 0 } }],
    }],
  },

  watch: {
    expiresAt: null,
    exchanges: [look('contact', [idProperty]), look('deal'), look('meeting'), look('communication'), look('task'), look('note'), look('ticket'), groupIn('contacts'), idIn('contacts'), look('contact'), pipeline, desk],
    more: [
      { name: 'a token that may not look at properties', code: 'disconnected', exchanges: [{ ask: look('contact').ask, tell: lacksScopes }] },
      {
        name: 'an id that somebody made and that is not unique', code: 'conflict',
        exchanges: [notUnique(), look('deal'), look('meeting'), look('communication'), look('task'), look('note'), look('ticket'), pipeline, desk],
      },
      { name: 'a stage that is gone', code: 'conflict', exchanges: [look('contact'), look('deal'), look('meeting'), look('communication'), look('task'), look('note'), look('ticket'), pipelineWith(Object.values(stageIds).slice(1)), desk] },
      { name: 'a help desk whose tickets close in a stage where they are open', code: 'conflict', exchanges: [look('contact'), look('deal'), look('meeting'), look('communication'), look('task'), look('note'), look('ticket'), pipeline, deskWith([['1', 'Nuevo', 'OPEN'], ['4', 'En espera', 'OPEN']])] },
    ],
  },
}
