import { Router, urlencoded, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { makeHands, type Came } from '../actions/hands.ts'
import { isShowable } from '../domain/media.ts'
import { dueAfter } from '../domain/privacy.ts'
import { may, staffOf, type Scope } from '../domain/roles.ts'
import { replayDead } from '../spine/dead.ts'
import { sendFile } from '../spine/file-reply.ts'
import { assetDoors } from '../spine/page-assets.ts'
import { html, pagePolicy } from '../spine/page.ts'
import { countToReview } from '../store/crm-reviews-view.ts'
import { takenOf } from '../store/hands-view.ts'
import { keptMedia } from '../store/media.ts'
import { countMerges } from '../store/merges-view.ts'
import { countDue, countPartly } from '../store/privacy-desk-view.ts'
import { depths, stuck, waiting } from '../store/queue.ts'
import { hasManyLocks } from '../store/sign-in-tries.ts'
import { headings, transcript, type Place, type Transcript } from '../store/transcripts.ts'
import { troublesShown } from '../store/troubles.ts'
import { accessDoors } from './access.ts'
import { kitPage, type Tried } from './bird-kit-page.ts'
import { connectionsDoors } from './connections.ts'
import { consentsDoor, consentsOfPerson, consentsPanel } from './consents.ts'
import { conversationsList, conversationsPage, nameOf } from './conversations-page.ts'
import { consoleFault } from './failed.ts'
import { figuresDoors } from './figures.ts'
import { navFor, paths, placeOf, sendLive, sendPage, uuid, viewOf, type ConsoleNeeds, type Inside } from './frame.ts'
import { makeGate } from './gate.ts'
import { cameOf, handsDoor, handsPanel } from './hands.ts'
import { hubspotDoors } from './hubspot.ts'
import { peopleDoors } from './people.ts'
import { privacyDoors } from './privacy.ts'
import { confirmPage, queueBody, queuePage, type Queue } from './queue-page.ts'
import { signInDoors } from './sign-in.ts'
import { elsewhereDoors } from './sign-in-elsewhere.ts'
import { makeSignInPage } from './sign-in-page.ts'
import { transcriptBody, transcriptPage } from './transcript-page.ts'

// The operators' web pages. Everything that is shown of a conversation is in the audit, and every form carries its token.
const perPage = 50
type Serve = (request: Request, response: Response, inside: Inside) => Promise<void>

export const consoleDoors = (needs: ConsoleNeeds): Router => {
  const { db, clock, vault, audit, acting, see, log, tenant, wake, limits } = needs
  const door = Router()
  const gate = makeGate(needs)

  const forScope = (scope: Scope, serve: Serve): RequestHandler => async (request, response) => {
    const signedIn = await gate.whoIs(request)
    if (!signedIn && request.path.startsWith('/console/live')) return void response.status(401).end()
    if (!signedIn) return response.redirect(303, `${paths.signIn}?next=${encodeURIComponent(request.method === 'GET' ? request.path : paths.home)}`)
    limits.staff(signedIn.operator.id)
    if (!may(signedIn.operator.role, scope)) throw new AppError('refused', `a page for who has ${scope}`)
    if (request.method !== 'GET') gate.guards(request.body, signedIn.csrf)
    const toReview = request.path.startsWith('/console/live') ? 0 : await countToReview({ db, tenant }) // no live part shows the navigation
    const privacyDue = request.method === 'GET' && !request.path.startsWith('/console/live') && may(signedIn.operator.role, 'privacy:read') ? (await countDue({ db, tenant }, dueAfter(clock.now(), 2))) + (await countPartly({ db, tenant })) : 0
    const areLockedOut = request.method === 'GET' && !request.path.startsWith('/console/live') && may(signedIn.operator.role, 'access:write') && (await hasManyLocks(db.bare, tenant, clock.now()))
    await serve(request, response, { ...viewOf(request, clock), signedIn, toReview, privacyDue, areLockedOut, troubles: await troublesShown(db.bare, tenant, clock.now()), subject: staffOf(signedIn.operator) })
  }

  const listOf = async (request: Request, before?: Place) => {
    const isFiltered = request.query['waiting'] === '1'
    return { ...(await headings({ db, vault, tenant }, { before, most: perPage, unanswered: isFiltered })), before, isFiltered }
  }
  const listShown = ({ subject }: Inside, { headings }: { headings: readonly { id: string }[] }): Promise<void> =>
    audit.record(db.bare, { subject, what: 'read:conversations', object: tenant, after: { conversations: headings.map(({ id }) => id) } })
  const transcriptOf = async (id: string | undefined, before?: Place): Promise<Transcript> => {
    const found = await transcript({ db, vault, tenant }, uuid(id), before)
    if (!found) throw new AppError('not_found', 'no such conversation')
    return found
  }
  const transcriptShown = async ({ subject, signedIn }: Inside, { id, person }: Transcript): Promise<void> => {
    await audit.record(db.bare, { subject: { ...subject, person, conversation: id }, what: 'read:conversation', object: id })
    if (may(signedIn.operator.role, 'conversations:write')) await see({ ...subject, person, conversation: id }, id) // who can't answer hasn't seen it for those who can
  }
  const showTranscript = async (response: Response, inside: Inside, told: Transcript, { status = 200, before, came, text, consent }: { status?: number; before?: Place | undefined; came?: Came | undefined; text?: string | undefined; consent?: unknown }): Promise<void> => {
    await transcriptShown(inside, told)
    const taken = await takenOf({ db, tenant }, told.id, inside.subject.user)
    const panel = may(inside.signedIn.operator.role, 'conversations:write') ? handsPanel(told, { key: clock.bytes(12).toString('base64url'), taken, came, text }, inside) : undefined
    const consents = consentsPanel(told, await consentsOfPerson({ db, vault, tenant }, told.person), consent, inside)
    sendPage(response, status, inside, { title: nameOf(told, inside), nav: navFor(inside, 'conversations'), body: transcriptPage(told, { before, panel: html`${panel}${consents}`, merges: await countMerges({ db, tenant }, told.person) }, inside), wide: true })
  }
  const queueOf = async (): Promise<Queue> => ({ ...(await depths(db, tenant)), stuck: await stuck(db, tenant), waiting: await waiting(db, tenant) })

  door.use(assetDoors())
  door.use('/console', (_request, response, next) => {
    response.set({ 'content-security-policy': pagePolicy, 'cache-control': 'no-store' })
    next()
  })
  door.use('/console', urlencoded({ extended: false, limit: '16kb' }))
  const showSignIn = makeSignInPage(needs)
  signInDoors(door, needs, gate, showSignIn)
  if (needs.elsewhere) elsewhereDoors(door, needs.elsewhere, needs, gate, showSignIn)

  door.get(paths.home, forScope('conversations:read', async (request, response, inside) => {
    const list = await listOf(request, placeOf(request, 'before'))
    await listShown(inside, list)
    sendPage(response, 200, inside, { title: inside.words.conversations, nav: navFor(inside, 'conversations'), body: conversationsPage(list, inside) })
  }))
  door.get('/console/live/conversations', forScope('conversations:read', async (request, response, inside) => {
    const list = await listOf(request)
    await sendLive(request, response, conversationsList(list, inside), () => listShown(inside, list))
  }))

  door.get('/console/conversations/:id', forScope('conversations:read', async (request, response, inside) => {
    const before = placeOf(request, 'before')
    await showTranscript(response, inside, await transcriptOf(param(request), before), { before, came: cameOf(request.query['came'], inside), consent: request.query['consent'] })
  }))
  handsDoor({
    door, hands: makeHands({ db, clock, vault, acting }), forScope: (serve) => forScope('conversations:write', serve), told: transcriptOf,
    show: (response, inside, told, came, text) => showTranscript(response, inside, told, { status: 409, came, text }),
  })
  consentsDoor({ door, acting, forScope, told: transcriptOf })
  figuresDoors({ ...needs, door, forScope })
  peopleDoors({ ...needs, door, forScope })
  hubspotDoors({ ...needs, door, forScope })
  connectionsDoors({ ...needs, door, forScope })
  privacyDoors({ ...needs, door, forScope })
  accessDoors({ ...needs, door, forScope })
  door.get('/console/media/:id/:place', forScope('media:read', async (request, response, { subject }) => {
    const message = uuid(param(request))
    const place = z.coerce.number().int().min(0).max(100).safeParse(request.params['place']).data
    const media = place === undefined ? undefined : await keptMedia({ on: db.bare, vault, tenant }, { message, place })
    if (!media) throw new AppError('not_found', 'no such file')
    const { person, conversation, type, bytes } = media
    await audit.record(db.bare, { subject: { ...subject, person, conversation }, what: 'read:media', object: message, after: { place } })
    sendFile(request, response, { type, bytes, isShowable: isShowable(type) })
  }))
  door.get('/console/live/conversations/:id', forScope('conversations:read', async (request, response, inside) => {
    const told = await transcriptOf(param(request))
    await sendLive(request, response, transcriptBody(told, undefined, inside), () => transcriptShown(inside, told))
  }))

  door.get(paths.queue, forScope('queue:write', async (request, response, inside) => {
    const back = backs.safeParse(request.query['back']).data
    sendPage(response, 200, inside, { title: inside.words.queue, nav: navFor(inside, 'queue'), body: queuePage(await queueOf(), back, inside) })
  }))
  door.get('/console/live/queue', forScope('queue:write', async (request, response, inside) => sendLive(request, response, queueBody(await queueOf(), inside))))

  const replay = async ({ subject }: Inside, wanted: { id?: string; sure: boolean }): Promise<string> => {
    await audit.record(db.bare, { subject, what: 'replay:dead', object: wanted.id ?? tenant, after: { sure: wanted.sure } })
    const back = await replayDead({ db, clock }, wanted)
    wake()
    return `${paths.queue}?back=${back}`
  }
  door.post(paths.replayAll, forScope('queue:write', async (_request, response, inside) => response.redirect(303, await replay(inside, { sure: false }))))
  door.post('/console/queue/:id/replay', forScope('queue:write', async (request, response, inside) => {
    const id = uuid(param(request))
    const { sure } = sureness.parse(request.body)
    const [row] = await stuck(db, tenant, { id })
    if (!row) return response.redirect(303, `${paths.queue}?back=0`)
    if (row.uncertain && sure === undefined) return sendPage(response, 409, inside, { title: inside.words.confirmTitle, nav: navFor(inside, 'queue'), body: confirmPage(row, inside) })
    response.redirect(303, await replay(inside, { id, sure: sure === 'yes' }))
  }))

  const kit = async (response: Response, inside: Inside, tried?: Tried): Promise<void> => sendPage(response, 200, inside, { title: inside.words.kit, nav: navFor(inside, 'kit'), body: kitPage(needs, tried, inside) })
  door.get(paths.kit, forScope('kit:read', (_request, response, inside) => kit(response, inside)))
  door.post(paths.kit, forScope('kit:read', async (request, response, inside) => kit(response, inside, { scopes: (await needs.toolKeys.find(typed.parse(request.body).key.trim()))?.scopes })))

  door.use('/console', () => {
    throw new AppError('not_found', 'no such page')
  })
  door.use('/console', consoleFault({ clock, log }))
  return door
}

const typed = z.looseObject({ key: z.string().max(200).catch('') })
const sureness = z.looseObject({ sure: z.enum(['yes', 'no']).optional().catch(undefined) })
const backs = z.coerce.number().int().min(0).max(1_000_000)
const param = (request: Request): string | undefined => {
  const { id } = request.params
  return typeof id === 'string' ? id : undefined
}
