import { z } from 'zod'

// What a message may say, and how much of it WhatsApp takes. Believed only, and nowhere seen: contact, reaction and system.
const most = { text: 4_096, interactive: 1_024, caption: 1_024, buttons: 3, button: 20, payload: 256, rows: 10, row: 24, rowPayload: 200, description: 72, menu: 20, filename: 100 }

const postback = (title: number, payload: number) => z.object({ type: z.literal('postback'), postback: z.object({ text: z.string().min(1).max(title), payload: z.string().min(1).max(payload) }) })
const web = z.url({ protocol: /^https?$/ })
const button = postback(most.button, most.payload)
const link = z.object({ type: z.literal('link'), link: z.object({ text: z.string().min(1).max(most.button), url: web }) })
const caption = z.string().max(most.caption).optional()
const distinct = (labels: readonly string[]): boolean => new Set(labels).size === labels.length

const text = z
  .object({ type: z.literal('text'), text: z.object({ text: z.string().min(1).max(most.text), actions: z.array(z.union([button, link])).max(most.buttons).optional() }) })
  .refine(({ text }) => !text.actions?.length || text.text.length <= most.interactive, { path: ['text', 'text'] })
  .refine(({ text }) => distinct((text.actions ?? []).map((each) => (each.type === 'link' ? each.link.text : each.postback.text))), { path: ['text', 'actions'] })
// A section, or a row that is its own section.
const item = z.object({ title: z.string().min(1).max(most.row), description: z.string().max(most.description).optional(), actions: z.array(postback(most.row, most.rowPayload)).min(1) })
const list = z
  .object({ type: z.literal('list'), list: z.object({ text: z.string().min(1).max(most.interactive), title: z.string().max(60).optional(), items: z.array(item).min(1).max(most.rows), metadata: z.object({ button: z.object({ label: z.string().min(1).max(most.menu) }) }) }) })
  .refine(({ list }) => list.items.flatMap(({ actions }) => actions).length <= most.rows, { path: ['list', 'items'] })
  .refine(({ list }) => distinct(list.items.flatMap(({ actions }) => actions.map(({ postback }) => postback.text))), { path: ['list', 'items'] })
const image = z.object({ type: z.literal('image'), image: z.object({ text: caption, images: z.tuple([z.object({ mediaUrl: web, altText: z.string().optional() })]) }) })
const file = z.object({ type: z.literal('file'), file: z.object({ text: caption, files: z.tuple([z.object({ contentType: z.string().min(3), mediaUrl: web, filename: z.string().max(most.filename).optional() })]) }) })
const location = z.object({
  type: z.literal('location'),
  location: z.object({ coordinates: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }), location: z.object({ label: z.string().optional(), address: z.string().optional() }).optional() }),
})

export const outgoing = z.discriminatedUnion('type', [text, list, image, file, location])
export const byText = z.object({ type: z.literal('text'), text: z.object({ text: z.string().min(1).max(1_600) }) }) // an SMS
export const templateWanted = z.object({
  projectId: z.string(), version: z.string().default('latest'), locale: z.string(),
  parameters: z.array(z.object({ type: z.string(), key: z.string(), value: z.string() })).default([]),
})
export type TemplateWanted = z.infer<typeof templateWanted>
export type Outgoing = z.infer<typeof outgoing>

type Card = { type: 'contact'; contact: { name: { displayName: string }; phoneNumbers: { value: string }[] } }
type Reaction = { type: 'reaction'; reaction: { emoji: string } } // '': taken back
type System = { type: 'system'; system: { type: 'user_changed_number'; text: string; identifierValue: string } }
export type Body = Outgoing | Card | Reaction | System
export type Action = z.infer<typeof button>
export type Link = z.infer<typeof link>

// What a phone would say of it in a line.
export const saidIn = (body: Body | undefined): string => {
  if (!body) return ''
  switch (body.type) {
    case 'text':
      return body.text.text
    case 'list':
      return body.list.text
    case 'reaction':
      return body.reaction.emoji
    case 'system':
      return body.system.text
    default:
      return `[${body.type}]`
  }
}
