import type { Request, Response } from 'express'
import { z } from 'zod'
import { AppError, connectionsWords } from '@portero/shared'
import { driftNow, linesNow } from '../store/connection-health.ts'
import { connectionsShown, type AccountShown } from '../store/connections-view.ts'
import { visitsUnasked } from '../store/overlaps.ts'
import { visitsRefused } from '../store/projections.ts'
import { troublesShown } from '../store/troubles.ts'
import { restingNow, vendorFigures } from '../store/vendor-figures.ts'
import { pastePage, triedPage, type Pasting } from './connection-forms.ts'
import type { PageShown } from './connection-signs.ts'
import { confirmDisconnect, connectionsBody, connectionsPage, plainCame, type Connectable, type ConnectionsCame } from './connections-page.ts'
import { navFor, paths, sendPage, uuid, type ConsoleNeeds, type DoorNeeds, type Inside } from './frame.ts'

// The doors of the page on the systems that we work with.
export const connectionsDoors = ({ door, forScope, liveFor, ...needs }: DoorNeeds): void => {
  const { connecting, trying, db: { bare }, tenant } = needs
  const connectable: Connectable = { ...connecting, ...trying }
  const shown = async ({ now }: Inside): Promise<PageShown> => {
    const found = await connectionsShown(needs)
    const [figures, resting, lines, troubles, drift, unasked, refused] = await Promise.all([vendorFigures(bare, tenant, now), restingNow(bare, tenant, now), linesNow(bare, tenant), troublesShown(bare, tenant, now), driftNow(needs), visitsUnasked(bare, tenant, now), visitsRefused(bare, tenant, now)])
    return { ...found, figures, resting, lines, silent: troubles.flatMap(({ connection, what }) => (connection !== undefined && what === 'silent' ? [connection] : [])), drift, unasked, refused }
  }
  const show = async (response: Response, inside: Inside, came: ConnectionsCame | undefined, status = 200): Promise<void> =>
    sendPage(response, status, inside, { title: connectionsWords[inside.language].title, nav: navFor(inside, 'connections'), body: connectionsPage(await shown(inside), connectable, came, inside), wide: true })
  const showForm = (response: Response, inside: Inside, pasting: Pasting): void =>
    sendPage(response, pasting.fault ? 400 : 200, inside, { title: connectionsWords[inside.language].pasteTitle, nav: navFor(inside, 'connections'), body: pastePage(pasting, trying.keyed, inside) })
  const accountOf = async (request: Request): Promise<AccountShown> => {
    const wanted = idOf(request)
    const found = (await connectionsShown(needs)).accounts.find((each) => each.id === wanted && connecting.calendars.includes(each.vendor))
    if (!found) throw new AppError('not_found', 'no such calendar')
    return found
  }

  door.get(paths.connections, forScope('connections:read', (request, response, inside) => show(response, inside, cameOf(request.query, connecting))))
  door.get(paths.live(paths.connections), liveFor('connections:read', async (_request, inside) => ({ body: connectionsBody(await shown(inside), connectable, inside) })))
  door.post(paths.testConnection(':id'), forScope('connections:write', async (request, response, inside) => {
    const id = idOf(request)
    try {
      const tried = await trying.test(inside.subject, id)
      sendPage(response, 200, inside, { title: connectionsWords[inside.language].tried(tried.vendor), nav: navFor(inside, 'connections'), body: triedPage(id, tried, inside) })
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'throttled') throw thrown
      await show(response, inside, 'tooOften', 429)
    }
  }))
  door.get(paths.pasteConnection, forScope('connections:write', async (request, response, inside) => showForm(response, inside, asked.parse(request.query))))
  door.post(paths.pasteConnection, forScope('connections:write', async (request, response, inside) => {
    const { vendor, account, settings } = pasted.parse(request.body)
    const told = fromJson(settings)
    if (told === undefined) return showForm(response, inside, { vendor, account, fault: { is: 'json' } })
    try {
      await trying.paste(inside.subject, { vendor, account, settings: told })
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'invalid_input') throw thrown
      return showForm(response, inside, { vendor, account, fault: { is: 'fit', places: thrown.message } })
    }
    response.redirect(303, `${paths.connections}?came=pasted`)
  }))
  door.get(paths.disconnect(':id'), forScope('connections:write', async (request, response, inside) => {
    const account = await accountOf(request)
    sendPage(response, 200, inside, { title: connectionsWords[inside.language].disconnect, nav: navFor(inside, 'connections'), body: confirmDisconnect(account, inside) })
  }))
  door.post(paths.disconnect(':id'), forScope('connections:write', async (request, response, inside) => {
    const { id, vendor } = await accountOf(request)
    const { endUrl } = await connecting.disconnect(inside.subject, id)
    response.redirect(303, `${paths.connections}?came=${endUrl === undefined ? 'done' : `kept&at=${vendor}`}`)
  }))
}

const cameOf = ({ came, at }: Request['query'], { calendars, reach }: ConsoleNeeds['connecting']): ConnectionsCame | undefined => {
  const vendor = calendars.find((each) => each === at)
  if (came === 'kept' && vendor !== undefined) return { kept: vendor, endUrl: reach(vendor).consent.endUrl }
  return plainCame(came)
}

const name = z.string().trim().max(200).catch('')
const asked = z.looseObject({ vendor: name, account: name })
const pasted = z.looseObject({ vendor: name, account: name, settings: z.string().catch('') })
// What was typed is nowhere in what is thrown: it holds keys.
const fromJson = (json: string): object | undefined => {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}
const idOf = ({ params: { id } }: Request): string => uuid(typeof id === 'string' ? id : undefined)
