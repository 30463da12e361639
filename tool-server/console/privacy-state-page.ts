import { privacyDeskWords, retentionWords, wishWords, type Language } from '@portero/shared'
import { consentPurposes, consentStatuses } from '../domain/consent.ts'
import type { Millis } from '../define.ts'
import { badge, empty, html, table, type Html, type Part } from '../spine/page.ts'
import type { Span } from '../store/figures.ts'
import type { BreachCount, ConsentCount, NoticeCount } from '../store/privacy-figures.ts'
import type { Proof, RetentionClass, Run } from '../store/retention.ts'
import { number, opens } from './amounts.ts'
import { dateOf, dateText, fullTime, fullTimeText } from './dates.ts'
import { tile } from './figures-page.ts'
import { paths, type Inside } from './frame.ts'

// How it stands with what the law asks for: at a glance on the desk, and behind it consents with notices, and what is kept how long.
export type Notices = { versions: readonly NoticeCount[]; unshown: readonly { language: Language; count: number }[] }
export type State = { open: number; late: number; nextDue: Millis | undefined; consents: readonly ConsentCount[]; notices: Notices; proofs: readonly Proof[]; breaches: BreachCount }

export const stateTiles = ({ open, late, nextDue, consents, notices, proofs, breaches }: State, { language }: Inside): Html => {
  const words = privacyDeskWords[language].standing
  const shown = (count: number): string => count.toLocaleString(language)
  const withdrawn = consents.reduce((sum, { status, count }) => sum + (status === 'withdrawn' ? count : 0), 0)
  const unshown = notices.unshown.reduce((sum, { count }) => sum + count, 0)
  const lastRun = proofs.length === 0 ? undefined : Math.max(...proofs.map(({ ranAt }) => ranAt))
  return html`<section><h2>${words.title}</h2><div class="tiles">
${tile({ name: 'cases', label: words.cases(open), shown: shown(open), href: `${paths.privacy}#open`, isBad: late > 0, note: late > 0 ? words.late(late) : nextDue === undefined ? words.noDue : words.nextDue(dateText(nextDue, language)) })}
${tile({ name: 'withdrawn', label: words.withdrawn, shown: shown(withdrawn), href: paths.consents, note: words.consents })}
${tile({ name: 'unshown', label: words.unshown, shown: shown(unshown), href: `${paths.consents}#notices`, note: words.notices })}
${tile({ name: 'deleted', label: words.deleted, shown: lastRun === undefined ? '—' : shown(proofs.reduce((sum, { deleted }) => sum + deleted, 0)), href: paths.retention, note: lastRun === undefined ? words.never : words.lastAt(fullTimeText(lastRun, language)) })}
${tile({ name: 'breaches', label: words.untold, shown: shown(breaches.untold), href: `${paths.registers}#breaches`, isBad: breaches.untold > 0, note: words.breaches(breaches.breaches, breaches.lastKnownAt === undefined ? undefined : dateText(breaches.lastKnownAt, language)) })}
</div></section>`
}

const head = (title: string, lead: string, { language }: Inside): Html => html`<div class="head"><h1>${title}</h1><p class="soft">${lead}</p><a class="button push" href="${paths.privacy}">${privacyDeskWords[language].title}</a></div>`

export const consentsStatePage = ({ consents, notices, span }: { consents: readonly ConsentCount[]; notices: Notices; span: Span }, inside: Inside): Html => {
  const { language } = inside
  const words = privacyDeskWords[language].standing
  const { page } = wishWords[language]
  const countOf = (purpose: string, status: string): number => consents.find((each) => each.purpose === purpose && each.status === status)?.count ?? 0
  return html`${head(words.consents, words.consentsLead, inside)}
<div class="stack"><section class="card"><h2>${words.byPurpose}</h2>${table([words.purpose, ...consentStatuses.map((status) => page.status[status]), words.month], consentPurposes.map((purpose) => ({
    id: `purpose-${purpose}`, cells: [page.purpose[purpose], ...consentStatuses.map((status) => opens('consents', countOf(purpose, status), span, language, `${purpose}.${status}`)), opens('withdrawn', countOf(purpose, 'withdrawn'), span, language, purpose)],
  })))}</section>
<section class="card" id="notices"><h2>${words.notices}</h2>${notices.versions.length === 0 ? html`<p class="in">${words.noNotice}</p>` : table([words.version, words.language, words.since, words.seen, words.unshown], notices.versions.map(({ version, language: its, validFrom, isInForce, shown }) => ({
    id: `notice-${version}`, cells: [html`<a href="/aviso/${version}">${version}</a> ${isInForce ? badge(words.inForce, 'good') : badge(words.former)}`, words.languages[its], dateOf(validFrom, language), opens('noticeShown', shown, span, language, version),
      isInForce ? opens('noticeUnshown', notices.unshown.find((each) => each.language === its)?.count ?? 0, span, language, its) : '—'],
  })))}</section></div>`
}

type Kept = { classes: readonly RetentionClass[]; proofs: readonly Proof[]; next: ReadonlyMap<string, Millis>; runs: { name: string; rows: readonly Run[] } | undefined }
export const retentionPage = ({ classes, proofs, next, runs }: Kept, inside: Inside): Html => {
  const { language } = inside
  const words = privacyDeskWords[language].standing
  const kept = retentionWords[language]
  const cells = ({ name, days, chore }: RetentionClass): Part[] => {
    const proof = proofs.find((each) => each.name === name)
    const opened = (count: number): Html => html`<a href="${paths.retentionOf(name)}">${number(count, language)}</a>`
    const due = chore === undefined ? undefined : next.get(chore)
    return [kept.classes[name], days === undefined ? kept.forever : kept.days(days), proof ? fullTime(proof.ranAt, language) : words.never, proof ? opened(proof.deleted) : '—', proof ? opened(proof.all) : '—', due === undefined ? '—' : fullTime(due, language)]
  }
  const [timed, lasting] = [classes.filter(({ days }) => days !== undefined), classes.filter(({ days }) => days === undefined)]
  return html`${head(words.retention, words.retentionLead, inside)}
<div class="stack">${runs && runsOf(runs, inside)}<section class="card">${table([words.classOf, words.kept, words.last, words.gone, words.goneAll, words.next], timed.map((each) => ({ id: `class-${each.name}`, cells: cells(each) })))}</section>
<section class="card"><h2>${words.lasting}</h2>${table([words.classOf, words.goes], lasting.map(({ name, how }) => ({ id: `class-${name}`, cells: [kept.classes[name], how === undefined || how === 'chore' ? '—' : kept.how[how]] })))}</section></div>`
}
const runsOf = ({ name, rows }: { name: string; rows: readonly Run[] }, { language }: Inside): Html => {
  const words = privacyDeskWords[language].standing
  const names: Readonly<Record<string, string>> = retentionWords[language].classes
  return html`<section class="card" id="runs"><h2>${words.runs}: ${names[name]}</h2>${rows.length === 0 ? empty(words.noRuns, '') : table([words.last, words.until, words.gone], rows.map(({ ranAt, keptUntil, deleted }, place) => ({ id: `run-${place}`, cells: [fullTime(ranAt, language), dateOf(keptUntil, language), number(deleted, language)] })))}</section>`
}
