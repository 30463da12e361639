import type { z } from 'zod'
import type { Field, Kind } from '../../domain/ports/crm-fields.ts'
import { stages, type putCommunication, type putContact, type putDeal, type putMeeting, type putNote, type putTask, type putTicket, type report } from '../../domain/ports/crm.ts'
import { body, choice, count, day, either, splitName, text, time, words, yes, type Codec } from './codecs.ts'
import type { Settings } from './settings.ts'

// The one table between our fields and HubSpot's properties. What is written, read, set up and documented follows from it; whose word holds is in domain/ports/crm-fields.ts.
export const version = 3 // of the table: one more whenever a value is written otherwise than before

export type Properties = Record<string, string>
// label: of a property that we make; HubSpot's own have theirs. isReport: made for managers' dashboards.
export type Property = { name: string; label?: string; isReport?: true } & Pick<Codec<unknown>, 'type' | 'fieldType' | 'options'>
export type Row<V> = { properties: readonly Property[]; write(value: V, settings: Settings): Properties; read(given: Properties, settings: Settings): V | undefined }

type Told = {
  contact: z.infer<typeof putContact.args>
  deal: z.infer<typeof putDeal.args> & z.infer<typeof putDeal.args>['facts']
  meeting: z.infer<typeof putMeeting.args>
  communication: z.infer<typeof putCommunication.args>
  task: z.infer<typeof putTask.args>
  note: z.infer<typeof putNote.args>
  ticket: z.infer<typeof putTicket.args>
}
export type Values<K extends Kind> = { [F in Field<K>]: F extends keyof Told[K] ? Exclude<Told[K][F], undefined> : never }
export type Table<V> = { readonly [F in keyof V]: Row<V[F]> }

const described = (name: string, { type, fieldType, options }: Pick<Codec<unknown>, 'type' | 'fieldType' | 'options'>): Property => ({ name, type, fieldType, ...(options && { options }) })
const over = <V>(property: Property, { write, read }: Codec<V>): Row<V> => ({ properties: [property], write: (value) => ({ [property.name]: write(value) }), read: ({ [property.name]: given = '' }) => read(given) })
const own = <V>(name: string, codec: Codec<V>): Row<V> => over(described(name, codec), codec)
const made = <V>(name: string, label: string, codec: Codec<V>): Row<V> => over({ ...described(name, codec), label }, codec)
const reported = <V>(name: string, label: string, codec: Codec<V>): Row<V> => over({ ...described(name, codec), label, isReport: true }, codec)

// Who at HubSpot: found by e-mail where it is written (client.ts), since only HubSpot knows its ids.
export const ownerProperty = 'hubspot_owner_id'
const owner: Row<string> = { properties: [described(ownerProperty, text)], write: () => ({}), read: () => undefined }

// On whom and on what managers report.
const reports: Pick<Table<Values<'contact'>>, keyof z.infer<typeof report>> = {
  source: reported('portero_source', 'Origen', words({ whatsapp: 'WhatsApp', crm: 'HubSpot' })),
  firstReplyS: reported('portero_first_reply_s', 'Primera respuesta (segundos)', count),
  answeredBy: reported('portero_answered_by', 'Quién contestó', words({ bot: 'El asistente', human: 'Una persona', both: 'Los dos' })),
  escalations: reported('portero_escalations', 'Veces que pidió a una persona', count),
  escalationReason: reported('portero_escalation_reason', 'Último motivo para pedir a una persona', words({ asked_for_person: 'Quiere hablar con alguien', complaint: 'Queja', payment: 'Pagos', contract: 'Contrato', emergency: 'Emergencia', not_understood: 'El asistente no le entendió', unanswered: 'Nadie le había contestado', privacy: 'Datos personales', other: 'Otro' })),
  visitsBooked: reported('portero_visits_booked', 'Visitas agendadas (sin las canceladas)', count),
  visitsDone: reported('portero_visits_done', 'Visitas hechas', count),
  visitsMissed: reported('portero_visits_missed', 'Visitas a las que no llegó', count),
}

const contact: Table<Values<'contact'>> = {
  phone: own('phone', text),
  whatsapp: made('portero_whatsapp', 'Portero: id de WhatsApp', text),
  name: {
    properties: [described('firstname', text), described('lastname', text)],
    write: (name) => splitName(name),
    read: ({ firstname = '', lastname = '' }) => text.read([firstname, lastname].map((part) => part.trim()).filter(Boolean).join(' ')),
  },
  language: own('hs_language', choice({ 'es-MX': 'es-mx', en: 'en' }, { 'es-mx': 'Español (México)', en: 'English' }, { es: 'es-MX', 'en-us': 'en', 'en-gb': 'en' })),
  consent: made('portero_consent', 'Acepta mensajes', words({ granted: 'Sí', revoked: 'Pidió no recibirlos (BAJA)' })),
  marketing: made('portero_marketing', 'Acepta promociones', words({ granted: 'Sí (PROMOS)', revoked: 'No' })),
  needsPerson: made('portero_escalation', 'Pide a una persona', yes),
  // HubSpot takes nobody back to an earlier stage unless it was cleared before, which we never do: https://knowledge.hubspot.com/records/use-lifecycle-stages
  lifecycle: own('lifecyclestage', choice({ lead: 'lead', qualified: 'salesqualifiedlead', opportunity: 'opportunity', customer: 'customer' }, { lead: 'Lead', salesqualifiedlead: 'Sales qualified lead', opportunity: 'Opportunity', customer: 'Customer' })),
  leadStatus: own('hs_lead_status', choice({ new: 'NEW' }, { NEW: 'New' })),
  ...reports,
}

const deal: Table<Values<'deal'>> = {
  title: own('dealname', text),
  stage: {
    properties: [described('pipeline', text), described('dealstage', text)],
    write: (stage, { pipeline, stages }) => ({ pipeline, dealstage: stages[stage] }),
    read: ({ pipeline, dealstage }, settings) => (pipeline === undefined || pipeline === settings.pipeline ? stageOf(dealstage, settings) : undefined),
  },
  rentMxn: {
    properties: [described('amount', count), described('deal_currency_code', text)],
    write: (rent, { currency = '' }) => ({ amount: count.write(rent), deal_currency_code: currency }),
    read: ({ amount = '' }) => count.read(amount),
  },
  owner,
  budgetMxn: made('portero_budget', 'Presupuesto de renta (MXN)', count),
  bedrooms: made('portero_bedrooms', 'Recámaras', count),
  occupants: made('portero_occupants', 'Personas que vivirán ahí', count),
  pets: made('portero_pets', 'Mascotas', yes),
  moveIn: made('portero_move_in', 'Fecha de mudanza', day),
  months: made('portero_months', 'Meses de contrato', count),
  guarantee: made('portero_guarantee', 'Garantía', words({ guarantor: 'Aval', policy: 'Póliza jurídica', deposit: 'Depósito', none: 'Ninguna' })),
  home: made('portero_home', 'Departamento de interés', text),
  ...reports,
}
const stageOf = (id: string | undefined, settings: Settings): Values<'deal'>['stage'] | undefined => stages.find((stage) => settings.stages[stage] === id)

const meeting: Table<Values<'meeting'>> = {
  title: own('hs_meeting_title', text),
  body: own('hs_meeting_body', body),
  location: own('hs_meeting_location', text),
  home: made('portero_home', 'Departamento que se visita', text),
  agent: made('portero_agent', 'Asesor que lo muestra', text),
  startsAt: {
    properties: [described('hs_timestamp', time), described('hs_meeting_start_time', time)], // the first: where it stands on the record's timeline
    write: (ms) => ({ hs_timestamp: time.write(ms), hs_meeting_start_time: time.write(ms) }),
    read: ({ hs_meeting_start_time: given = '' }) => time.read(given),
  },
  endsAt: own('hs_meeting_end_time', time),
  status: own('hs_meeting_outcome', choice<Values<'meeting'>['status']>(
    { confirmed: 'SCHEDULED', held: 'SCHEDULED', completed: 'COMPLETED', no_show: 'NO_SHOW', cancelled: 'CANCELED' },
    { SCHEDULED: 'Scheduled', COMPLETED: 'Completed', NO_SHOW: 'No show', CANCELED: 'Canceled' }, { RESCHEDULED: 'confirmed' },
  )),
  owner,
}

const communication: Table<Values<'communication'>> = {
  body: own('hs_communication_body', body),
  at: own('hs_timestamp', time),
}

const task: Table<Values<'task'>> = {
  title: own('hs_task_subject', text),
  body: own('hs_task_body', body),
  dueAt: own('hs_timestamp', time),
  isUrgent: own('hs_task_priority', either({ true: 'HIGH', false: 'MEDIUM' }, { HIGH: 'High', MEDIUM: 'Medium' })),
  isDone: own('hs_task_status', either({ true: 'COMPLETED', false: 'NOT_STARTED' }, { COMPLETED: 'Completed', NOT_STARTED: 'Not started' })),
  owner,
}

const note: Table<Values<'note'>> = {
  body: own('hs_note_body', body),
  at: own('hs_timestamp', time),
  owner,
}

const ticket: Table<Values<'ticket'>> = {
  title: own('subject', text),
  body: own('content', text),
  isUrgent: own('hs_ticket_priority', either({ true: 'HIGH', false: 'MEDIUM' }, { HIGH: 'High', MEDIUM: 'Medium' })),
  stage: {
    properties: [described('hs_pipeline', text), described('hs_pipeline_stage', text)],
    write: (stage, { helpDesk }) => ({ hs_pipeline: helpDesk?.pipeline ?? '', hs_pipeline_stage: helpDesk?.[stage] ?? '' }),
    read: ({ hs_pipeline_stage: given }, { helpDesk }) => ticketStages.find((stage) => given !== undefined && helpDesk?.[stage] === given),
  },
  owner,
}
export const ticketStages = ['open', 'closed'] as const

// What a record of the kind always says, besides its fields.
export const fixed: Record<Kind, Properties> = { contact: {}, deal: {}, meeting: {}, communication: { hs_communication_channel_type: 'WHATS_APP', hs_communication_logged_from: 'CRM' }, task: { hs_task_type: 'TODO' }, note: {}, ticket: {} }

export const tables = { contact, deal, meeting, communication, task, note, ticket } as const satisfies { [K in Kind]: Table<Values<K>> }
export const kinds: readonly Kind[] = ['contact', 'deal', 'meeting', 'communication', 'task', 'note', 'ticket']
export const kindsOf = ({ helpDesk }: Pick<Settings, 'helpDesk'>): readonly Kind[] => kinds.filter((kind) => kind !== 'ticket' || helpDesk !== undefined)
export const objects: Readonly<Record<Kind, string>> = { contact: 'contacts', deal: 'deals', meeting: 'meetings', communication: 'communications', task: 'tasks', note: 'notes', ticket: 'tickets' }
// Whose choices an account may have made its own: a record is not lost over them.
export const dispensable: readonly string[] = ['lifecyclestage', 'hs_lead_status', 'hs_ticket_priority']
export const idProperty = 'portero_id' // on each of them, unique

// '' clears a property: what we don't know is not written.
export const write = <V>(table: Table<V>, values: { readonly [F in keyof V]?: V[F] | undefined }, settings: Settings): Properties => {
  const written: Properties = {}
  for (const field in table) {
    const value: V[typeof field] | undefined = values[field]
    if (value !== undefined) Object.assign(written, table[field].write(value, settings))
  }
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== ''))
}
// What of our fields stands in these properties; others are not ours.
export const read = <V>(table: Table<V>, given: Properties, settings: Settings): Partial<V> => {
  const found: Partial<V> = {}
  for (const field in table) {
    const value = table[field].read(given, settings)
    if (value !== undefined) found[field] = value
  }
  return found
}
// All that is ours or that we rely on, by field.
export const rowsOf = (kind: Kind): { field: string; properties: readonly Property[] }[] => Object.entries(tables[kind]).map(([field, { properties }]) => ({ field, properties }))
export const fieldOf = (kind: Kind, property: string): string | undefined => rowsOf(kind).find(({ properties }) => properties.some(({ name }) => name === property))?.field
