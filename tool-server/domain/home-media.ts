import type { Home } from './homes.ts'
import type { Content } from './message-fit.ts'
import { pairBurst } from './send-gate.ts'

// What can be shown of a home in a conversation, as the messages that show it.
export const mediaKinds = ['photos', 'video', 'plan', 'location'] as const
export type MediaKind = (typeof mediaKinds)[number]
const most = pairBurst - 1 // so that the answer doesn't wait

export const mediaOf = ({ slug, title, media, building: { name, address, position, mapUrl } }: Home): Record<MediaKind, Content[]> => {
  const shown = (wanted: Home['media'][number]['kind']): Content[] =>
    media.filter(({ kind }) => kind === wanted).slice(0, most).map(({ url, caption = title }) => {
      if (/\.pdf$/i.test(new URL(url).pathname)) return { type: 'media', kind: 'file', url, caption, name: `${slug}.pdf` }
      return { type: 'media', kind: wanted === 'video' ? 'video' : 'image', url, caption }
    })
  const places: Content[] = position ? [{ type: 'location', ...position, label: name, address }] : mapUrl === undefined ? [] : [{ type: 'text', text: `${name}, ${address}\n${mapUrl}` }]
  return { photos: shown('photo'), video: shown('video'), plan: shown('plan'), location: places }
}
