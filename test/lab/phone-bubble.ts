import { z } from 'zod'
import { html, type Html } from '@portero/tool-server/spine/page.ts'
import { hour, type View } from './home-view.ts'

// One message on somebody's phone, with what can be seen, heard and pressed in it.
const choice = z.looseObject({ text: z.string(), payload: z.string().optional(), url: z.string().optional(), description: z.string().optional() })
export const line = z.looseObject({
  id: z.string(), from: z.enum(['me', 'them']), text: z.string(), at: z.union([z.number(), z.string()]), status: z.string().nullish(), caption: z.string().optional(), quotes: z.string().optional(), reaction: z.string().optional(),
  media: z.looseObject({ kind: z.enum(['image', 'audio', 'video', 'file']), url: z.string().optional(), name: z.string().optional() }).optional(),
  place: z.looseObject({ latitude: z.number(), longitude: z.number(), label: z.string() }).optional(),
  buttons: z.array(choice).optional(), list: z.looseObject({ label: z.string(), text: z.string().optional(), rows: z.array(choice) }).optional(),
  isSms: z.boolean().optional(), isEdited: z.boolean().optional(), isDeleted: z.boolean().optional(),
})
export type Line = z.infer<typeof line>

export const when = ({ at }: Line): number => (typeof at === 'number' ? at : Date.parse(at) || 0)
const marks: Record<string, string> = { accepted: '○', sent: '✓', delivered: '✓✓', read: '✓✓', failed: '!' }
export const bubble = (line: Line, view: View): Html => {
  const { words, language } = view
  const status = line.from === 'me' ? (line.status ?? 'sent') : undefined
  const told = Object.entries(words.status).find(([name]) => name === status)?.[1]
  return html`<article class="bubble${line.from === 'me' && ' out'}" data-id="${line.id}">${line.quotes && html`<blockquote>${line.quotes}</blockquote>`}${saidIn(line, view)}<span class="meta">${line.isSms && html`SMS · `}${line.isEdited && html`${words.edited} · `}${hour(when(line), language)}${status !== undefined && html` <span class="tick ${status}" title="${told ?? status}">${marks[status] ?? '✓'}</span>`}</span>${line.reaction && html`<span class="reaction" title="${words.reaction}">${line.reaction}</span>`}${choicesIn(line, view)}</article>`
}

const saidIn = (line: Line, { words }: View): Html => {
  const { media, place, list, isDeleted } = line
  if (isDeleted) return html`<p class="soft"><i>${words.deleted}</i></p>`
  const caption = line.caption !== undefined && html`<p>${line.caption}</p>`
  if (media) return html`${mediaPart(media, words)}${caption}`
  if (place) return html`<p>◉ <a href="https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}" target="_blank" rel="noreferrer">${place.label || `${place.latitude}, ${place.longitude}`}</a></p>`
  return html`<p>${linked(list?.text ?? line.caption ?? line.text)}</p>`
}
// An address in a text can be pressed, as on every phone.
const linked = (text: string): Html => html`${text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/).map((part, at) => (at % 2 === 1 ? html`<a href="${part}" target="_blank" rel="noreferrer">${part}</a>` : part))}`

// What lies in the lab is shown; what lies elsewhere is a link, since these pages load nothing from outside.
const mediaPart = ({ kind, url, name }: NonNullable<Line['media']>, words: View['words']): Html => {
  const label = name ?? words.media[kind]
  const own = url === undefined ? undefined : /^https?:\/\/[^/]+(\/bird\/_files\/.+)$/.exec(url)?.[1]
  if (own === undefined) return html`<p>↗ ${url !== undefined && /^https?:/.test(url) ? html`<a href="${url}" target="_blank" rel="noreferrer">${label}</a>` : label}</p>`
  if (kind === 'image') return html`<a href="${own}" target="_blank"><img src="${own}" alt="${label}"></a>`
  if (kind === 'audio') return html`<audio controls preload="metadata" src="${own}" aria-label="${label}"></audio>`
  if (kind === 'video') return html`<video controls preload="metadata" src="${own}" aria-label="${label}"></video>`
  return html`<p>↓ <a href="${own}" target="_blank">${label}</a></p>`
}

const choicesIn = ({ id, buttons = [], list }: Line, view: View): Html | undefined => {
  if (buttons.length > 0) return html`<div class="choices">${buttons.map((each, at) => pressable(id, each, `${id}-${at}`, view))}</div>`
  return list && html`<details class="choices" id="list-${id}"><summary>${list.label}</summary>${list.rows.map((each, at) => pressable(id, each, `${id}-${at}`, view))}</details>`
}
const pressable = (message: string, { text, payload, url, description }: z.infer<typeof choice>, key: string, { number }: View): Html =>
  payload === undefined
    ? html`<a class="button" href="${url !== undefined && /^https?:/.test(url) ? url : '#'}" target="_blank" rel="noreferrer">${text}</a>`
    : html`<button id="press-${key}" data-url="/_lab/phone/${encodeURIComponent(number)}/messages" data-method="POST" data-body="${JSON.stringify({ press: { message, payload } })}">${text}${description !== undefined && html`<small>${description}</small>`}</button>`
