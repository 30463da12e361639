import type { Answer } from '../simulator.ts'
import type { Body } from './bodies.ts'
import type { Chats } from './chats.ts'
import { rowsIn, shownOnPhone, type OnPhone } from './phone-view.ts'
import { ringsAt, type Message } from './wire.ts'
import { fileBody, fileOf, metaOf, placeBody, writing, type Sent, type Writing } from './writing.ts'

// What a prospect's phone does, by its number.
type Written = { conversationId: string; messageId: string }
const nothingWritten: Written = { conversationId: '', messageId: '' }
export type Phone = {
  write(number: string, what: Writing & { name?: string }): Written
  messages(number: string): OnPhone[] // the oldest first
  read(number: string): void // whatever came
  lackWhatsapp(number: string, how: 'told' | 'refused' | 'no'): void
  hide(number: string, username: string | undefined): void // behind a username; undefined: shown again
  renumber(from: string, to: string): Written // a new number, and WhatsApp says so
}
export type Dialled = { method: string; number: string; body: unknown }

export const makePhone = (chats: Chats): { phone: Phone; phoneDesk(asked: Dialled): Answer; conversationFor(number: string): string } => {
  const { people, media } = chats
  // What was never sent, or is for our own people, doesn't arrive.
  const onPhone = (number: string): Message[] => chats.messages().filter(({ contact, by, failure, isDraft }) => ringsAt(contact.number) === ringsAt(number) && !isDraft && !(failure && by !== 'prospect'))
  const one = (number: string, id: string): Message => {
    const message = onPhone(number).find((each) => each.id === id)
    if (!message) throw new Error(`no message on that phone is ${id}`)
    return message
  }
  const sendFile = (number: string, sent: Sent): Written => {
    const contact = people.at(number)
    if (sent.kind === 'location') return chats.hear(contact, placeBody(sent))
    const file = fileOf(sent)
    const id = chats.newId()
    return chats.hear(contact, fileBody(sent, media.keep(file, id), file), { id, meta: metaOf(sent.kind) })
  }
  const pick = (number: string, text: string, payload: string, message: Message | undefined): Written =>
    chats.hear(people.at(number), { type: 'text', text: { text, actions: [{ type: 'postback', postback: { text, payload } }] } }, message && { repliesTo: { id: message.id, type: 'click' } })
  const press = (number: string, { message: id, payload }: { message: string; payload: string }): Written => {
    const message = one(number, id)
    const choice = choicesIn(message.body).find((each) => each.payload === payload)
    if (!choice) throw new Error(`nothing in ${id} stands for ${payload}`)
    return pick(number, choice.text, payload, message)
  }
  const own = (number: string, id: string): Message => {
    const message = one(number, id)
    if (message.by !== 'prospect') throw new Error('others wrote that')
    return message
  }
  const revised = (message: Message, body?: Body): Written => {
    chats.revise(message, body)
    return { conversationId: message.conversation ?? '', messageId: message.id }
  }

  const phone: Phone = {
    write(number, { name, ...what }) {
      const contact = people.at(number, name)
      if ('whatsapp' in what) {
        phone.lackWhatsapp(number, what.whatsapp ? 'no' : 'told')
        return nothingWritten
      }
      if ('text' in what && contact.lacksWhatsapp) return chats.hear(contact, { type: 'text', text: { text: what.text } }, { platform: 'sms' })
      if ('text' in what) return chats.hear(contact, { type: 'text', text: { text: what.text } }, what.replyTo === undefined ? {} : { repliesTo: { id: one(number, what.replyTo).id, type: 'message' } })
      if ('sms' in what) return chats.hear(contact, { type: 'text', text: { text: what.sms } }, { platform: 'sms' })
      if ('media' in what) return sendFile(number, what.media)
      if ('card' in what) return chats.hear(contact, { type: 'contact', contact: { name: { displayName: what.card.name }, phoneNumbers: [{ value: what.card.number }] } })
      if ('reply' in what) return pick(number, what.reply, what.reply, onPhone(number).findLast(({ by }) => by !== 'prospect'))
      if ('press' in what) return press(number, what.press)
      if ('react' in what) return chats.hear(contact, { type: 'reaction', reaction: { emoji: what.react.emoji } }, { repliesTo: { id: one(number, what.react.message).id, type: 'reaction' } })
      if ('edit' in what) return revised(own(number, what.edit.message), { type: 'text', text: { text: what.edit.text } })
      return revised(own(number, what.delete.message))
    },
    messages: (number) => shownOnPhone(onPhone(number), media.linkTo),
    read(number) {
      for (const message of onPhone(number)) if (message.by !== 'prospect' && message.platform === 'whatsapp' && message.status !== 'read') chats.read(message)
    },
    lackWhatsapp(number, how) {
      const contact = people.at(number)
      if (how === 'no') delete contact.lacksWhatsapp
      else contact.lacksWhatsapp = how
    },
    hide(number, username) {
      const contact = people.at(number)
      if (username === undefined) delete contact.username
      else contact.username = username
      contact.hides = username !== undefined
    },
    renumber(from, to) {
      const { old, fresh } = people.renumber(from, to)
      return chats.hear(old, { type: 'system', system: { type: 'user_changed_number', text: `User changed from ${old.number} to ${fresh.number}`, identifierValue: fresh.number } }, { meta: { whatsappnewbsuid: fresh.bsuid } })
    },
  }

  return {
    phone,
    // GET and POST /_lab/phone/{number}/messages
    phoneDesk({ method, number, body }) {
      if (!/^\+?[\d\s().-]{10,24}$/.test(number)) return { status: 400, body: { error: 'that is no number' } }
      if (method === 'GET') return { status: 200, headers: { 'x-whatsapp': people.all().some((each) => each.lacksWhatsapp && ringsAt(each.number) === ringsAt(number)) ? 'no' : 'yes', 'x-agent': chats.isQuiet() ? 'portero' : 'bird' }, body: phone.messages(number) }
      if (method !== 'POST') return { status: 405, body: { error: 'GET what there is, or POST something new' } }
      const parsed = writing.safeParse(body)
      return parsed.success ? { status: 200, body: phone.write(number, parsed.data) } : { status: 400, body: { error: 'write { text }, { media: { kind, caption? } }, { press: { message, payload } }, { reply }, …' } }
    },
    // As if they had written before.
    conversationFor(number) {
      const contact = people.at(number)
      const { id, madeAt } = chats.meet(contact)
      contact.heardAt ??= madeAt
      return id
    },
  }
}

const choicesIn = (body: Body | undefined): { text: string; payload: string }[] => {
  if (body?.type === 'list') return rowsIn(body)
  return body?.type === 'text' ? (body.text.actions ?? []).flatMap((each) => (each.type === 'postback' ? each.postback : [])) : []
}
