import type { Property } from './property.ts'
import { about, type Type } from './types.ts'

// HubSpot's own properties, as far as we, the cards and most accounts use them.
type Own = { type?: Property['type']; fieldType?: Property['fieldType']; options?: readonly string[]; unique?: true; readOnly?: true; required?: true }

const text: Own = {}
const long: Own = { fieldType: 'textarea' }
const number: Own = { type: 'number' }
const time: Own = { type: 'datetime' }
const due: Own = { ...time, required: true } // where it stands on the record's timeline
const phone: Own = { type: 'phone_number' }
const oneOf = (...options: string[]): Own => ({ options })

const own: Record<Type, Record<string, Own>> = {
  contacts: {
    email: { unique: true }, hs_additional_emails: { ...text, fieldType: 'checkbox', readOnly: true }, firstname: text, lastname: text, salutation: text, phone, mobilephone: phone, hs_whatsapp_phone_number: phone,
    hs_searchable_calculated_phone_number: { readOnly: true }, hs_searchable_calculated_mobile_number: { readOnly: true },
    company: text, jobtitle: text, website: text, address: text, city: text, state: text, zip: text, country: text, associatedcompanyid: number,
    hs_language: oneOf('en', 'en-us', 'es', 'es-mx', 'fr'), hs_timezone: text, hs_calculated_merged_vids: { readOnly: true },
    lifecyclestage: oneOf('subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist', 'other'),
    hs_lead_status: oneOf('NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'ATTEMPTED_TO_CONTACT', 'CONNECTED', 'BAD_TIMING'),
  },
  companies: { name: text, domain: text, phone, website: text, address: text, city: text, state: text, zip: text, country: text, industry: text, description: long, numberofemployees: number, annualrevenue: number, lifecyclestage: oneOf('subscriber', 'lead', 'opportunity', 'customer', 'other') },
  deals: {
    dealname: { required: true }, pipeline: { options: [], required: true }, dealstage: { options: [], required: true },
    amount: number, deal_currency_code: oneOf('MXN', 'USD'), closedate: time, description: long, dealtype: oneOf('newbusiness', 'existingbusiness'), hs_priority: oneOf('low', 'medium', 'high'), closed_lost_reason: long, closed_won_reason: long, hs_next_step: text,
  },
  tickets: {
    subject: text, content: long, hs_pipeline: { options: [] }, hs_pipeline_stage: { options: [], required: true },
    hs_ticket_priority: oneOf('LOW', 'MEDIUM', 'HIGH', 'URGENT'), hs_ticket_category: { options: ['PRODUCT_ISSUE', 'BILLING_ISSUE', 'FEATURE_REQUEST', 'GENERAL_INQUIRY'], fieldType: 'checkbox' }, source_type: oneOf('CHAT', 'EMAIL', 'FORM', 'PHONE'), hs_resolution: long,
  },
  meetings: {
    hs_timestamp: due, hs_meeting_title: text, hs_meeting_body: { fieldType: 'html' }, hs_internal_meeting_notes: { fieldType: 'html' }, hs_meeting_location: text, hs_meeting_external_url: text, hs_meeting_start_time: time, hs_meeting_end_time: time,
    hs_activity_type: text, hs_meeting_outcome: oneOf('SCHEDULED', 'COMPLETED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED'),
  },
  communications: {
    hs_communication_channel_type: { options: ['WHATS_APP', 'LINKEDIN_MESSAGE', 'SMS'], required: true }, hs_communication_logged_from: { options: ['CRM'], required: true },
    hs_timestamp: due, hs_communication_body: { fieldType: 'html' },
  },
  tasks: {
    hs_timestamp: due, hs_task_subject: text, hs_task_body: { fieldType: 'html' }, hs_task_type: oneOf('TODO', 'CALL', 'EMAIL'), hs_task_priority: oneOf('NONE', 'LOW', 'MEDIUM', 'HIGH'),
    hs_task_status: oneOf('NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'COMPLETED', 'DEFERRED'), hs_task_reminders: text,
  },
  notes: { hs_timestamp: due, hs_note_body: { fieldType: 'html' }, hs_attachment_ids: text },
  calls: {
    hs_timestamp: due, hs_call_title: text, hs_call_body: { fieldType: 'html' }, hs_call_direction: oneOf('INBOUND', 'OUTBOUND'), hs_call_duration: number, hs_call_from_number: text, hs_call_to_number: text,
    hs_call_disposition: text, hs_call_status: oneOf('BUSY', 'CALLING_CRM_USER', 'CANCELED', 'COMPLETED', 'CONNECTING', 'FAILED', 'IN_PROGRESS', 'NO_ANSWER', 'QUEUED', 'RINGING'),
  },
}
const everywhere = (type: Type): Record<string, Own> => ({
  hs_object_id: { type: 'number', readOnly: true }, [about[type].created]: { ...time, readOnly: true }, [about[type].updated]: { ...time, readOnly: true },
  hs_merged_object_ids: { fieldType: 'checkbox', readOnly: true }, hubspot_owner_id: text, hs_createdate: { ...time, readOnly: true },
})

const fieldTypes: Partial<Record<Property['type'], Property['fieldType']>> = { number: 'number', datetime: 'date', date: 'date', phone_number: 'phonenumber' }
export const defaultsOf = (on: Type): Property[] =>
  Object.entries({ ...everywhere(on), ...own[on] }).map(([name, { type, fieldType, options, unique = false, readOnly = false, required = false }]) => ({
    name, label: name, description: '', groupName: `${on}information`, hubspotDefined: true, formField: false, hidden: false, displayOrder: -1, readOnly, required, hasUniqueValue: unique, updatedAt: 0,
    type: type ?? (options ? 'enumeration' : 'string'),
    fieldType: fieldType ?? (options ? 'select' : (type && fieldTypes[type]) ?? 'text'),
    options: (options ?? []).map((value, displayOrder) => ({ value, label: value, displayOrder, hidden: false })),
  }))
