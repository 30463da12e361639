import { stage as stageWord, type Stage } from './leads.ts'
import type { Kind } from './ports/crm-fields.ts'
import { stageAfter, tourChanges } from './tours.ts'

// Which actions set a field of ours, and to what: as their rows in the audit tell it. before: what the field said until then.
export type Said = { args: unknown; result: unknown }
type Rule = (said: Said, before: unknown) => unknown
type Rules = Readonly<Record<string, Rule>>

const part = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((whole, name) => (typeof whole === 'object' && whole !== null && Object.hasOwn(whole, name) ? Reflect.get(whole, name) : undefined), value)
const arg = (...path: string[]): Rule => ({ args }) => part(args, ...path)
const came = (...path: string[]): Rule => ({ result }) => part(result, ...path)
const whenNew = (value: unknown): Rule => ({ result }) => (part(result, 'isNew') === true ? value : undefined)
const first = (rule: Rule): Rule => (said, before) => (before === undefined ? rule(said, before) : undefined) // only fills what is empty
const claimed = (kind: string): Rule => ({ args }) => {
  const claims = part(args, 'claims')
  return Array.isArray(claims) ? part(claims.find((each: unknown) => part(each, 'kind') === kind), 'value') : undefined
}

const stageOf = (before: unknown): Stage => stageWord.safeParse(before).data ?? 'new'
const stage: Rules = {
  'update-lead': ({ result }) => (part(result, 'status') === 'changed' ? part(result, 'stage') : undefined),
  'adopt-deal': ({ args, result }) => (part(result, 'isPlaced') === true ? part(args, 'stage') : undefined),
  'follow-tour': ({ args }, before) => {
    const change = tourChanges.find((each) => each === part(args, 'change'))
    return change && stageAfter(stageOf(before), change, false)
  },
}
const fact = (name: string): Rules => ({ 'update-lead': ({ args, result }) => (part(result, 'status') === 'changed' ? part(args, 'facts', name) : undefined), 'adopt-deal': arg('texts', name) })
const placed: Rule = ({ args, result }) => {
  const status = part(result, 'status')
  return status === 'booked' || status === 'held' ? { ...(typeof args === 'object' && args), status: status === 'held' ? 'held' : 'confirmed', agent: part(result, 'agent') } : undefined
}
const visit = (field: string): Rules => ({
  ...Object.fromEntries(['book-tour', 'hold-tour'].map((action): [string, Rule] => [action, (said, before) => part(placed(said, before), field)])),
  ...Object.fromEntries(['confirm-hold', 'reschedule-tour', 'cancel-tour', 'mark-tour', 'reassign-tour'].map((action): [string, Rule] => [action, came('tour', field)])),
})
const call = (open: unknown, over: unknown): Rules => ({ escalate: whenNew(open), 'end-escalation': whenNew(over) })
const called = (rule: Rule): Rules => ({ escalate: (said, before) => (part(said.result, 'isNew') === true ? rule(said, before) : undefined) })
const visits: Rules = { 'follow-tour': arg('change') }
const spoken: Rules = { 'hear-message': arg('message'), 'note-said': arg('message') }
const names: Rules = { 'hear-message': first(arg('contact', 'name')), 'hold-tour': arg('name'), 'confirm-hold': arg('name'), 'adopt-contact': arg('name'), 'restore-person': arg('fields', 'name') }
const owner: Rules = { 'give-lead': arg('agent'), ...visit('agent') }
const consent = (purpose: string): Rules => Object.fromEntries(['change-consent', 'note-consent-by-hand'].map((action): [string, Rule] => [action, ({ args, result }) => (part(args, 'purpose') === purpose && part(result, 'isNew') === true ? part(args, 'status') : undefined)]))
const reported: Record<string, Rules> = {
  source: { 'hear-message': first(() => 'whatsapp'), 'link-contact': first(() => 'crm') }, firstReplyS: spoken, answeredBy: spoken,
  escalations: called(arg('reason')), escalationReason: called(arg('reason')), visitsBooked: visits, visitsDone: visits, visitsMissed: visits,
}

const rules: Record<Kind, Readonly<Record<string, Rules>>> = {
  contact: {
    name: names, phone: { 'hear-message': first(arg('contact', 'phone')), 'change-number': arg('contact', 'phone'), 'claim-identity': claimed('phone') },
    whatsapp: { 'hear-message': first(arg('contact', 'whatsapp')), 'change-number': arg('contact', 'whatsapp'), 'claim-identity': claimed('whatsapp') },
    language: { speak: arg('language'), 'adopt-contact': arg('language') },
    consent: { 'opt-out': whenNew('revoked'), 'opt-in': whenNew('granted'), 'note-unsubscribed': whenNew('revoked'), ...consent('messages') }, marketing: { 'opt-out': whenNew('revoked'), ...consent('marketing') },
    needsPerson: call(true, false), lifecycle: stage, leadStatus: { 'hear-message': first(() => 'new') }, owner: { 'give-lead': arg('agent') }, ...reported,
  },
  deal: {
    title: { ...names, ...visit('home'), ...fact('home') }, stage, rentMxn: { ...visit('home'), ...fact('home') }, owner, ...reported,
    ...Object.fromEntries(['budgetMxn', 'bedrooms', 'occupants', 'pets', 'moveIn', 'months', 'guarantee', 'home', 'incomeRange'].map((name) => [name, fact(name)])),
  },
  meeting: {
    title: visit('home'), body: { ...visit('agent'), ...names }, location: visit('home'), home: visit('home'), agent: visit('agent'), owner: visit('agent'),
    startsAt: visit('startsAt'), endsAt: visit('endsAt'), status: visit('status'),
  },
  communication: { body: spoken, at: { 'hear-message': first(arg('at')), 'note-said': first(arg('at')) } },
  task: { title: called(arg('reason')), body: called(arg('summary')), dueAt: called(arg('withinMs')), isUrgent: called(arg('reason')), isDone: call(false, true), owner: { ...called(came('owner')), 'take-over': came('owner') } },
  ticket: { title: called(arg('reason')), body: called(came('owner')), isUrgent: called(arg('reason')), stage: call('open', 'closed'), owner: { ...called(came('owner')), 'take-over': came('owner') } },
  note: { body: { 'write-note': came('text') }, at: { 'write-note': first(() => 'then') }, owner: { 'write-note': first(() => 'its author') } },
}

export const rulesFor = (kind: Kind, field: string): Rules | undefined => (Object.hasOwn(rules[kind], field) ? rules[kind][field] : undefined)
export const explained = (kind: Kind): string[] => Object.keys(rules[kind])

// Of a visit or a deal, that it is this one; what names none is about whichever there is.
export const isAbout = ({ kind, ours }: { kind: Kind; ours: string }, { args, result }: Said): boolean => {
  const named = (kind === 'deal' ? [part(args, 'lead')] : kind === 'meeting' ? [part(args, 'tour'), part(result, 'tour'), part(result, 'tour', 'id')] : []).filter((id) => typeof id === 'string')
  return named.length === 0 || named.includes(ours)
}
