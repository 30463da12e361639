import type { Request, RequestHandler, Response, Router } from 'express'
import { z } from 'zod'
import { AppError, wishWords } from '@portero/shared'
import { noteConsentByHand } from '../actions/change-consent.ts'
import { consentPurposes, isNo, notable, type ConsentChannel, type ConsentPurpose, type ConsentStatus } from '../domain/consent.ts'
import { may, type Scope } from '../domain/roles.ts'
import type { Acting } from '../spine/act.ts'
import type { Db } from '../spine/db.ts'
import { badge, html, notice, type Html } from '../spine/page.ts'
import type { Vault } from '../spine/vault.ts'
import { consentsShown, type ShownConsent } from '../store/consents.ts'
import { noticesShownTo, type ShownNotice } from '../store/notices.ts'
import type { Transcript } from '../store/transcripts.ts'
import { fullTimeText } from './dates.ts'
import { paths, type Inside } from './frame.ts'

// What the person of a conversation agreed to and took back, which nobody can change but by adding to it: one of ours takes something back for them, with a reason, or notes what they agreed to elsewhere, with what it is on record by.
const channels = ['phone', 'mail', 'person', 'whatsapp', 'web'] as const satisfies readonly ConsentChannel[]
const form = z.looseObject({ purpose: z.enum(consentPurposes), status: z.enum(['granted', 'revoked']), channel: z.enum(channels), reason: z.string().max(500), mode: z.enum(['express', 'written']) })
const cames = z.enum(['noted', 'known', 'noReason'])

type Needs = { door: Router; acting: Acting; forScope(scope: Scope, serve: (request: Request, response: Response, inside: Inside) => Promise<void>): RequestHandler; told(id: string | undefined): Promise<Transcript> }
export const consentsDoor = ({ door, acting, forScope, told }: Needs): void => {
  door.post('/console/conversations/:id/consents', forScope('privacy:write', async (request, response, inside) => {
    const asked = form.safeParse(request.body)
    if (!asked.success) throw new AppError('invalid_input', 'a form of consents that does not fit')
    const { purpose, status, channel, reason, mode } = asked.data
    const { id } = request.params
    const { id: conversation, person } = await told(typeof id === 'string' ? id : undefined)
    const cameTo = (came: z.infer<typeof cames>): void => response.redirect(303, `${paths.conversation(conversation)}?consent=${came}#consents`)
    if (reason.trim() === '') return cameTo('noReason')
    const subject = { ...inside.subject, person, conversation }
    const { isNew } = await acting.as(subject, subject.scopes)(noteConsentByHand, { person, conversation, purpose, status, mode, channel, reason })
    cameTo(isNew ? 'noted' : 'known')
  }))
}

type Shown = { consents: readonly ShownConsent[]; notices: readonly ShownNotice[] }
export const consentsOfPerson = async (needs: { db: Db; vault: Vault; tenant: string }, person: string): Promise<Shown> => ({ consents: await consentsShown(needs, person), notices: await noticesShownTo(needs.db.bare, needs.tenant, person) })

// It stands still beside what keeps itself fresh, so that nothing typed is lost.
export const consentsPanel = ({ id }: Transcript, { consents, notices }: Shown, asked: unknown, inside: Inside): Html => {
  const { language } = inside
  const { page } = wishWords[language]
  const came = cames.safeParse(asked).data
  const held = consents.filter(({ isHeld }) => isHeld)
  const state = ({ purpose, status }: ShownConsent): Html => html`<span>${page.purpose[purpose]} ${badge(page.status[status], isNo(status) ? 'bad' : 'good')}</span>`
  return html`<section class="card in stack hands" id="consents">${came && notice(came === 'noted' ? 'good' : 'warn', came === 'noReason' ? page.noReason : page.came[came], undefined)}
<div class="line"><b>${page.title}</b>${held.length === 0 ? html`<span class="soft">${page.none}</span>` : held.map(state)}</div>
${(consents.length > 0 || notices.length > 0) && html`<details${came === 'noted' && ' open'}><summary>${page.history}</summary><ul class="stack">${consents.map((each) => noted(each, inside))}${notices.map(({ version, shownAt }) => html`<li><b>${page.shown}</b> <a href="/aviso/${version}">${page.shownNotice(version, fullTimeText(shownAt, language))}</a></li>`)}</ul></details>`}
${may(inside.signedIn.operator.role, 'privacy:write') && forms(id, held, inside)}</section>`
}

const noted = ({ id, purpose, status, mode, channel, actor, by, at, notice: version, reason }: ShownConsent, { language }: Inside): Html => {
  const { page } = wishWords[language]
  const who = by ?? (actor in page.actor ? page.actor[actorOf.parse(actor)] : page.actor.staff)
  const how = [fullTimeText(at, language), page.mode[mode], ...(channel ? [page.channel[channel]] : []), who, ...(version === undefined ? [] : [page.notice(version)])]
  return html`<li data-id="${id}"><b>${page.purpose[purpose]}</b> ${badge(page.status[status], isNo(status) ? 'bad' : 'good')}<div class="soft">${how.join(' · ')}</div>${reason !== undefined && html`<div>${page.because(reason, !isNo(status))}</div>`}</li>`
}
const actorOf = z.enum(['prospect', 'staff', 'workflow', 'system'])

// What they have not taken back yet, and what they may have agreed to without saying so here: that a machine may answer needs no word of theirs but after a no.
const forms = (conversation: string, held: readonly ShownConsent[], inside: Inside): Html => {
  const { page } = wishWords[inside.language]
  const isHeld = (purpose: ConsentPurpose, is: (status: ConsentStatus) => boolean): boolean => held.some((each) => each.purpose === purpose && is(each.status))
  const left = consentPurposes.filter((purpose) => !isHeld(purpose, isNo))
  const open = notable.filter((purpose) => (purpose === 'automated' ? isHeld(purpose, isNo) : !isHeld(purpose, (status) => status === 'granted')))
  return html`<div class="line">${formOf(conversation, { id: 'consent', status: 'revoked', purposes: left, title: page.change, through: page.through, why: page.why, save: page.save }, inside)}${formOf(conversation, { id: 'grant', status: 'granted', purposes: open, title: page.grant, through: page.agreed, why: page.proof, save: page.agree }, inside)}</div>`
}
type Form = { id: string; status: 'granted' | 'revoked'; purposes: readonly ConsentPurpose[]; title: string; through: string; why: string; save: string }
const formOf = (conversation: string, { id, status, purposes, title, through, why, save }: Form, { language, signedIn: { csrf } }: Inside): Html | undefined => {
  const { page } = wishWords[language]
  if (purposes.length === 0) return undefined
  return html`<details><summary>${title}</summary><form method="post" action="${paths.conversation(conversation)}/consents" class="stack"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="status" value="${status}">
<div><label for="${id}-purpose">${page.which}</label><select id="${id}-purpose" name="purpose">${purposes.map((purpose) => html`<option value="${purpose}">${page.purpose[purpose]}</option>`)}</select></div>
<div><label for="${id}-channel">${through}</label><select id="${id}-channel" name="channel">${channels.map((channel) => html`<option value="${channel}">${page.channel[channel]}</option>`)}</select></div>
<div><label for="${id}-reason">${why}</label><textarea id="${id}-reason" name="reason" rows="2" maxlength="500" required></textarea></div>
<div><label for="${id}-mode">${page.form}</label><select id="${id}-mode" name="mode">${(['express', 'written'] as const).map((mode) => html`<option value="${mode}">${page.mode[mode]}</option>`)}</select></div><button>${save}</button></form></details>`
}
