import type { Request, RequestHandler, Response, Router } from 'express'
import { AppError, connectionsWords } from '@portero/shared'
import type { Scope } from '../domain/roles.ts'
import { connectionsShown, type AccountShown } from '../store/connections-view.ts'
import { visitsUnasked } from '../store/overlaps.ts'
import { visitsRefused } from '../store/projections.ts'
import { confirmDisconnect, connectionsBody, connectionsPage, type ConnectionsCame, type PageShown } from './connections-page.ts'
import { navFor, paths, sendLive, sendPage, uuid, type ConsoleNeeds, type Inside } from './frame.ts'

// The doors of the page on the accounts that we work with.
type Needs = ConsoleNeeds & { door: Router; forScope(scope: Scope, serve: (request: Request, response: Response, inside: Inside) => Promise<void>): RequestHandler }
export const connectionsDoors = ({ door, forScope, ...needs }: Needs): void => {
  const { connecting } = needs
  const shown = async ({ now }: Inside): Promise<PageShown> => ({ ...(await connectionsShown(needs)), unasked: await visitsUnasked(needs.db.bare, needs.tenant, now), refused: await visitsRefused(needs.db.bare, needs.tenant, now) })
  const accountOf = async ({ params: { id } }: Request): Promise<AccountShown> => {
    const wanted = uuid(typeof id === 'string' ? id : undefined)
    const found = (await connectionsShown(needs)).accounts.find((each) => each.id === wanted && connecting.calendars.includes(each.vendor))
    if (!found) throw new AppError('not_found', 'no such calendar')
    return found
  }

  door.get(paths.connections, forScope('connections:read', async (request, response, inside) => {
    const found = await shown(inside)
    sendPage(response, 200, inside, { title: connectionsWords[inside.language].title, nav: navFor(inside, 'connections'), body: connectionsPage(found, connecting, cameOf(request.query, connecting), inside), wide: true })
  }))
  door.get(paths.live(paths.connections), forScope('connections:read', async (request, response, inside) => sendLive(request, response, connectionsBody(await shown(inside), connecting, inside))))
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
  return came === 'done' || came === 'connected' ? came : undefined
}
