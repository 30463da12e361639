import type { Request, Response } from 'express'
import { AppError, accessWords } from '@portero/shared'
import type { KeyShown } from '../spine/tool-keys.ts'
import { allowAgain, endOperator, operatorsShown, type OperatorShown } from '../store/operators.ts'
import { signOutEverywhere } from '../store/sign-ins.ts'
import { accessPage, cameOf, confirmPage, freshKeyPage, type AccessCame } from './access-page.ts'
import { navFor, paths, sendPage, uuid, type DoorNeeds, type Inside } from './frame.ts'

// The doors of the page on who comes in and what calls us.
export const accessDoors = ({ door, forScope, ...needs }: DoorNeeds): void => {
  const { db, clock, audit, tenant, toolKeys, elsewhere } = needs

  const show = async (response: Response, inside: Inside, status: number, came?: AccessCame): Promise<void> =>
    sendPage(response, status, inside, { title: accessWords[inside.language].title, nav: navFor(inside, 'access'), body: accessPage({ people: await operatorsShown(db.bare, tenant, clock.now()), keys: await toolKeys.all(tenant), isElsewhere: elsewhere !== undefined }, came, inside), wide: true })
  const done = async (response: Response, { subject }: Inside, what: string, object: string, came: AccessCame): Promise<void> => {
    await audit.record(db.bare, { subject, what: `access:${what}`, object })
    response.redirect(303, `${paths.access}?came=${came}`)
  }
  const personOf = async (request: Request): Promise<OperatorShown> => {
    const id = idOf(request)
    const found = (await operatorsShown(db.bare, tenant, clock.now())).find((each) => each.id === id)
    if (!found) throw new AppError('not_found', 'no such operator')
    return found
  }
  const keyOf = async (request: Request): Promise<KeyShown> => {
    const id = idOf(request)
    const found = (await toolKeys.all(tenant)).find((each) => each.id === id)
    if (!found) throw new AppError('not_found', 'no such key')
    return found
  }

  door.get(paths.access, forScope('access:write', (request, response, inside) => show(response, inside, 200, cameOf(request.query['came']))))

  door.post(paths.person(':id', 'out'), forScope('access:write', async (request, response, inside) => {
    const { id } = await personOf(request)
    await signOutEverywhere(db.bare, tenant, id)
    await done(response, inside, 'signed-out', id, 'out')
  }))
  door.get(paths.person(':id', 'end'), forScope('access:write', async (request, response, inside) => {
    const { id, name } = await personOf(request)
    sendPage(response, 200, inside, confirmPage({ ...accessWords[inside.language].confirm.person(name), action: paths.person(id, 'end') }, inside))
  }))
  door.post(paths.person(':id', 'end'), forScope('access:write', async (request, response, inside) => {
    const { id } = await personOf(request)
    if (id === inside.subject.user) return show(response, inside, 409, 'self')
    if (!(await isDone(endOperator({ db, clock }, { tenant, id })))) return show(response, inside, 409, 'lastAdmin')
    await done(response, inside, 'person-ended', id, 'ended')
  }))
  door.post(paths.person(':id', 'again'), forScope('access:write', async (request, response, inside) => {
    const { id } = await personOf(request)
    await allowAgain(db.bare, tenant, id)
    await done(response, inside, 'person-again', id, 'again')
  }))

  // Its answer is the only page that ever shows the key, so nothing is sent on.
  door.post(paths.key(':id', 'rotate'), forScope('access:write', async (request, response, inside) => {
    const { id, name, scopes } = await keyOf(request)
    const secret = await toolKeys.make({ tenant, name, scopes }).catch(unlessConflict)
    if (secret === undefined) return show(response, inside, 409, 'two')
    await audit.record(db.bare, { subject: inside.subject, what: 'access:key-made', object: id })
    sendPage(response, 200, inside, freshKeyPage(name, secret, inside))
  }))
  door.get(paths.key(':id', 'end'), forScope('access:write', async (request, response, inside) => {
    const { id, name } = await keyOf(request)
    sendPage(response, 200, inside, confirmPage({ ...accessWords[inside.language].confirm.key(name), action: paths.key(id, 'end') }, inside))
  }))
  door.post(paths.key(':id', 'end'), forScope('access:write', async (request, response, inside) => {
    const { id, name } = await keyOf(request)
    await toolKeys.end({ tenant, name, id })
    await done(response, inside, 'key-ended', id, 'keyEnded')
  }))
}

const idOf = ({ params: { id } }: Request): string => uuid(typeof id === 'string' ? id : undefined)
const unlessConflict = (thrown: unknown): undefined => {
  if (!(thrown instanceof AppError) || thrown.code !== 'conflict') throw thrown
}
const isDone = (work: Promise<void>): Promise<boolean> => work.then(() => true).catch((thrown: unknown) => unlessConflict(thrown) ?? false)
