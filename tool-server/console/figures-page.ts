import { figureWords, takeoverWords, wishWords, type FigureWords, type Language } from '@portero/shared'
import { may } from '../domain/roles.ts'
import { ofHouse } from '../domain/troubles.ts'
import type { Millis } from '../define.ts'
import { empty, html, live, table, type Html, type Part } from '../spine/page.ts'
import { speakers, type FigureName, type Listed, type ReplyTimes, type Span } from '../store/figures.ts'
import type { Sides } from '../store/shadow.ts'
import { duration, percent } from './amounts.ts'
import { nameOf } from './conversations-page.ts'
import { fullTime } from './dates.ts'
import { paths, type Inside } from './frame.ts'
import { shadowPart, sidesShown } from './shadow-page.ts'

// How the day goes, and what a number counts.
export type Today = { span: Span; past: Span; replies: ReplyTimes; dead: number; toReview: number } & Record<'conversations' | 'booked' | 'visits' | 'called' | 'waiting' | 'late' | 'came' | 'missed', number> // past: thirty days, for came and missed

export const todayPage = (today: Today, inside: Inside): Html => {
  const words = figureWords[inside.language]
  return html`<div class="head"><h1>${words.today}</h1><p class="soft">${words.todayLead}</p></div>${live({ url: paths.live(paths.today), away: inside.words.away, body: todayBody(today, inside) })}`
}

export const todayBody = ({ span, past, replies, dead, toReview, ...counts }: Today, inside: Inside): Html => {
  const { language, signedIn: { operator } } = inside
  const troubles = inside.troubles.filter(({ what }) => !ofHouse(what))
  const words = figureWords[language]
  const opens = (name: FigureName & keyof typeof counts, { isBad = false, within = span }: { isBad?: boolean; within?: Span } = {}): Html => tile({ name, label: words.name[name], shown: counts[name].toLocaleString(language), href: paths.figure(name, within), isBad: isBad && counts[name] > 0 })
  const reply = (name: string, label: string, ms: Millis | undefined): Html => tile({ name, label, shown: ms === undefined ? '—' : duration(ms, language), href: paths.figure('replies', span) })
  const rate = counts.came + counts.missed === 0 ? '—' : percent(counts.came / (counts.came + counts.missed), language)
  return html`<div class="stack"><section><h2>${words.talk}</h2><div class="tiles">${opens('conversations')}${opens('waiting', { isBad: true })}${opens('late', { isBad: true })}${opens('called')}
${reply('reply', words.firstReply, replies.p50)}${reply('slow', words.slowReply, replies.p95)}${tile({ name: 'unreplied', label: words.name.unreplied, shown: replies.unreplied.toLocaleString(language), href: paths.figure('unreplied', span) })}</div></section>
<section><h2>${words.visits}</h2><div class="tiles">${opens('visits')}${opens('booked')}${tile({ name: 'rate', label: words.showRate, shown: rate, href: paths.figure('came', past) })}${opens('missed', { within: past })}</div></section>
<section><h2>${words.health}</h2><div class="tiles">${tile({ name: 'troubles', label: words.troubles, shown: troubles.length.toLocaleString(language), isBad: troubles.length > 0, href: may(operator.role, 'connections:read') ? paths.connections : undefined })}
${tile({ name: 'dead', label: words.stuck, shown: dead.toLocaleString(language), isBad: dead > 0, href: may(operator.role, 'queue:write') ? paths.queue : undefined })}${tile({ name: 'review', label: words.toReview, shown: toReview.toLocaleString(language), href: paths.hubspot })}</div></section></div>`
}

type Tile = { name: string; label: string; shown: string; href: string | undefined; isBad?: boolean; note?: string | undefined }
export const tile = ({ name, label, shown, href, isBad = false, note }: Tile): Html => {
  const inner = html`<b>${shown}</b><span class="soft">${label}</span>${note !== undefined && html`<span class="soft note">${note}</span>`}`
  const look = isBad ? 'card tile bad' : 'card tile'
  return href === undefined ? html`<div class="${look}" data-id="tile-${name}">${inner}</div>` : html`<a class="${look}" data-id="tile-${name}" href="${href}">${inner}</a>`
}

// Of whose, or for what.
export const titleOf = (name: FigureName, which: string | undefined, language: Language): string => {
  const words = figureWords[language]
  const speaker = speakers.find((each) => each === which)
  const [purpose, status] = which?.split('.') ?? []
  const { page } = wishWords[language]
  if (name === 'consents' || name === 'withdrawn') return `${words.name[name]}: ${nameIn(page.purpose, purpose)}${status === undefined ? '' : ` · ${nameIn(page.status, status)}`}`
  if (name === 'noticeShown' || name === 'noticeUnshown') return `${words.name[name]}: ${which ?? ''}`
  const part = speaker ? words.speaker[speaker] : name === 'shadow' || name === 'shadowReplies' || name === 'heldBack' ? shadowPart(which, language) : which && takeoverWords[language].reason(which)
  return part === undefined ? words.name[name] : `${words.name[name]}: ${part}`
}
const byLink: ReadonlySet<FigureName> = new Set(['booked', 'visits', 'came', 'missed']) // those without a conversation were booked by a link
const nameIn = (names: Readonly<Record<string, string>>, which = ''): string => names[which] ?? which
type List = { name: FigureName; title: string; count: number; rows: readonly Listed[]; sides?: ReadonlyMap<string, Sides>; which?: string | undefined } // sides: what each row says of ours and of theirs
export const listPage = ({ name: figure, title, count, rows, sides, which }: List, inside: Inside): Html => {
  const words: FigureWords = figureWords[inside.language]
  const row = (each: Listed): { id: string; cells: Part[] } => {
    const name = nameOf(each, inside)
    return { id: each.id, cells: [each.conversation === null ? html`${name} ${byLink.has(figure) && html`<span class="soft">${words.page}</span>`}` : html`<a href="${paths.conversation(each.conversation)}">${name}</a>`, fullTime(each.at, inside.language), ...(sides ? sidesShown(sides.get(each.id), which, inside) : [])] }
  }
  return html`<div class="head"><h1>${title}</h1><p class="soft">${count.toLocaleString(inside.language)}</p></div>
<section class="card">${rows.length === 0 ? empty(words.noRows, words.noRowsText) : table([words.who, words.when, ...(sides ? [words.shadow.portero, words.shadow.team] : [])], rows.map(row))}${count > rows.length && html`<p class="in soft">${words.more(count - rows.length)}</p>`}</section>`
}
