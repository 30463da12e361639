import { z } from 'zod'
import type { Answer } from '../simulator.ts'
import type { Chats } from './chats.ts'
import { ringsAt, type Body } from './wire.ts'

// What a prospect's phone does, by its number.
const media = z.strictObject({ kind: z.enum(['image', 'audio', 'video', 'file', 'location']), caption: z.string().optional() })
const writing = z.union([z.strictObject({ text: z.string().min(1) }), z.strictObject({ media }), z.strictObject({ reply: z.string().min(1) })])
export type Writing = z.infer<typeof writing> & { name?: string }
export type OnPhone = { id: string; from: 'me' | 'them'; text: string; at: number; status: string }
export type Phone = {
  write(number: string, what: Writing): { conversationId: string; messageId: string }
  messages(number: string): OnPhone[] // the oldest first
  read(number: string): void // whatever came
}
export type Dialled = { method: string; number: string; body: unknown }

export const makePhone = (chats: Chats): { phone: Phone; phoneDesk(asked: Dialled): Answer; conversationFor(number: string): string } => {
  const onPhone = (number: string) => chats.messages().filter(({ contact }) => ringsAt(contact.number) === ringsAt(number))

  const phone: Phone = {
    write(number, { name, ...what }) {
      const contact = chats.contactOf(number, name)
      if ('reply' in what) {
        const repliesTo = onPhone(number).findLast(({ by }) => by !== 'prospect')?.id
        return chats.hear(contact, { type: 'text', text: { text: what.reply, actions: [{ type: 'postback', postback: { text: what.reply, payload: what.reply } }] } }, repliesTo === undefined ? {} : { repliesTo })
      }
      return chats.hear(contact, 'text' in what ? { type: 'text', text: { text: what.text } } : bodyOf(what.media))
    },
    messages: (number) => onPhone(number).map(({ id, by, body, madeAt, status }) => ({ id, from: by === 'prospect' ? 'me' : 'them', text: body.type === 'text' ? body.text.text : `[${body.type}]`, at: madeAt, status })),
    read(number) {
      for (const message of onPhone(number)) if (message.by !== 'prospect' && message.status !== 'read') chats.read(message)
    },
  }

  return {
    phone,
    // GET and POST /_lab/phone/{number}/messages
    phoneDesk({ method, number, body }) {
      if (!/^\+?[\d\s().-]{10,24}$/.test(number)) return { status: 400, body: { error: 'that is no number' } }
      if (method === 'GET') return { status: 200, body: phone.messages(number) }
      if (method !== 'POST') return { status: 405, body: { error: 'GET what there is, or POST something new' } }
      const parsed = writing.safeParse(body)
      return parsed.success ? { status: 200, body: phone.write(number, parsed.data) } : { status: 400, body: { error: 'write { text }, { media: { kind, caption? } } or { reply }' } }
    },
    conversationFor: (number) => chats.meet(chats.contactOf(number)).id,
  }
}

const mediaUrl = 'https://media.api.bird.com/workspaces/lab/messages/m/media/f'
const contentTypes = { audio: 'audio/ogg; codecs=opus', video: 'video/mp4', file: 'application/pdf' } as const
const bodyOf = ({ kind, caption }: z.infer<typeof media>): Body => {
  const text = caption === undefined ? {} : { text: caption }
  if (kind === 'image') return { type: 'image', image: { ...text, images: [{ mediaUrl }] } }
  if (kind === 'location') return { type: 'location', location: { coordinates: { latitude: 19.4178, longitude: -99.1621 }, location: { label: caption ?? 'Roma Norte', address: 'Álvaro Obregón 151' } } }
  return { type: 'file', file: { ...text, files: [{ contentType: contentTypes[kind], mediaUrl }] } }
}
