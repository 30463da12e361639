// Each field that Portero keeps at the CRM, and whose word holds there.
// portero: ours. What somebody writes there instead is reported, and we write it again when we next tell of it.
// latest: whoever changed it last; what people change there becomes ours.
// crm: people's. What they write there holds; ours is told only when ours changes, never to put an old value back.
export type Owner = 'portero' | 'latest' | 'crm'
const reported = { source: 'portero', firstReplyS: 'portero', answeredBy: 'portero', escalations: 'portero', escalationReason: 'portero', visitsBooked: 'portero', visitsDone: 'portero', visitsMissed: 'portero' } as const
export const crmFields = {
  contact: { phone: 'portero', whatsapp: 'portero', name: 'latest', language: 'latest', consent: 'portero', marketing: 'portero', needsPerson: 'portero', lifecycle: 'crm', leadStatus: 'crm', ...reported },
  deal: {
    title: 'portero', stage: 'crm', rentMxn: 'crm', owner: 'crm',
    budgetMxn: 'latest', bedrooms: 'latest', occupants: 'latest', pets: 'latest', moveIn: 'latest', months: 'latest', guarantee: 'latest', home: 'latest', ...reported,
  },
  meeting: { title: 'portero', body: 'portero', location: 'portero', home: 'portero', agent: 'portero', startsAt: 'latest', endsAt: 'latest', status: 'latest', owner: 'crm' },
  communication: { body: 'portero', at: 'portero' },
  task: { title: 'portero', body: 'portero', dueAt: 'portero', isUrgent: 'portero', isDone: 'portero', owner: 'crm' },
  note: { body: 'crm', at: 'portero', owner: 'crm' }, // whoever mends a word of it there has mended it
  // Whoever closes one at the help desk has closed it: that ends nothing here, since somebody waits until their conversation is given back; and it is not opened again.
  ticket: { title: 'portero', body: 'portero', isUrgent: 'crm', stage: 'crm', owner: 'crm' },
} as const satisfies Record<string, Record<string, Owner>>

export type Kind = keyof typeof crmFields
export type Field<K extends Kind> = keyof (typeof crmFields)[K] & string
// The fields of a kind whose word is people's.
export type Theirs<K extends Kind> = { [F in Field<K>]: (typeof crmFields)[K][F] extends 'crm' ? F : never }[Field<K>]

const owners: Record<Kind, Readonly<Record<string, Owner>>> = crmFields
export const ownerOf = (kind: Kind, field: string): Owner | undefined => (Object.hasOwn(owners[kind], field) ? owners[kind][field] : undefined)
const fieldsBy = (kind: Kind, owner: Owner): string[] => Object.entries(owners[kind]).flatMap(([field, by]) => (by === owner ? [field] : []))
export const theirFields: Readonly<Record<Kind, readonly string[]>> = { contact: fieldsBy('contact', 'crm'), deal: fieldsBy('deal', 'crm'), meeting: fieldsBy('meeting', 'crm'), communication: fieldsBy('communication', 'crm'), task: fieldsBy('task', 'crm'), note: fieldsBy('note', 'crm'), ticket: fieldsBy('ticket', 'crm') }
