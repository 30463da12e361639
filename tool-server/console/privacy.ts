import type { Request, Response } from 'express'
import { z } from 'zod'
import { AppError, languages, privacyDeskWords } from '@portero/shared'
import { archiveOf } from '../actions/person-archive.ts'
import { acceptCase, finishCase } from '../actions/privacy-answer.ts'
import { signedCertificate } from '../actions/privacy-certificate.ts'
import { askMissing, cameNames, completeCase, contactTyped, extendCase, openPrivacy, refuseCase, withdrawCase, type PrivacyCame } from '../actions/privacy-desk.ts'
import { identifyAsker, sendCode } from '../actions/privacy-identify.ts'
import { noteBreach, noteProcessor, tellBreach } from '../actions/registers.ts'
import type { Do } from '../define.ts'
import { opposable } from '../domain/consent.ts'
import { grounds } from '../domain/privacy-case.ts'
import { arcoKinds, endOfLawDay, folioOf } from '../domain/privacy.ts'
import { isDay } from '../domain/zones.ts'
import { caseShown, casesShown, countDue, nextDueOf, type CaseOpened } from '../store/privacy-desk-view.ts'
import { breachesOf, processorsOf, type Processor } from '../store/registers.ts'
import type { Place } from '../store/transcripts.ts'
import { certificatePage } from './certificate-page.ts'
import { navFor, paths, placeOf, sendPage, uuid, type DoorNeeds, type Inside } from './frame.ts'
import { casePage, privacyPage } from './privacy-page.ts'
import { privacyStateDoors, privacyStateOf } from './privacy-state.ts'
import { registersPage } from './registers-page.ts'

// The doors of the desk that answers for privacy. Whoever's case was looked at is in the audit.
const words = z.string().max(2_000).default('')
const wish = z.discriminatedUnion('do', [
  z.looseObject({ do: z.literal('code') }), z.looseObject({ do: z.literal('check'), code: words }), z.looseObject({ do: z.literal('hand'), proof: words, phone: words.default('') }), z.looseObject({ do: z.literal('ask'), missing: words }), z.looseObject({ do: z.literal('complete'), note: words }),
  z.looseObject({ do: z.literal('extend'), why: words }), z.looseObject({ do: z.literal('refuse'), ground: z.enum(grounds), more: words }), z.looseObject({ do: z.literal('withdraw') }), z.looseObject({ do: z.literal('do') }),
  z.looseObject({ do: z.literal('accept'), eraseOn: words, name: words, phone: words, mail: words, language: words, purposes: z.preprocess((value) => (value === undefined ? [] : [value].flat()), z.array(z.enum(opposable))) }),
])
type Wish = z.infer<typeof wish>
const opened = z.looseObject({ kind: z.enum(arcoKinds), name: words, contact: words, details: words, language: z.enum(languages) })
const register = z.discriminatedUnion('do', [
  z.looseObject({ do: z.literal('processor'), id: z.uuid().optional(), vendor: z.string().max(40).optional(), name: words, country: words, purpose: words, contractOn: words }),
  z.looseObject({ do: z.literal('breach'), what: z.string().max(4_000), knownOn: words, from: words, to: words, connection: words, phones: z.string().max(15_000).default('') }), z.looseObject({ do: z.literal('tell'), breach: z.uuid(), notice: z.string().max(3_000) }),
])

export const privacyDoors = ({ door, forScope, ...needs }: DoorNeeds): void => {
  const { db, clock, vault, audit, acting, tenant, company, connections, wake, hasMail, heldThere } = needs
  const reads = { db, vault, tenant }
  const actAs = ({ subject }: Inside): Do => acting.as(subject, subject.scopes)

  const list = async (response: Response, inside: Inside, status: number, came: PrivacyCame | undefined, from: { open?: Place | undefined; closed?: Place | undefined } = {}): Promise<void> => {
    const { open, closed } = await casesShown(reads, from)
    const late = await countDue(reads, clock.now() - 1)
    const nextDue = await nextDueOf(reads, clock.now())
    const found = { open, closed, late, state: { open: open.all, late, nextDue, ...(await privacyStateOf(needs)) }, isFurther: from.open !== undefined || from.closed !== undefined }
    await audit.record(db.bare, { subject: inside.subject, what: 'read:privacy-cases', object: tenant, after: { cases: [...open.cases, ...closed.cases].map(({ id }) => id) } })
    sendPage(response, status, inside, { title: title(inside), nav: navFor(inside, 'privacy'), body: privacyPage(found, came, inside) })
  }
  const caseOf = async (request: Request, { subject }: Inside): Promise<CaseOpened> => {
    const { id } = request.params
    const found = await caseShown(reads, uuid(typeof id === 'string' ? id : undefined))
    if (!found) throw new AppError('not_found', 'no such privacy case')
    await audit.record(db.bare, { subject: { ...subject, ...(found.person !== undefined && { person: found.person }) }, what: 'read:privacy-case', object: found.id })
    return found
  }
  const one = async (request: Request, response: Response, inside: Inside, status: number, came: PrivacyCame | undefined): Promise<void> =>
    sendPage(response, status, inside, { title: title(inside), nav: navFor(inside, 'privacy'), body: casePage(await caseOf(request, inside), came, inside) })

  door.get(paths.privacy, forScope('privacy:read', (request, response, inside) => list(response, inside, 200, cameOf(request), { open: placeOf(request, 'open'), closed: placeOf(request, 'closed') })))
  door.post(paths.privacy, forScope('privacy:decide', async (request, response, inside) => {
    const asked = formOf(opened, request)
    if (contactTyped(asked.contact) === undefined || asked.name.trim() === '' || asked.details.trim() === '') return list(response, inside, 400, 'bad_contact')
    const { kind, name, contact, details, language } = asked
    const { case: id } = await actAs(inside)(openPrivacy, { kind, name, contact, details, language })
    wake()
    response.redirect(303, `${paths.privacyCase(id)}?came=ok`)
  }))

  const registers = async (response: Response, inside: Inside, status: number, came: PrivacyCame | undefined): Promise<void> => {
    const all = (await connections.all(db.bare)).filter((each) => each.tenant === tenant)
    const processors = withDefaults(await processorsOf(db.bare, tenant), all.map(({ vendor }) => vendor), inside)
    sendPage(response, status, inside, { title: privacyDeskWords[inside.language].registers, nav: navFor(inside, 'privacy'), body: registersPage({ processors, breaches: await breachesOf(reads), connections: all }, came, inside) })
  }
  privacyStateDoors({ door, forScope, ...needs })
  door.get(paths.registers, forScope('privacy:read', (request, response, inside) => registers(response, inside, 200, cameOf(request))))
  door.post(paths.registers, forScope('privacy:decide', async (request, response, inside) => {
    const came = await noteRegister(actAs(inside), formOf(register, request))
    wake()
    return came === 'ok' ? response.redirect(303, `${paths.registers}?came=ok`) : registers(response, inside, 400, came)
  }))

  door.get('/console/privacy/:id', forScope('privacy:read', (request, response, inside) => one(request, response, inside, 200, cameOf(request))))
  door.post('/console/privacy/:id', forScope('privacy:decide', async (request, response, inside) => {
    const { id } = request.params
    const came = await decide(actAs(inside), { case: uuid(typeof id === 'string' ? id : undefined), mail: (await hasMail?.()) === true }, formOf(wish, request))
    wake()
    if (came === 'ok') return response.redirect(303, `${paths.privacyCase(uuid(typeof id === 'string' ? id : undefined))}?came=ok`)
    return one(request, response, inside, 409, came)
  }))
  // Whoever asked to see their data, once it is known that it is theirs.
  door.get('/console/privacy/:id/archive', forScope('privacy:decide', async (request, response, inside) => {
    const { id, person, kind, clock: { state }, language } = await caseOf(request, inside)
    if (person === undefined || kind !== 'access' || (state !== 'accepted' && state !== 'done')) throw new AppError('not_found', 'nothing is handed over of that case')
    const { name, bytes } = await archiveOf({ db, vault, clock, company }, { tenant, person, language, there: await heldThere(person) })
    await audit.record(db.bare, { subject: { ...inside.subject, person }, what: 'read:person-archive', object: id })
    response.set({ 'content-disposition': `attachment; filename="${name}"`, 'x-content-type-options': 'nosniff' }).status(200).type('application/zip').send(bytes)
  }))
  door.get('/console/privacy/:id/certificate.:form', forScope('privacy:read', async (request, response, inside) => {
    const { id, person, certificate } = await caseOf(request, inside)
    if (certificate === undefined) throw new AppError('not_found', 'that case has no certificate')
    await audit.record(db.bare, { subject: { ...inside.subject, ...(person !== undefined && { person }) }, what: 'read:privacy-certificate', object: id })
    if (request.params['form'] === 'json') response.status(200).type('application/json').set('content-disposition', `attachment; filename="${folioOf(id)}.json"`).send(certificate)
    else sendPage(response, 200, inside, { title: privacyDeskWords[inside.language].certificate, nav: navFor(inside, 'privacy'), body: certificatePage(signedCertificate.parse(JSON.parse(certificate)), inside) })
  }))
}

const title = ({ language }: Inside): string => privacyDeskWords[language].title
type Which = { case: string; mail: boolean }
const lacks = (text: string): boolean => text.trim() === ''
const decide = async (act: Do, which: Which, asked: Wish): Promise<PrivacyCame> => {
  switch (asked.do) {
    case 'code':
      return (await act(sendCode, which)).came
    case 'check':
      return (await act(identifyAsker, { ...which, proof: { by: 'code', code: asked.code.slice(0, 20) } })).came
    case 'hand':
      return lacks(asked.proof) ? 'nothing' : (await act(identifyAsker, { ...which, proof: { by: 'hand', note: asked.proof, ...(asked.phone.trim() !== '' && { phone: asked.phone }) } })).came
    case 'ask':
      return lacks(asked.missing) ? 'nothing' : (await act(askMissing, { ...which, missing: asked.missing })).came
    case 'complete':
      return (await act(completeCase, { ...which, ...(!lacks(asked.note) && { note: asked.note }) })).came
    case 'extend':
      return lacks(asked.why) ? 'nothing' : (await act(extendCase, { ...which, why: asked.why })).came
    case 'refuse':
      return (await act(refuseCase, { ...which, ground: asked.ground, note: asked.more })).came
    case 'withdraw':
      return (await act(withdrawCase, which)).came
    case 'do':
      return (await act(finishCase, which)).came
    default:
      return accept(act, which, asked)
  }
}
const accept = async (act: Do, which: Which, { eraseOn, name, phone, mail, language, purposes }: Extract<Wish, { do: 'accept' }>): Promise<PrivacyCame> => {
  if (eraseOn !== '' && !isDay(eraseOn)) return 'bad_date'
  const spoken = z.enum(languages).safeParse(language).data
  const fields = { ...(name.trim() !== '' && { name: name.trim() }), ...(phone.trim() !== '' && { phone: phone.trim() }), ...(mail.trim() !== '' && { mail: mail.trim() }), ...(spoken && { language: spoken }) }
  const args = acceptCase.args.safeParse({ ...which, ...(eraseOn !== '' && { eraseAt: endOfLawDay(eraseOn) }), fields, purposes })
  return args.success ? (await act(acceptCase, args.data)).came : 'bad_contact'
}

const noteRegister = async (act: Do, asked: z.infer<typeof register>): Promise<PrivacyCame> => {
  switch (asked.do) {
    case 'processor': {
      const { id, vendor, name, country, purpose, contractOn } = asked
      const args = noteProcessor.args.safeParse({ ...(id !== undefined && { id }), ...(vendor !== undefined && { vendor }), name, country, purpose, ...(contractOn !== '' && { contractOn }) })
      if (!args.success) return 'nothing'
      await act(noteProcessor, args.data)
      return 'ok'
    }
    case 'breach': {
      const { what, knownOn, from, to, connection, phones } = asked
      const args = noteBreach.args.safeParse({ what, knownOn, from, to, ...(connection !== '' && { connection }), phones: phones.split(/\n/).map((each) => each.trim()).filter((each) => each !== '') })
      if (!args.success) return 'nothing'
      await act(noteBreach, args.data)
      return 'ok'
    }
    default:
      if (asked.notice.trim() === '') return 'nothing'
      await act(tellBreach, { breach: asked.breach, notice: asked.notice })
      return 'ok'
  }
}

// Whoever is connected processes data for us, whether or not that was noted yet.
const withDefaults = (noted: readonly Processor[], vendors: readonly string[], { language }: Inside): Processor[] => {
  const { defaults } = privacyDeskWords[language]
  const missing = Object.entries(defaults).filter(([vendor]) => vendors.includes(vendor) && !noted.some((each) => each.vendor === vendor))
  return [...noted, ...missing.map(([vendor, known]) => ({ id: '', vendor, ...known, contractOn: undefined }))]
}
const cameOf = ({ query }: Request): PrivacyCame | undefined => z.enum(cameNames).safeParse(query['came']).data
const formOf = <S extends z.ZodType>(schema: S, { body }: Request): z.infer<S> => {
  const form = schema.safeParse(body)
  if (!form.success) throw new AppError('invalid_input', 'a form of the privacy desk that does not fit')
  return form.data
}
