import { outcomes } from '../domain/shadow-compare.ts'
import { totalOf, type Value } from './value-page.ts'

// The same numbers for a spreadsheet: what, which of it, how many.
export const valueRows = ({ funnel, booked, reasons, speakers, costs, unpriced, days, shadow }: Value): string[][] => [
  ...funnel.map(({ step, count }) => ['funnel', step, String(count)]), ['visits', 'booked', String(booked)], ...reasons.map(({ reason, count }) => ['called', reason, String(count)]),
  ...speakers.flatMap(({ speaker, conversations, booked: theirs, called, replies, p50 }) => [
    ['conversations', speaker, String(conversations)], ['conversations booked', speaker, String(theirs)], ['conversations called', speaker, String(called)],
    ...(speaker === 'nobody' ? [] : [['replies', speaker, String(replies)], ['median reply s', speaker, p50 === undefined ? '' : String(p50 / 1_000)]]),
  ]),
  ...costs.map(({ kind, currency, micros }) => [`cost of ${kind}`, currency, String(micros / 1e6)]),
  ...[...Map.groupBy(costs, ({ currency }) => currency)].map(([currency, those]) => [currency, totalOf(those) / 1e6] as const).flatMap(([currency, total]) => [['cost', currency, String(total)], ['cost per booking', currency, booked === 0 ? '' : String(total / booked)]]),
  ['messages without a price', '', String(unpriced)], ...days.flatMap(({ day, ...each }) => [['conversations by day', day, String(each.conversations)], ['booked by day', day, String(each.booked)]]), ...(shadow === undefined ? [] : shadowRows(shadow)),
]

const shadowRows = ({ kinds, replies, commands }: NonNullable<Value['shadow']>): string[][] => [
  ...kinds.flatMap(({ kind, counts }) => outcomes.map((outcome) => [`shadow ${kind}`, outcome, String(counts[outcome])])),
  ...replies.map(({ outcome, count }) => ['shadow replies', outcome, String(count)]),
  ...replies.flatMap(({ outcome, ours, theirs }) => (outcome === 'both' && ours !== undefined && theirs !== undefined ? [['shadow median reply s', 'ours', String(ours / 1_000)], ['shadow median reply s', 'theirs', String(theirs / 1_000)]] : [])),
  ...commands.map(({ name, count }) => ['shadowed', name, String(count)]),
]
