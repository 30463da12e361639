import { z } from 'zod'
import type { Body } from '../../domain/ports/messaging.ts'
import { fit } from './fit.ts'

// What a message says, of the kinds that Bird has: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/receiving-messages
const words = z.string().nullish()
const pressed = z.object({ text: z.string(), payload: words }) // a button, or a row
const wireText = z.object({ text: z.object({ text: words, actions: z.array(z.object({ postback: pressed.nullish() })).nullish() }) })
const wirePostback = z.object({ postback: pressed })
const wireList = z.object({ list: z.object({ text: words }) })
const wireImage = z.object({ image: z.object({ text: words, images: z.array(z.object({ mediaUrl: words, altText: words })).min(1) }) })
const wireFile = z.object({ file: z.object({ text: words, files: z.array(z.object({ contentType: z.string(), mediaUrl: words, filename: words })).min(1) }) })
const wireLocation = z.object({
  location: z.object({ coordinates: z.object({ latitude: z.number(), longitude: z.number() }), location: z.object({ label: words, address: words }).nullish() }),
})
const wireCard = z.object({ contact: z.object({ name: z.object({ displayName: words }).nullish(), phoneNumbers: z.array(z.object({ value: z.string() })).nullish() }) })
const wireReaction = z.object({ reaction: z.object({ emoji: z.string() }) })

export const bodyOf = (wire: { type: string }): Body => {
  switch (wire.type) {
    case 'text': {
      const { text } = fit(wireText, wire, 'text')
      return { kind: 'text', text: text.text || text.actions?.find(({ postback }) => postback)?.postback?.text || '' }
    }
    case 'postback':
      return { kind: 'text', text: fit(wirePostback, wire, 'button').postback.text }
    case 'list':
      return { kind: 'text', text: fit(wireList, wire, 'list').list.text ?? '' }
    case 'image': {
      const { image } = fit(wireImage, wire, 'image')
      return { kind: 'image', text: image.text || image.images[0]?.altText || '', ...mediaOf(image.images) }
    }
    case 'file': {
      const { file } = fit(wireFile, wire, 'file')
      return { kind: kindOf(file.files[0]?.contentType ?? ''), text: file.text ?? '', ...mediaOf(file.files) }
    }
    case 'location': {
      const { coordinates, location } = fit(wireLocation, wire, 'location').location
      const place = [location?.label, location?.address].filter(Boolean).join(', ')
      return { kind: 'location', text: place || `${coordinates.latitude}, ${coordinates.longitude}`, position: coordinates }
    }
    case 'contact': {
      const { name, phoneNumbers } = fit(wireCard, wire, 'contact card').contact
      return { kind: 'other', text: [name?.displayName, ...(phoneNumbers ?? []).map(({ value }) => value)].filter(Boolean).join(', ') }
    }
    case 'reaction':
      return { kind: 'other', text: emojiIn(wire) ?? '' }
    default:
      return { kind: 'other', text: '' }
  }
}

// Of what a prospect sends, a button is one that they pressed; of what is sent to them it is only offered.
export const heardBody = (wire: { type: string }): Body => {
  const pick = wire.type === 'text' ? fit(wireText, wire, 'text').text.actions?.find(({ postback }) => postback)?.postback?.payload : wire.type === 'postback' ? fit(wirePostback, wire, 'button').postback.payload : undefined
  return { ...bodyOf(wire), ...(pick && { pick }) }
}

// '': the one that was there is taken back.
export const emojiIn = (wire: { type: string }): string | undefined => (wire.type === 'reaction' ? fit(wireReaction, wire, 'reaction').reaction.emoji : undefined)

type WireMedia = { mediaUrl?: string | null | undefined; contentType?: string; filename?: string | null | undefined }
const mediaOf = (files: readonly WireMedia[]): Pick<Body, 'media'> => {
  const media = files.flatMap(({ mediaUrl, contentType, filename }) => (mediaUrl ? [{ url: mediaUrl, ...(contentType && { type: contentType }), ...(filename && { name: filename }) }] : []))
  return media.length > 0 ? { media } : {}
}

// Voice notes, videos and stickers come as files too; only their type tells.
const kindOf = (contentType: string): Body['kind'] => {
  const family = contentType.split('/')[0]
  return family === 'audio' || family === 'video' || family === 'image' ? family : 'file'
}
