import { z } from 'zod'
import { badge, empty, html, type Html, type Part } from '@portero/tool-server/spine/page.ts'
import { digitsOf, moment, pesos, type View } from './home-view.ts'

// What HubSpot itself holds of a record, as its own users see it in the left column, with the deal, the visit and the conversation that hang on it.
const id = z.union([z.string(), z.number()]).transform(String)
const ids = z.array(z.union([id, z.looseObject({ id }).transform((each) => each.id)])).catch([])
const thing = z.looseObject({ id, properties: z.record(z.string(), z.unknown()), updatedAt: z.union([z.string(), z.number()]).optional(), associations: z.looseObject({ contacts: ids, deals: ids }).catch({ contacts: [], deals: [] }) })
const things = z.array(thing).catch([])
export const hubspotState = z.looseObject({ contacts: things, deals: things, meetings: things, communications: things, tasks: things, tickets: things, notes: things })
type Thing = z.infer<typeof thing>
export type State = z.infer<typeof hubspotState>

export type RecordRef = { type: 'contact' | 'deal'; id: string }
export const refOf = (text = ''): RecordRef | undefined => {
  const [, type, number] = /^(contact|deal)\/(\d{1,20})$/.exec(text) ?? []
  return number !== undefined && (type === 'contact' || type === 'deal') ? { type, id: number } : undefined
}
export const recordIn = (state: State, { type, id: wanted }: RecordRef): Thing | undefined => (type === 'contact' ? state.contacts : state.deals).find(({ id: each }) => each === wanted)

export const contactOfPhone = ({ contacts }: State, number: string): RecordRef | undefined => {
  const isOfPhone = ({ properties }: Thing): boolean => Object.entries(properties).some(([name, value]) => /phone/.test(name) && digitsOf(plain(value)) === digitsOf(number))
  const found = contacts.toSorted((one, other) => changed(other) - changed(one)).find(isOfPhone)
  return found && { type: 'contact', id: found.id }
}

export const nameOf = (ref: RecordRef, { properties }: Thing, { words }: View): string =>
  (ref.type === 'deal' ? plain(properties['dealname']) : ['firstname', 'lastname'].map((name) => plain(properties[name])).filter(Boolean).join(' ') || plain(properties['phone'])) || words.nameless

// One record: who or what it is, then what hangs on it.
export const aboutRecord = (ref: RecordRef, state: State, view: View): Html => {
  const { words } = view
  const record = recordIn(state, ref)
  if (!record) return empty(words.noSuchRecord, words.noSuchRecordText)
  const isContact = ref.type === 'contact'
  const deals = isContact ? state.deals.filter(({ associations }) => associations.contacts.includes(record.id)) : []
  const contacts = isContact ? [] : state.contacts.filter(({ id: each }) => record.associations.contacts.includes(each))
  const around = (each: Thing): boolean => each.associations[isContact ? 'contacts' : 'deals'].includes(record.id) || deals.some((deal) => each.associations.deals.includes(deal.id))
  return html`<article class="record" data-record="${ref.type}/${record.id}"><header>${isContact ? contactHead(ref, record, state, view) : dealHead(record, view)}${rest(record, ref.type, told[ref.type], view)}</header>
${deals.map((deal) => dealPart(deal, view))}${contacts.map((contact) => contactPart(contact, view))}${state.meetings.filter(around).map((meeting) => meetingPart(meeting, view))}${state.tasks.filter(around).map((task) => taskPart(task, view))}${state.tickets.filter(around).map((ticket) => ticketPart(ticket, view))}${state.notes.filter(around).map((note) => notePart(note, view))}${state.communications.filter(around).map((each) => communicationPart(each, view))}</article>`
}
const told = { contact: ['firstname', 'lastname', 'phone', 'email'], deal: ['dealname', 'dealstage', 'amount'] }

const contactHead = (ref: RecordRef, contact: Thing, { deals }: State, view: View): Html => {
  const { properties } = contact
  const stages = deals.filter(({ associations }) => associations.contacts.includes(contact.id)).map((deal) => view.stageOf(plain(deal.properties['dealstage'])))
  const email = plain(properties['email'])
  return html`<div class="who"><span class="face" aria-hidden="true">${initialsOf(nameOf(ref, contact, view))}</span><div>${field(contact, 'name', linked(ref, contact, view))}${field(contact, 'stage', stages.map((stage) => badge(stage || '—', 'info')))}</div></div>
<dl class="facts"><dt>${view.words.property.phone}</dt><dd>${field(contact, 'phone', html`<span class="number">${plain(properties['phone']) || plain(properties['hs_whatsapp_phone_number']) || '—'}</span>`)}</dd>${email && html`<dt>${view.words.property.email}</dt><dd>${field(contact, 'email', email)}</dd>`}</dl>`
}
const initialsOf = (name: string): string => name.split(/\s+/).slice(0, 2).flatMap((word) => /^\p{L}/u.exec(word) ?? []).join('').toUpperCase() || '#'

const dealHead = (deal: Thing, view: View): Html => {
  const amount = amountOf(deal, view)
  return html`<div class="who"><span class="face" aria-hidden="true">$</span><div>${field(deal, 'name', linked({ type: 'deal', id: deal.id }, deal, view))}${stageOf(deal, view)}</div></div>
${amount && html`<dl class="facts"><dt>${view.words.property.amount}</dt><dd>${amount}</dd></dl>`}`
}
const stageOf = (deal: Thing, view: View): Html => field(deal, 'stage', badge(view.stageOf(plain(deal.properties['dealstage'])) || '—', 'info'))
const amountOf = (deal: Thing, { language }: View): Html | undefined => {
  const amount = Number(plain(deal.properties['amount']))
  return amount > 0 ? field(deal, 'amount', html`<span class="number">${pesos(amount, language)}</span>`) : undefined
}

const dealPart = (deal: Thing, view: View): Html =>
  part(view.words.deal, html`${field(deal, 'name', linked({ type: 'deal', id: deal.id }, deal, view))}<div class="line">${stageOf(deal, view)}${amountOf(deal, view)}</div>`)

const contactPart = (contact: Thing, view: View): Html => part(view.words.contact, html`${field(contact, 'name', linked({ type: 'contact', id: contact.id }, contact, view))}<span class="number soft">${plain(contact.properties['phone'])}</span>`)
const linked = (ref: RecordRef, thing: Thing, view: View): Html => html`<a href="/record/${ref.type}/${ref.id}?user=${view.person.id}"><b>${nameOf(ref, thing, view)}</b></a>`

const meetingPart = (meeting: Thing, view: View): Html => {
  const { properties } = meeting
  const start = plain(properties['hs_meeting_start_time'] ?? properties['hs_timestamp'])
  const ms = /^\d+$/.test(start) ? Number(start) : Date.parse(start)
  const outcome = plain(properties['hs_meeting_outcome'])
  return part(view.words.meeting, html`${field(meeting, 'title', html`<b>${plain(properties['hs_meeting_title'])}</b>`)}<div class="line">${field(meeting, 'time', Number.isFinite(ms) ? moment(ms, view.language) : start)}${outcome && field(meeting, 'outcome', badge(outcome, outcome === 'CANCELED' || outcome === 'NO_SHOW' ? 'warn' : 'good'))}</div>`)
}

const waits = (thing: Thing, isOver: boolean, { words }: View): Html => field(thing, 'state', badge(isOver ? words.settled : words.waits, isOver ? 'good' : 'warn'))
const taskPart = (task: Thing, view: View): Html => part(view.words.task, html`${field(task, 'title', html`<b>${plain(task.properties['hs_task_subject'])}</b>`)}<div class="line">${waits(task, task.properties['hs_task_status'] === 'COMPLETED', view)}</div>`)
const closedStage = '4' // of HubSpot's own pipeline of tickets
const ticketPart = (ticket: Thing, view: View): Html => part(view.words.ticket, html`${field(ticket, 'title', html`<b>${plain(ticket.properties['subject'])}</b>`)}<div class="line">${waits(ticket, plain(ticket.properties['hs_pipeline_stage']) === closedStage, view)}</div>`)
const notePart = (note: Thing, { words }: View): Html => part(words.note, html`${linesOf(plain(note.properties['hs_note_body'])).map((line, at) => field(note, `line-${at}`, line))}`)

const communicationPart = (communication: Thing, { words }: View): Html => part(words.communication, html`<details id="logged-${communication.id}"><summary>${words.logged}</summary><div class="scroll said" id="said-${communication.id}" tabindex="0"><div>${linesOf(plain(communication.properties['hs_communication_body'])).map((line, at) => field(communication, `line-${at}`, line))}</div></div></details>`)

const part = (label: string, body: Html): Html => html`<section><small>${label}</small>${body}</section>`
// Named, so that whatever changed can glow.
const field = (thing: Thing, name: string, value: Part): Html => html`<div data-id="${thing.id}/${name}">${value}</div>`
const rest = ({ id: number, properties }: Thing, kind: RecordRef['type'], shown: readonly string[], view: View): Html => {
  const { words } = view
  const others = Object.entries(properties).filter(([name, value]) => !shown.includes(name) && plain(value) !== '')
  const labels: Readonly<Record<string, string>> = words.property
  return html`<details id="${kind}-${number}"><summary>${words.about[kind]} · ${words.all} (${others.length})</summary><dl class="facts">${others.map(([name, value]) => html`<dt>${Object.hasOwn(labels, name) ? labels[name] : view.labelOf(kind, name)}</dt><dd data-id="${kind}-${number}/${name}">${plain(value)}</dd>`)}</dl></details>`
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : value ? JSON.stringify(value) : '')
const changed = ({ updatedAt }: Thing): number => (typeof updatedAt === 'number' ? updatedAt : Date.parse(updatedAt ?? '') || 0)
// HubSpot keeps these texts as HTML; here they are only text.
const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&nbsp;': ' ', '&amp;': '&' }
const linesOf = (text: string): string[] => text.replace(/<br\s*\/?>|<\/(p|div|li)>/gi, '\n').replace(/<[^>]*>/g, '').replace(/&(lt|gt|quot|nbsp|amp);/g, (entity) => entities[entity] ?? '').replace(/&#(\d{1,6});/g, (_all, code: string) => String.fromCodePoint(Number(code))).trim().split('\n')
