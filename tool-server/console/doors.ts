import { Router, urlencoded, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { makeHands, type Came } from '../actions/hands.ts'
import { isShowable } from '../domain/media.ts'
import { dueAfter } from '../domain/privacy.ts'
import { may, staffOf, type Scope } from '../domain/roles.ts'
import { sendFile } from '../spine/file-reply.ts'
import { makeLive } from '../spine/live.ts'
import { assetDoors } from '../spine/page-assets.ts'
import { html, pagePolicy } from '../spine/page.ts'
import { countToReview } from '../store/crm-reviews-view.ts'
import { takenOf } from '../store/hands-view.ts'
import { keptMedia } from '../store/media.ts'
import { countMerges } from '../store/merges-view.ts'
import { countDue, countPartly } from '../store/privacy-desk-view.ts'
import { hasManyLocks } from '../store/sign-in-tries.ts'
import { transcript, type Place, type Transcript } from '../store/transcripts.ts'
import { troublesShown } from '../store/troubles.ts'
import { accessDoors } from './access.ts'
import { kitPage, type Tried } from './bird-kit-page.ts'
import { catalogueDoors } from './catalogue.ts'
import { connectionsDoors } from './connections.ts'
import { consentsDoor, consentsOfPerson, consentsPanel } from './consents.ts'
import { nameOf } from './conversations-page.ts'
import { conversationsDoors } from './conversations.ts'
import { consoleFault } from './failed.ts'
import { figuresDoors } from './figures.ts'
import { navFor, paths, placeOf, sendPage, uuid, viewOf, type ConsoleNeeds, type Inside, type LiveFor } from './frame.ts'
import { makeGate } from './gate.ts'
import { cameOf, handsDoor, handsPanel } from './hands.ts'
import { hubspotDoors } from './hubspot.ts'
import { languageDoor } from './language.ts'
import { peopleDoors } from './people.ts'
import { privacyDoors } from './privacy.ts'
import { reviewDoors } from './review.ts'
import { signInDoors } from './sign-in.ts'
import { elsewhereDoors } from './sign-in-elsewhere.ts'
import { makeSignInPage } from './sign-in-page.ts'
import { transcriptBody, transcriptPage } from './transcript-page.ts'
import { visitsDoors, visitsHere } from './visits.ts'

// The operators' web pages. Everything that is shown of a conversation is in the audit, and every form carries its token.
type Serve = (request: Request, response: Response, inside: Inside) => Promise<void>

export const consoleDoors = (needs: ConsoleNeeds): Router => {
  const { db, clock, vault, audit, acting, see, log, tenant, limits, drafts } = needs
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

  // A live part is looked at again and again, each time by whoever may still.
  const watch = makeLive(needs)
  const liveFor: LiveFor = (scope, look) => forScope(scope, (request, response, inside) => watch({
    request, response, who: inside.signedIn.operator.id,
    look: async () => {
      const signedIn = await gate.whoIs(request)
      return signedIn && may(signedIn.operator.role, scope) ? look(request, { ...inside, signedIn, subject: staffOf(signedIn.operator), now: clock.now() }) : undefined
    },
  }))

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
    const panel = may(inside.signedIn.operator.role, 'conversations:write') ? handsPanel(told, { key: clock.bytes(12).toString('base64url'), taken, came, text, canDraft: (await drafts?.may(tenant)) === true, visits: await visitsHere(needs, told, inside) }, inside) : undefined
    const consents = consentsPanel(told, await consentsOfPerson({ db, vault, tenant }, told.person), consent, inside)
    sendPage(response, status, inside, { title: nameOf(told, inside), nav: navFor(inside, 'conversations'), body: transcriptPage(told, { before, panel, after: html`<div class="after">${consents}</div>`, merges: await countMerges({ db, tenant }, told.person) }, inside), wide: true })
  }

  door.use(assetDoors())
  door.use('/console', (_request, response, next) => {
    response.set({ 'content-security-policy': pagePolicy, 'cache-control': 'no-store' })
    next()
  })
  door.use('/console', urlencoded({ extended: false, limit: '16kb' }))
  languageDoor(door, needs, gate)
  const showSignIn = makeSignInPage(needs)
  signInDoors(door, needs, gate, showSignIn)
  if (needs.elsewhere) elsewhereDoors(door, needs.elsewhere, needs, gate, showSignIn)

  door.get('/console/conversations/:id', forScope('conversations:read', async (request, response, inside) => {
    const before = placeOf(request, 'before')
    await showTranscript(response, inside, await transcriptOf(param(request), before), { before, came: cameOf(request.query['came'], inside), consent: request.query['consent'] })
  }))
  handsDoor({
    door, drafts, hands: makeHands({ db, clock, vault, acting }), forScope: (serve) => forScope('conversations:write', serve), told: transcriptOf,
    show: (response, inside, told, came, text) => showTranscript(response, inside, told, { status: came.code === 'drafted' ? 200 : 409, came, text }),
  })
  visitsDoors({ ...needs, door, forScope, liveFor, told: transcriptOf, show: (response, inside, told, came) => showTranscript(response, inside, told, { status: came.ok ? 200 : 409, came }) })
  consentsDoor({ door, acting, forScope, told: transcriptOf })
  conversationsDoors({ ...needs, door, forScope, liveFor })
  figuresDoors({ ...needs, door, forScope, liveFor })
  peopleDoors({ ...needs, door, forScope, liveFor })
  catalogueDoors({ ...needs, door, forScope })
  hubspotDoors({ ...needs, door, forScope, liveFor })
  connectionsDoors({ ...needs, door, forScope, liveFor })
  privacyDoors({ ...needs, door, forScope, liveFor })
  accessDoors({ ...needs, door, forScope, liveFor })
  reviewDoors({ ...needs, door, forScope, liveFor })
  door.get('/console/media/:id/:place', forScope('media:read', async (request, response, { subject }) => {
    const message = uuid(param(request))
    const place = z.coerce.number().int().min(0).max(100).safeParse(request.params['place']).data
    const media = place === undefined ? undefined : await keptMedia({ on: db.bare, vault, tenant }, { message, place })
    if (!media) throw new AppError('not_found', 'no such file')
    const { person, conversation, type, bytes } = media
    await audit.record(db.bare, { subject: { ...subject, person, conversation }, what: 'read:media', object: message, after: { place } })
    sendFile(request, response, { type, bytes, isShowable: isShowable(type) })
  }))
  door.get('/console/live/conversations/:id', liveFor('conversations:read', async (request, inside) => {
    const told = await transcriptOf(param(request))
    return { body: transcriptBody(told, undefined, inside), shown: () => transcriptShown(inside, told) }
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
const param = (request: Request): string | undefined => {
  const { id } = request.params
  return typeof id === 'string' ? id : undefined
}
