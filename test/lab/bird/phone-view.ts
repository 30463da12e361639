import { saidIn, type Body } from './bodies.ts'
import type { Message } from './wire.ts'

// How a phone shows what was said. A reaction is no message of its own there, but a mark on another.
export type OnPhone = {
  id: string; from: 'me' | 'them'; text: string; at: number; status: string
  media?: { kind: 'image' | 'audio' | 'video' | 'file'; url: string | undefined; name?: string }
  caption?: string
  place?: { latitude: number; longitude: number; label: string }
  buttons?: { text: string; payload?: string; url?: string }[]
  list?: { text: string; label: string; rows: { text: string; payload: string; description?: string }[] }
  quotes?: string // what it answers
  reaction?: string
  isSms?: true; isEdited?: true; isDeleted?: true
}

export const shownOnPhone = (messages: readonly Message[], linkTo: (address: string) => string | undefined): OnPhone[] => {
  const reactions = new Map(messages.flatMap(({ body, repliesTo }): [string, string][] => (body?.type === 'reaction' && repliesTo ? [[repliesTo.id, body.reaction.emoji]] : [])))
  const byId = new Map(messages.map((each) => [each.id, each]))
  return messages.flatMap((message) => {
    const { id, by, body, madeAt, status, platform, isEdited, repliesTo, kept } = message
    if (body?.type === 'reaction') return []
    const quoted = repliesTo && byId.get(repliesTo.id)
    const reaction = reactions.get(id)
    return {
      id, from: by === 'prospect' ? 'me' as const : 'them' as const, text: textOf(body), at: madeAt, status: status.endsWith('_failed') ? 'failed' : body ? status : 'delivered', ...(by === 'prospect' && body?.type === 'text' ? {} : partsOf(body, (address) => linkTo(kept ?? address))),
      ...(quoted && { quotes: saidIn(quoted.body) }), ...(reaction && { reaction }), ...(platform === 'sms' && { isSms: true as const }), ...(body ? isEdited && { isEdited } : { isDeleted: true as const }),
    }
  })
}

// A list reads as its numbered rows where there is nothing to press.
const textOf = (body: Body | undefined): string =>
  body?.type === 'list' ? [body.list.text, ...rowsIn(body).map(({ text, description }, at) => `${at + 1}. ${text}${description === undefined ? '' : `, ${description}`}`)].join('\n') : saidIn(body)
export const rowsIn = ({ list }: Extract<Body, { type: 'list' }>): { text: string; payload: string; description?: string }[] =>
  list.items.flatMap(({ actions, description }) => actions.map(({ postback }) => ({ ...postback, ...(description !== undefined && { description }) })))

const partsOf = (body: Body | undefined, linkTo: (address: string) => string | undefined): Partial<OnPhone> => {
  switch (body?.type) {
    case 'text':
      return body.text.actions?.length ? { buttons: body.text.actions.map((each) => (each.type === 'link' ? each.link : each.postback)) } : {}
    case 'list':
      return { list: { text: body.list.text, label: body.list.metadata.button.label, rows: rowsIn(body) } }
    case 'image':
      return { media: { kind: 'image', url: addressFor(body.image.images[0].mediaUrl, linkTo) }, ...(body.image.text !== undefined && { caption: body.image.text }) }
    case 'file': {
      const [{ contentType, mediaUrl, filename }] = body.file.files
      return { media: { kind: kindOf(contentType), url: addressFor(mediaUrl, linkTo), ...(filename !== undefined && { name: filename }) }, ...(body.file.text !== undefined && { caption: body.file.text }) }
    }
    case 'location': {
      const { coordinates, location } = body.location
      return { place: { ...coordinates, label: [location?.label, location?.address].filter(Boolean).join(', ') } }
    }
    case 'contact':
      return { caption: `${body.contact.name.displayName} · ${body.contact.phoneNumbers.map(({ value }) => value).join(', ')}` }
    default:
      return {}
  }
}
const kindOf = (contentType: string): 'image' | 'audio' | 'video' | 'file' => {
  const family = contentType.split('/')[0]
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file'
}
// What the phone sent lies here; what was sent to it lies elsewhere, unless it was forgotten.
const addressFor = (address: string, linkTo: (address: string) => string | undefined): string | undefined => linkTo(address) ?? (/\/workspaces\/[^/]+\/messages\//.test(address) ? undefined : address)
