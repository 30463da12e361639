import { figureWords, type FigureWords, type Language } from '@portero/shared'
import { may } from '../domain/roles.ts'
import type { Millis } from '../define.ts'
import { empty, html, live, table, type Html } from '../spine/page.ts'
import type { FigureName, Listed, ReplyTimes, Span } from '../store/figures.ts'
import { nameOf } from './conversations-page.ts'
import { fullTime } from './dates.ts'
import { paths, type Inside } from './frame.ts'

// How the day goes, and what a number counts.
export type Today = { span: Span; past: Span; replies: ReplyTimes; dead: number; toReview: number } & Record<'conversations' | 'booked' | 'visits' | 'called' | 'waiting' | 'late' | 'came' | 'missed', number> // past: thirty days, for came and missed

export const todayPage = (today: Today, inside: Inside): Html => {
  const words = figureWords[inside.language]
  return html`<div class="head"><h1>${words.today}</h1><p class="soft">${words.todayLead}</p></div>${live({ url: paths.live(paths.today), everyMs: 5_000, away: inside.words.away, body: todayBody(today, inside) })}`
}

export const todayBody = ({ span, past, replies, dead, toReview, ...counts }: Today, inside: Inside): Html => {
  const { language, signedIn: { operator }, troubles } = inside
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

type Tile = { name: string; label: string; shown: string; href: string | undefined; isBad?: boolean }
const tile = ({ name, label, shown, href, isBad = false }: Tile): Html => {
  const inner = html`<b>${shown}</b><span class="soft">${label}</span>`
  const look = isBad ? 'card tile bad' : 'card tile'
  return href === undefined ? html`<div class="${look}" data-id="tile-${name}">${inner}</div>` : html`<a class="${look}" data-id="tile-${name}" href="${href}">${inner}</a>`
}

export const listPage = ({ title, count, rows }: { title: string; count: number; rows: readonly Listed[] }, inside: Inside): Html => {
  const words: FigureWords = figureWords[inside.language]
  const row = (each: Listed): { id: string; cells: Html[] } => {
    const name = nameOf(each, inside)
    return { id: each.id, cells: [each.conversation === null ? html`${name} <span class="soft">${words.page}</span>` : html`<a href="${paths.conversation(each.conversation)}">${name}</a>`, fullTime(each.at, inside.language)] }
  }
  return html`<div class="head"><h1>${title}</h1><p class="soft">${count.toLocaleString(inside.language)}</p></div>
<section class="card">${rows.length === 0 ? empty(words.noRows, words.noRowsText) : table([words.who, words.when], rows.map(row))}${count > rows.length && html`<p class="in soft">${words.more(count - rows.length)}</p>`}</section>`
}

export const percent = (part: number, language: Language): string => part.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 })
// In the largest unit of which there is at least one and a half.
export const duration = (ms: Millis, language: Language): string => {
  const [unit, size] = units.find(([, each]) => ms >= 1.5 * each) ?? ['second', 1_000]
  return (ms / size).toLocaleString(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: ms < 10 * size ? 1 : 0 })
}
const units = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]] as const
