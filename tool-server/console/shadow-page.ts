import { consoleWords, figureWords, type Language } from '@portero/shared'
import { comparedKinds, outcomes } from '../domain/shadow-compare.ts'
import { html, table, type Html, type Part } from '../spine/page.ts'
import { replyOutcomes, type ShadowReplies, type Span } from '../store/figures.ts'
import type { Shadowing, Sides } from '../store/shadow.ts'
import { duration, opens } from './amounts.ts'
import { barChart } from './chart.ts'
import { fullTime, fullTimeText } from './dates.ts'
import type { Inside } from './frame.ts'

// What Portero would have done in shadow mode beside what people did: each number opens whom it counts.
export const shadowSection = ({ from, to, comparedAt, kinds, replies, commands }: Shadowing & { replies: readonly ShadowReplies[] }, span: Span, { language }: Inside): Html => {
  const words = figureWords[language].shadow
  const median = (ms: number | undefined): string => (ms === undefined ? '—' : duration(ms, language))
  return html`<section class="card" id="shadow"><h2>${words.title}</h2><p class="in soft">${words.text(fullTimeText(from, language), fullTimeText(to, language))}</p>
${comparedAt === undefined ? html`<p class="in">${words.notCompared}</p>` : html`${table([words.what, ...outcomes.map((outcome) => words.outcome[outcome])], kinds.map(({ kind, counts }) => ({
    id: `shadow-${kind}`, cells: [words.kind[kind], ...outcomes.map((outcome) => opens('shadow', counts[outcome], span, language, `${kind}.${outcome}`))],
  })))}<p class="in soft">${words.comparedAt(fullTimeText(comparedAt, language))}</p>`}
<h3 class="in">${words.replies}</h3><div class="charted">${table([words.replies, figureWords[language].count, words.median, words.theirMedian], replies.map(({ outcome, count, ours, theirs }) => ({
    id: `shadow-reply-${outcome}`, cells: [words.reply[outcome], opens('shadowReplies', count, span, language, outcome), median(ours), median(theirs)],
  })))}${barChart({ label: words.replies, parts: replies.map(({ count }) => count) })}</div>
<h3 class="in">${words.held}</h3>${table([words.command, figureWords[language].count], commands.map(({ name, count }) => ({ id: `held-${name}`, cells: [commandName(name, language), opens('heldBack', count, span, language, name)] })))}</section>`
}
const nameIn = (names: Readonly<Record<string, string>>, what: string): string => names[what] ?? what
const commandName = (name: string, language: Language): string => nameIn(figureWords[language].shadow.commands, name)

// Which of them a list shows.
export const shadowPart = (which: string | undefined, language: Language): string | undefined => {
  const words = figureWords[language].shadow
  const [first, second] = which?.split('.') ?? []
  const [kind, outcome, reply] = [comparedKinds.find((each) => each === first), outcomes.find((each) => each === second), replyOutcomes.find((each) => each === which)]
  if (kind && outcome) return `${words.kind[kind]} · ${words.outcome[outcome]}`
  return reply ? words.reply[reply] : which && commandName(which, language)
}

// A visit's time, a stage by its name, and the rest as it is written.
export const sidesShown = ({ ours, theirs }: Sides = {}, which: string | undefined, { language }: Inside): Part[] => {
  const shown = (text: string | undefined): Part => (text === undefined ? '—' : which?.startsWith('visit.') === true && Number.isFinite(Number(text)) ? fullTime(Number(text), language) : which?.startsWith('stage.') === true ? nameIn(consoleWords[language].stage, text) : text)
  return [shown(ours), shown(theirs)]
}
