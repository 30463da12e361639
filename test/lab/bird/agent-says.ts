import { createHash } from 'node:crypto'
import type { Outgoing } from './bodies.ts'

// How the stand-in agent puts what can be chosen: as a list where WhatsApp takes it, else numbered.
export type Choice = { key: string; title: string; description?: string }
const most = { rows: 10, title: 24, description: 72, payload: 200, text: 1_024 }

// Handles of ours are longer than what a row may carry.
export const shortOf = (handle: string): string => createHash('sha256').update(handle).digest('base64url').slice(0, 16)
// 'miércoles 25 nov, 11:00 h' is a letter too long.
export const titleOf = (label: string): string => (label.length > most.title ? label.replace(/ h$/, '') : label)

export const choosing = (text: string, button: string, choices: readonly Choice[]): string | Outgoing => {
  const fits = choices.length > 0 && choices.length <= most.rows && text.length <= most.text && new Set(choices.map(({ title }) => title)).size === choices.length &&
    choices.every(({ key, title, description = '' }) => title.length <= most.title && description.length <= most.description && key.length <= most.payload)
  if (!fits) return [text, ...choices.map(({ title, description }, at) => `${at + 1}. ${title}${description === undefined ? '' : `, ${description}`}`)].join('\n')
  const items = choices.map(({ key, title, description }) => ({ title, ...(description !== undefined && { description }), actions: [{ type: 'postback' as const, postback: { text: title, payload: key } }] }))
  return { type: 'list', list: { text, items, metadata: { button: { label: button } } } }
}
export const withButtons = (text: string, choices: readonly Choice[]): string | Outgoing =>
  text.length > most.text || choices.some(({ key }) => key.length > 256) ? text : { type: 'text', text: { text, actions: choices.map(({ key, title }) => ({ type: 'postback' as const, postback: { text: title, payload: key } })) } }
