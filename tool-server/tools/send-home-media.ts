import { z } from 'zod'
import { sayings } from '@portero/shared'
import { sendHomeMedia } from '../actions/send-home-media.ts'
import { mediaKinds, mediaOf } from '../domain/home-media.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'

const say = sayings['es-MX']
const kind = z.enum(mediaKinds)

export const sendHomeMediaTool = defineTool({
  name: 'send_home_media',
  description: 'Manda a la conversación las fotos, el video, el plano o la ubicación de una vivienda. Sólo se mandó si responde ok: true; no copies ligas en tu mensaje.',
  input: z.strictObject({
    home: z.string().describe('El valor home que devolvió find_homes.'),
    kind: kind.nullish().describe('photos (fotos), video, plan (plano) o location (ubicación). Sin él, lo primero que haya.'),
  }),
  output: reply(z.strictObject({ home: z.string(), kind: kind.nullish(), sent: z.int(), available: z.array(kind) })),
  callers: ['prospect'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['messages:write'], once: ({ home, kind }) => `${home} ${kind ?? ''}` },
  examples: [{ name: 'una vivienda que no existe', input: { home: 'luna-1', kind: 'photos' }, output: failed('not_found', say.noSuchHome) }],
}).runs(async ({ home: name, kind: wanted }, { reads, act }) => {
  const home = homeNamed(await reads.homes.catalogue(), name)
  if (!home) return failed('not_found', say.noSuchHome)
  if (!home.isOpen) return failed('not_available', say.homeClosed)
  const { slug, title } = home
  const media = mediaOf(home)
  const available = mediaKinds.filter((each) => media[each].length > 0)
  const shown = wanted ?? available[0]
  if (!shown || !available.includes(shown)) return { ...failed('nothing_there', say.noMedia(title)), data: { home: slug, sent: 0, available }, next: 'Ofrece lo que sí hay (available) o da los detalles con get_home.' }
  const { because } = await act(sendHomeMedia, { contents: media[shown] })
  if (because) return failed(because, say.notSaid[because])
  return { ok: true, say: say.mediaSent[shown](media[shown].length, title), data: { home: slug, kind: shown, sent: media[shown].length, available } }
})
