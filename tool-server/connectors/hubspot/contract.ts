import { createHmac } from 'node:crypto'
import type { Contract, Delivery, Exchange, Failures, Tell } from '../../define.ts'
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

const ours = { contact: '0199b1de-0000-7000-8000-00000000c001', deal: '0199b1de-0000-7000-8000-00000000d001', meeting: '0199b1de-0000-7000-8000-00000000e001', communication: '0199b1de-0000-7000-8000-00000000f001', task: '0199b1de-0000-7000-8000-00000000a001' }
const times = { createdAt: '2026-11-23T17:00:00.000Z', updatedAt: '2026-11-23T17:00:01.000Z' }
const batch = { startedAt: '2026-11-23T17:00:01.000Z', completedAt: '2026-11-23T17:00:01.020Z' }

const upsert = (type: string, id: string, properties: object): Exchange['ask'] => ({
  method: 'POST', path: `/crm/v3/objects/${type}/batch/upsert`, headers: { 'content-type': 'application/json' }, body: { inputs: [{ id, idProperty: 'portero_id', properties }] },
})
const taken = (id: string, { isNew = true, status = 200 } = {}): Tell => ({ status, body: { status: 'COMPLETE', ...batch, results: [{ id, new: isNew, archived: false, ...times, properties: { hs_object_id: id } }] } })
const refused = (category: string): Tell => ({ status: 207, body: { status: 'COMPLETE', ...batch, numErrors: 1, results: [], errors: [{ status: 'error', id: 'x', category, message: 'it was not done', errors: [], context: {}, links: {} }] } })
const associate = (type: string, id: string, to: string, toId: string): Exchange => ({
  ask: { method: 'PUT', path: `/crm/v4/objects/${type}/${id}/associations/default/${to}/${toId}` },
  tell: { status: 200, body: { status: 'COMPLETE', ...batch, results: [{ from: { id }, to: { id: toId }, associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 } }] } },
})

const contact = { phone: '+525512345678', firstname: 'Guadalupe', lastname: 'de la Garza Íñiguez', hs_language: 'es-mx' }
const deal = {
  dealname: 'Guadalupe · renta', pipeline: '7120001', dealstage: '7120012', amount: '18500', deal_currency_code: 'MXN',
  portero_budget: '20000', portero_bedrooms: '2', portero_pets: 'false', portero_move_in: '2026-12-15', portero_guarantee: 'policy', portero_home: 'roma-norte-302',
}
const meeting = {
  hs_timestamp: '2026-11-25T17:00:00.000Z', hs_meeting_title: 'Visita con Guadalupe', hs_meeting_body: 'Pregunta por su perro &#60;Canela&#62;<br>Llega con su hermana', hs_meeting_location: 'Calle Inventada 302',
  hs_meeting_start_time: '2026-11-25T17:00:00.000Z', hs_meeting_end_time: '2026-11-25T17:30:00.000Z', hs_meeting_outcome: 'SCHEDULED',
}
const communication = {
  hs_communication_channel_type: 'WHATS_APP', hs_communication_logged_from: 'CRM', hs_timestamp: '2026-11-23T17:00:00.000Z',
  hs_communication_body: 'Guadalupe: ¿aceptan a mi perrita &#38; sus juguetes?<br>Portero: claro que sí',
}
const task = {
  hs_timestamp: '2026-11-23T17:15:00.000Z', hs_task_subject: 'Guadalupe quiere hablar con alguien', hs_task_body: 'Pide el precio de la pensión de su hámster', hs_task_type: 'TODO', hs_task_priority: 'MEDIUM', hs_task_status: 'COMPLETED',
}
const meetingArgs = {
  ours: ours.meeting, contact: '201', title: 'Visita con Guadalupe', body: 'Pregunta por su perro <Canela>\nLlega con su hermana', location: 'Calle Inventada 302',
  startsAt: Date.UTC(2026, 10, 25, 17), endsAt: Date.UTC(2026, 10, 25, 17, 30), status: 'confirmed',
}
const claim: Exchange['ask'] = { method: 'POST', path: '/crm/v3/objects/contacts/batch/update', headers: { 'content-type': 'application/json' }, body: { inputs: [{ id: '202', properties: { portero_id: ours.contact } }] } }
const putContact = upsert('contacts', ours.contact, contact)

const look = (type: string, names: string[]): Exchange => ({
  ask: { method: 'GET', path: `/crm/v3/properties/${type}` },
  tell: { status: 200, body: { results: names.map((name) => ({ name, label: name, type: 'string', fieldType: 'text', groupName: 'portero', hasUniqueValue: name === 'portero_id', options: [] })) } },
})
const groupIn = (type: string): Exchange => ({ ask: { method: 'POST', path: `/crm/v3/properties/${type}/groups`, body: { name: 'portero', label: 'Portero' } }, tell: { status: 201, body: { name: 'portero', label: 'Portero', archived: false, displayOrder: 4 } } })
const idIn = (type: string): Exchange => ({
  ask: {
    method: 'POST', path: `/crm/v3/properties/${type}`,
    body: { name: 'portero_id', label: 'Portero: id', type: 'string', fieldType: 'text', hasUniqueValue: true, formField: false, description: 'El identificador de Portero. No lo edites.', groupName: 'portero' },
  },
  tell: { status: 201, body: { name: 'portero_id', label: 'Portero: id', type: 'string', fieldType: 'text', groupName: 'portero', hasUniqueValue: true } },
})
const facts = ['portero_id', 'portero_budget', 'portero_bedrooms', 'portero_occupants', 'portero_pets', 'portero_move_in', 'portero_months', 'portero_guarantee', 'portero_home']
const lacksScopes: Tell = { status: 403, body: refusal('MISSING_SCOPES', 'This app has not been granted all required scopes.', { errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: ['crm.schemas.contacts.write'] } }] }) }
const ticketContacts: Exchange['ask'] = { method: 'GET', path: '/crm/v4/objects/tickets/901/associations/contacts', query: { limit: '100' } }

const happened = (subscriptionType: string, more: object = {}): object => ({
  eventId: 3816279340, subscriptionId: 25, portalId: 4812345, appId: 31337, occurredAt: Date.UTC(2026, 10, 23, 17), subscriptionType, attemptNumber: 0,
  objectId: 201, objectTypeId: '0-1', changeSource: 'CRM_UI', sourceId: 'userId:9411', ...more,
})
const lost = (payload: { id: string; kind?: string; how: string; into?: string }, { event = '3816279340', object = payload.id } = {}): Delivery => ({
  id: `gone:25:${event}:${Date.UTC(2026, 10, 23, 17)}:${object}:${payload.id}`, flow: 'crm.changed', payload: { kind: 'contact', at: Date.UTC(2026, 10, 23, 17), ...payload },
})

export const contract: Contract<Settings> = {
  account: '4812345',
  settings: (secrets) => ({
    baseUrl: 'https://api.hubapi.com', apiKey: 'pat-na1-token-of-the-contract', portal: '4812345', pipeline: '7120001', currency: 'MXN', clientSecrets: [...secrets],
    stages: { new: '7120011', qualified: '7120012', visit_scheduled: '7120013', visit_done: '7120014', application: '7120015', won: '7120016', lost: '7120017' },
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
        name: 'what is of no use yet: new ones, changed ones, other kinds', deliveries: [],
        body: [happened('object.creation'), happened('object.propertyChange', { propertyName: 'phone', propertyValue: '+525512345678' }), happened('object.restore'), happened('object.deletion', { objectTypeId: '0-2' }), happened('conversation.deletion', { objectTypeId: undefined }), happened('object.associationChange', { objectId: undefined, fromObjectId: 201, toObjectId: 301 })],
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
      args: { ours: ours.contact, phone: '+525512345678', name: 'Guadalupe de la Garza Íñiguez', language: 'es-MX' }, key: 'person:1:contact', result: { id: '201' },
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
      ],
    },
    'crm.put-deal': {
      args: {
        ours: ours.deal, contact: '201', title: 'Guadalupe · renta', stage: 'qualified', rentMxn: 18_500,
        facts: { budgetMxn: 20_000, bedrooms: 2, pets: false, moveIn: '2026-12-15', guarantee: 'policy', home: 'roma-norte-302' },
      },
      key: 'lead:1:deal', result: { id: '301' },
      exchanges: [{ ask: upsert('deals', ours.deal, deal), tell: taken('301') }, associate('deals', '301', 'contacts', '201')],
    },
    'crm.put-meeting': {
      args: { ...meetingArgs, deal: '301' }, key: 'tour:1:meeting', result: { id: '401' },
      exchanges: [{ ask: upsert('meetings', ours.meeting, meeting), tell: taken('401') }, associate('meetings', '401', 'contacts', '201'), associate('meetings', '401', 'deals', '301')],
    },
    'crm.put-task': {
      args: { ours: ours.task, contact: '201', deal: '301', title: 'Guadalupe quiere hablar con alguien', body: 'Pide el precio de la pensión de su hámster', dueAt: Date.UTC(2026, 10, 23, 17, 15), isUrgent: false, isDone: true }, key: 'escalation:1:task', result: { id: '601' },
      exchanges: [{ ask: upsert('tasks', ours.task, task), tell: taken('601') }, associate('tasks', '601', 'contacts', '201'), associate('tasks', '601', 'deals', '301')],
    },
    'crm.claim-record': {
      args: { kind: 'contact', id: '202', ours: ours.contact }, key: 'crm:claim:1', result: { id: '202' },
      exchanges: [{ ask: claim, tell: { status: 200, body: { status: 'COMPLETE', ...batch, results: [{ id: '202', archived: false, ...times, properties: { hs_object_id: '202' } }] } } }],
      more: [{ name: 'is refused with a 207', code: 'invalid_input', uncertain: true, exchanges: [{ ask: claim, tell: refused('VALIDATION_ERROR') }] }],
    },
    'crm.put-communication': {
      args: { ours: ours.communication, contact: '201', body: 'Guadalupe: ¿aceptan a mi perrita & sus juguetes?\nPortero: claro que sí', at: Date.UTC(2026, 10, 23, 17) }, key: 'conversation:1:communication', result: { id: '501' },
      exchanges: [{ ask: upsert('communications', ours.communication, communication), tell: taken('501') }, associate('communications', '501', 'contacts', '201')],
    },
  },

  reads: {
    'crm.contactsOf': {
      args: ['901'], result: ['201', '202'],
      exchanges: [{ ask: ticketContacts, tell: { status: 200, body: { results: [201, '202'].map((toObjectId) => ({ toObjectId, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 16, label: null }] })) } } }],
      more: [
        { name: 'is about nobody', result: [], exchanges: [{ ask: ticketContacts, tell: { status: 200, body: { results: [] } } }] },
        { name: 'needs a scope that the token lacks', code: 'disconnected', exchanges: [{ ask: ticketContacts, tell: lacksScopes }] },
      ],
    },
  },

  watch: {
    expiresAt: null,
    exchanges: [look('contacts', ['email', 'phone', 'portero_escalation']), groupIn('contacts'), idIn('contacts'), look('deals', facts), look('meetings', ['portero_id']), look('communications', ['portero_id']), look('tasks', ['portero_id'])],
    more: [
      { name: 'a token that may not look at properties', code: 'disconnected', exchanges: [{ ask: look('contacts', []).ask, tell: lacksScopes }] },
      {
        name: 'an id that somebody made and that is not unique', code: 'conflict',
        exchanges: [{ ask: look('contacts', []).ask, tell: { status: 200, body: { results: [{ name: 'portero_id', hasUniqueValue: false }] } } }],
      },
    ],
  },
}
