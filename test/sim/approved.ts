import { z } from 'zod'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { webhookUrl } from '@portero/tool-server/spine/webhooks.ts'
import type { World } from './world.ts'

// An admin has run `portero bird apply`, and Meta has approved all templates: what is said after WhatsApp's day can leave.
const wireTemplates = z.array(z.object({ projectId: z.string() }))
export const approveTemplates = async ({ house, clock, lab, transport, publicBaseUrl }: World): Promise<void> => {
  const { db, connections, tenant } = house()
  const known = (await connections.all(db.bare)).find((each) => each.vendor === 'bird' && each.tenant === tenant)
  if (!known || !bird.setup) throw new Error('there is no Bird')
  const connection = { ...known, settings: bird.settings.parse(known.settings) }
  const http = makeHttp({ clock, log: makeLog({ level: 'silent', clock }), db, transport })
  const { signal } = new AbortController()
  const things = await bird.setup.look({ http: http.of(known, bird, { lane: 'live', signal, reading: false }), connection, now: clock.now(), signal, webhookUrl: webhookUrl(publicBaseUrl, known) })
  for (const thing of things) if ('ensure' in thing && thing.what.startsWith('template')) await thing.ensure()
  const { templates } = z.object({ templates: wireTemplates }).parse(lab.bird.state())
  for (const { projectId: project } of templates) lab.bird.decide({ project, status: 'approved' })
}
