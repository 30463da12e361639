import type { Request, RequestHandler, Response, Router } from 'express'
import { z } from 'zod'
import { AppError, wishWords } from '@portero/shared'
import { noteConsentByHand } from '../actions/change-consent.ts'
import { consentPurposes, isNo, type ConsentChannel } from '../domain/consent.ts'
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

// What the person of a conversation agreed to and took back, which nobody can change but by adding to it: one of ours takes something back for them, with a reason.
const channels = ['phone', 'mail', 'person', 'whatsapp', 'web'] as const satisfies readonly ConsentChannel[]
const form = z.looseObject({ purpose: z.enum(consentPurposes), channel: z.enum(channels), reason: z.string().max(500), mode: z.enum(['express', 'written']) })
const cames = z.enum(['noted', 'known', 'noReason'])

type Needs = { door: Router; acting: Acting; forScope(scope: Scope, serve: (request: Request, response: Response, inside: Inside) => Promise<void>): RequestHandler; told(id: string | undefined): Promise<Transcript> }
export const consentsDoor = ({ door, acting, forScope, told }: Needs): void => {
  door.post('/console/conversations/:id/consents', forScope('privacy:write', async (request, response, inside) => {
    const asked = form.safeParse(request.body)
    if (!asked.success) throw new AppError('invalid_input', 'a form of consents that does not fit')
    const { purpose, channel, reason, mode } = asked.data
    const { id } = request.params
    const { id: conversation, person } = await told(typeof id === 'string' ? id : undefined)
    const cameTo = (came: z.infer<typeof cames>): void => response.redirect(303, `${paths.conversation(conversation)}?consent=${came}#consents`)
    if (reason.trim() === '') return cameTo('noReason')
    const subject = { ...inside.subject, person, conversation }
    const { isNew } = await acting.as(subject, subject.scopes)(noteConsentByHand, { person, conversation, purpose, status: 'revoked', mode, channel, reason })
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
${may(inside.signedIn.operator.role, 'privacy:write') && takeBack(id, held, inside)}</section>`
}

const noted = ({ id, purpose, status, mode, channel, actor, by, at, notice: version, reason }: ShownConsent, { language }: Inside): Html => {
  const { page } = wishWords[language]
  const who = by ?? (actor in page.actor ? page.actor[actorOf.parse(actor)] : page.actor.staff)
  const how = [fullTimeText(at, language), page.mode[mode], ...(channel ? [page.channel[channel]] : []), who, ...(version === undefined ? [] : [page.notice(version)])]
  return html`<li data-id="${id}"><b>${page.purpose[purpose]}</b> ${badge(page.status[status], isNo(status) ? 'bad' : 'good')}<div class="soft">${how.join(' · ')}</div>${reason !== undefined && html`<div>${page.because(reason)}</div>`}</li>`
}
const actorOf = z.enum(['prospect', 'staff', 'workflow', 'system'])

const takeBack = (conversation: string, held: readonly ShownConsent[], { language, signedIn: { csrf } }: Inside): Html | undefined => {
  const { page } = wishWords[language]
  const left = consentPurposes.filter((purpose) => !held.some((each) => each.purpose === purpose && isNo(each.status)))
  if (left.length === 0) return undefined
  return html`<details><summary>${page.change}</summary><form method="post" action="${paths.conversation(conversation)}/consents" class="stack"><input type="hidden" name="csrf" value="${csrf}">
<div><label for="consent-purpose">${page.which}</label><select id="consent-purpose" name="purpose">${left.map((purpose) => html`<option value="${purpose}">${page.purpose[purpose]}</option>`)}</select></div>
<div><label for="consent-channel">${page.through}</label><select id="consent-channel" name="channel">${channels.map((channel) => html`<option value="${channel}">${page.channel[channel]}</option>`)}</select></div>
<div><label for="consent-reason">${page.why}</label><textarea id="consent-reason" name="reason" rows="2" maxlength="500" required></textarea></div>
<div><label for="consent-mode">${page.form}</label><select id="consent-mode" name="mode">${(['express', 'written'] as const).map((mode) => html`<option value="${mode}">${page.mode[mode]}</option>`)}</select></div><button>${page.save}</button></form></details>`
}
