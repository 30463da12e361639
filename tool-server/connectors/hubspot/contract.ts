import type { Contract, Exchange, Failures, Tell } from '../../define.ts'
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

const ours = { contact: '0199b1de-0000-7000-8000-00000000c001', deal: '0199b1de-0000-7000-8000-00000000d001', meeting: '0199b1de-0000-7000-8000-00000000e001', communication: '0199b1de-0000-7000-8000-00000000f001' }
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
const meetingArgs = {
  ours: ours.meeting, contact: '201', title: 'Visita con Guadalupe', body: 'Pregunta por su perro <Canela>\nLlega con su hermana', location: 'Calle Inventada 302',
  startsAt: Date.UTC(2026, 10, 25, 17), endsAt: Date.UTC(2026, 10, 25, 17, 30), status: 'confirmed',
}
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

export const contract: Contract<Settings> = {
  account: '4812345',
  settings: () => ({
    baseUrl: 'https://api.hubapi.com', apiKey: 'pat-na1-token-of-the-contract', portal: '4812345', pipeline: '7120001', currency: 'MXN', clientSecrets: ['client-secret-of-the-contract'],
    stages: { new: '7120011', qualified: '7120012', visit_scheduled: '7120013', visit_done: '7120014', application: '7120015', won: '7120016', lost: '7120017' },
  }),
  failures,

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
    'crm.put-communication': {
      args: { ours: ours.communication, contact: '201', body: 'Guadalupe: ¿aceptan a mi perrita & sus juguetes?\nPortero: claro que sí', at: Date.UTC(2026, 10, 23, 17) }, key: 'conversation:1:communication', result: { id: '501' },
      exchanges: [{ ask: upsert('communications', ours.communication, communication), tell: taken('501') }, associate('communications', '501', 'contacts', '201')],
    },
  },

  watch: {
    expiresAt: null,
    exchanges: [look('contacts', ['email', 'phone']), groupIn('contacts'), idIn('contacts'), look('deals', facts), look('meetings', ['portero_id']), look('communications', ['portero_id'])],
    more: [
      { name: 'a token that may not look at properties', code: 'disconnected', exchanges: [{ ask: look('contacts', []).ask, tell: lacksScopes }] },
      {
        name: 'an id that somebody made and that is not unique', code: 'conflict',
        exchanges: [{ ask: look('contacts', []).ask, tell: { status: 200, body: { results: [{ name: 'portero_id', hasUniqueValue: false }] } } }],
      },
    ],
  },
}
