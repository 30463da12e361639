import { z } from 'zod'
import { badge, empty, html, type Html, type Part } from '@portero/tool-server/spine/page.ts'
import { digitsOf, moment, pesos, type View } from './home-view.ts'

// What HubSpot holds, as its own users would see it: a contact, and around it the deal, the visit and the conversation.
const id = z.union([z.string(), z.number()]).transform(String)
const ids = z.array(z.union([id, z.looseObject({ id }).transform((each) => each.id)])).catch([])
const thing = z.looseObject({ id, properties: z.record(z.string(), z.unknown()), updatedAt: z.union([z.string(), z.number()]).optional(), associations: z.looseObject({ contacts: ids, deals: ids }).catch({ contacts: [], deals: [] }) })
const things = z.array(thing).catch([])
export const hubspotState = z.looseObject({ contacts: things, deals: things, meetings: things, communications: things })
type Thing = z.infer<typeof thing>
type State = z.infer<typeof hubspotState>

const mostContacts = 5

export const recordPane = (state: unknown, view: View): Html => {
  const { words, number } = view
  const parsed = hubspotState.safeParse(state)
  if (!parsed.success) return empty(words.noHubspot, words.noHubspotText)
  const { contacts } = parsed.data
  if (contacts.length === 0) return empty(words.noRecord, words.noRecordText)
  const isOfPhone = ({ properties }: Thing): boolean => Object.entries(properties).some(([name, value]) => /phone/.test(name) && digitsOf(plain(value)) === digitsOf(number))
  const sorted = contacts.toSorted((one, other) => Number(isOfPhone(other)) - Number(isOfPhone(one)) || changed(other) - changed(one)).slice(0, mostContacts)
  const firstOther = sorted.findIndex((contact) => !isOfPhone(contact))
  return html`<div class="records">${sorted.map((contact, at) => html`${at === firstOther && html`${at === 0 && empty(words.noRecord, words.noRecordText)}<h3>${words.others}</h3>`}${contactCard(contact, parsed.data, view)}`)}</div>`
}

const contactCard = (contact: Thing, state: State, view: View): Html => {
  const { words } = view
  const { properties } = contact
  const name = [properties['firstname'], properties['lastname']].map(plain).filter(Boolean).join(' ')
  const deals = state.deals.filter(({ associations }) => associations.contacts.includes(contact.id))
  const around = (each: Thing): boolean => each.associations.contacts.includes(contact.id) || deals.some((deal) => each.associations.deals.includes(deal.id))
  return html`<article class="record"><header><small>${words.contact}</small>${field(contact, 'name', html`<b>${name || words.nameless}</b>`)}
<div class="line">${field(contact, 'phone', html`<span class="number">${plain(properties['phone']) || plain(properties['hs_whatsapp_phone_number'])}</span>`)}${plain(properties['email']) && field(contact, 'email', plain(properties['email']))}</div>${rest(contact, 'contact', ['firstname', 'lastname', 'phone', 'email'], view)}</header>
${deals.map((deal) => dealPart(deal, view))}${state.meetings.filter(around).map((meeting) => meetingPart(meeting, view))}${state.communications.filter(around).map((each) => communicationPart(each, view))}</article>`
}

const dealPart = (deal: Thing, view: View): Html => {
  const { properties } = deal
  const amount = Number(plain(properties['amount']))
  return part(view.words.deal, html`${field(deal, 'name', html`<b>${plain(properties['dealname'])}</b>`)}<div class="line">${field(deal, 'stage', badge(view.stageOf(plain(properties['dealstage'])) || '—', 'info'))}${amount > 0 && field(deal, 'amount', html`<span class="number">${pesos(amount, view.language)}</span>`)}</div>${rest(deal, 'deal', ['dealname', 'dealstage', 'amount'], view)}`)
}

const meetingPart = (meeting: Thing, view: View): Html => {
  const { properties } = meeting
  const start = plain(properties['hs_meeting_start_time'] ?? properties['hs_timestamp'])
  const ms = /^\d+$/.test(start) ? Number(start) : Date.parse(start)
  return part(view.words.meeting, html`${field(meeting, 'title', html`<b>${plain(properties['hs_meeting_title'])}</b>`)}<div class="line">${field(meeting, 'time', Number.isFinite(ms) ? moment(ms, view.language) : start)}${plain(properties['hs_meeting_outcome']) && field(meeting, 'outcome', badge(plain(properties['hs_meeting_outcome']), 'good'))}</div>${rest(meeting, 'meeting', ['hs_meeting_title', 'hs_meeting_start_time', 'hs_meeting_outcome'], view)}`)
}

const communicationPart = (communication: Thing, { words }: View): Html => part(words.communication, html`<div class="scroll said" id="said-${communication.id}" tabindex="0"><div>${linesOf(plain(communication.properties['hs_communication_body'])).map((line, at) => field(communication, `line-${at}`, line))}</div></div>`)

const part = (label: string, body: Html): Html => html`<section><small>${label}</small>${body}</section>`
// Named, so that whatever changed can glow.
const field = (thing: Thing, name: string, value: Part): Html => html`<div data-id="${thing.id}/${name}">${value}</div>`
const rest = ({ id, properties }: Thing, kind: string, told: readonly string[], { words }: View): Html | undefined => {
  const others = Object.entries(properties).filter(([name, value]) => !told.includes(name) && plain(value) !== '')
  if (others.length === 0) return undefined
  return html`<details id="${kind}-${id}"><summary>${words.all} (${others.length})</summary><dl class="facts">${others.map(([name, value]) => html`<dt><code>${name}</code></dt><dd data-id="${kind}-${id}/${name}">${plain(value)}</dd>`)}</dl></details>`
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : value ? JSON.stringify(value) : '')
const changed = ({ updatedAt }: Thing): number => (typeof updatedAt === 'number' ? updatedAt : Date.parse(updatedAt ?? '') || 0)
// HubSpot keeps these texts as HTML; here they are only text.
const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&nbsp;': ' ', '&amp;': '&' }
const linesOf = (text: string): string[] => text.replace(/<br\s*\/?>|<\/(p|div|li)>/gi, '\n').replace(/<[^>]*>/g, '').replace(/&(lt|gt|quot|#39|nbsp|amp);/g, (entity) => entities[entity] ?? '').trim().split('\n')
