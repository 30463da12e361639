import { z } from 'zod'
import type { heard } from '../../domain/ports/messaging.ts'
import { fit } from './fit.ts'

// What a message says, of the kinds that Bird has: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/receiving-messages
type Body = z.infer<typeof heard>['body']

const words = z.string().nullish()
const pressed = z.object({ text: z.string() }) // a button
const wireText = z.object({ text: z.object({ text: words, actions: z.array(z.object({ postback: pressed.nullish() })).nullish() }) })
const wirePostback = z.object({ postback: pressed })
const wireList = z.object({ list: z.object({ text: words }) })
const wireImage = z.object({ image: z.object({ text: words, images: z.array(z.object({ altText: words })).min(1) }) })
const wireFile = z.object({ file: z.object({ text: words, files: z.array(z.object({ contentType: z.string() })).min(1) }) })
const wireLocation = z.object({
  location: z.object({ coordinates: z.object({ latitude: z.number(), longitude: z.number() }), location: z.object({ label: words, address: words }).nullish() }),
})

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
      return { kind: 'image', text: image.text || image.images[0]?.altText || '' }
    }
    case 'file': {
      const { file } = fit(wireFile, wire, 'file')
      return { kind: kindOf(file.files[0]?.contentType ?? ''), text: file.text ?? '' }
    }
    case 'location': {
      const { coordinates, location } = fit(wireLocation, wire, 'location').location
      const place = [location?.label, location?.address].filter(Boolean).join(', ')
      return { kind: 'location', text: place || `${coordinates.latitude}, ${coordinates.longitude}` }
    }
    default:
      return { kind: 'other', text: '' }
  }
}

// Voice notes, videos and stickers come as files too; only their type tells.
const kindOf = (contentType: string): Body['kind'] => {
  const family = contentType.split('/')[0]
  return family === 'audio' || family === 'video' || family === 'image' ? family : 'file'
}
