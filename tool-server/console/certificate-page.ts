import { privacyDeskWords } from '@portero/shared'
import type { SignedCertificate } from '../actions/privacy-certificate.ts'
import { html, type Html } from '../spine/page.ts'
import { dateOf, fullTime } from './dates.ts'
import { facts, type Inside } from './frame.ts'
import { thereName, thereWhy } from './privacy-page.ts'

// The certificate as people read it; what is signed is the file.
export const certificatePage = ({ certificate, key }: SignedCertificate, { language }: Inside): Html => {
  const words = privacyDeskWords[language]
  const { folio, kind, receivedAt, answeredAt, answerDueAt, doneAt, deeds, left, audit } = certificate
  const named: Readonly<Record<string, string>> = { ...words.corrected, ...words.purposes, ...words.there.what }
  const time = (iso: string): Html => fullTime(Date.parse(iso), language)
  return html`<div class="narrow stack"><div class="head"><h1>${words.certificate} ${folio}</h1></div><section class="card"><div class="in">${facts([
    [words.right, words.kind[kind]], [words.openedAt, time(receivedAt)], [words.identified, time(certificate.identifiedAt)], [words.step.accept, html`${time(answeredAt)} (${words.due}: ${dateOf(Date.parse(answerDueAt), language)})`], [words.step.do, time(doneAt)],
    [words.deeds, html`<ul>${deeds.map(({ where, what, of = [], count }) => html`<li><code>${where}</code> ${words.deed[what]}${of.length > 0 && `: ${of.map((each) => named[each] ?? each).join(', ')}`}${count !== undefined && ` · ${count}`}</li>`)}</ul>`],
    [words.there.state.left, left.length > 0 && html`<ul>${left.map(({ where, of, count, why }) => html`<li><code>${where}</code> ${thereName(of, language)} · ${count}: ${thereWhy(why, language)}</li>`)}</ul>`],
    [words.auditHead, html`<code>${audit.link} ${audit.sha256}</code>`], [words.fingerprint, html`<code>${key.kid}</code>`],
  ])}</div></section><p class="soft">${words.certificateText}</p></div>`
}
