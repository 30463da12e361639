import type { Request, RequestHandler, Response, Router } from 'express'
import { z } from 'zod'
import { AppError, cardWords, deskWords, takeoverWords, views, type TakeoverWords } from '@portero/shared'
import type { Drafts } from '../actions/card-draft.ts'
import type { Came, Hands, Wish } from '../actions/hands.ts'
import { html, notice, type Html } from '../spine/page.ts'
import type { Taken } from '../store/hands-view.ts'
import type { Transcript } from '../store/transcripts.ts'
import { fullTime } from './dates.ts'
import { paths, type Inside } from './frame.ts'

// What an operator does in a conversation: take it over, answer, note, call somebody, give it back. It stands beside the part that keeps itself fresh, so that nothing typed is lost.
export type Shown = { key: string; taken: Taken | undefined; came?: Came | undefined; text?: string | undefined; canDraft?: boolean; visits?: Html | undefined } // text: what was typed and not taken, or is proposed
type Needs = { door: Router; hands: Hands; drafts?: Drafts | undefined; forScope(serve: (request: Request, response: Response, inside: Inside) => Promise<void>): RequestHandler; told(id: string | undefined): Promise<Transcript>; show(response: Response, inside: Inside, told: Transcript, came: Came, text: string | undefined): Promise<void> }

const key = z.string().regex(/^[\w-]{8,64}$/)
const words = z.string().max(10_000)
const form = z.discriminatedUnion('do', [
  z.looseObject({ do: z.literal('take-over'), key }), z.looseObject({ do: z.literal('hand-back'), key }),
  z.looseObject({ do: z.literal('reply'), key, text: words, want: z.literal('draft').optional() }), z.looseObject({ do: z.literal('note'), key, text: words }),
  z.looseObject({ do: z.literal('escalate'), key, reason: views.escalationReason, summary: words }),
])

export const handsDoor = ({ door, hands, drafts, forScope, told, show }: Needs): void => {
  door.post('/console/conversations/:id/hands', forScope(async (request, response, inside) => {
    const asked = form.safeParse(request.body)
    if (!asked.success) throw new AppError('invalid_input', 'a form of the conversation that does not fit')
    const { id } = request.params
    const seen = await told(typeof id === 'string' ? id : undefined)
    const subject = { ...inside.subject, person: seen.person, conversation: seen.id }
    const here = { ...inside, here: paths.conversation(seen.id) }
    if (drafts && asked.data.do === 'reply' && asked.data.want) {
      const { came, text } = proposed(await drafts.draft(subject, inside.language), asked.data.text, inside)
      return show(response, here, seen, came, text)
    }
    const wish = wishOf(asked.data)
    const came = await hands(subject, wish, { key: asked.data.key, language: inside.language })
    if (came.ok) return response.redirect(303, `${paths.conversation(seen.id)}?came=${came.code}`)
    await show(response, here, await told(seen.id), came, wish.do === 'reply' ? wish.text : undefined)
  }))
}
// What was typed already stands before what is proposed. What in it nothing backs is said, for whoever mends it.
const proposed = ({ ok, say = '', text, doubts = [] }: Awaited<ReturnType<Drafts['draft']>>, typed: string, { language }: Inside): { came: Came; text: string } => {
  if (!ok || text === undefined) return { came: { ok: false, say, code: 'no_draft' }, text: typed }
  const { check, checkText } = cardWords[language]
  const doubted = doubts.length > 0 ? ` ${check(doubts.map((each) => `«${each}»`).join(', '))} ${checkText}` : ''
  return { came: { ok: doubts.length === 0, say: `${deskWords[language].drafted}${doubted}`, code: 'drafted' }, text: typed.trim() === '' ? text : `${typed.trim()}\n\n${text}` }
}
const wishOf = (asked: z.infer<typeof form>): Wish => {
  switch (asked.do) {
    case 'reply':
    case 'note':
      return { do: asked.do, text: asked.text }
    case 'escalate':
      return { do: asked.do, reason: asked.reason, summary: asked.summary }
    default:
      return { do: asked.do }
  }
}

export const handsPanel = (told: Transcript, { key, taken, came, text = '', canDraft = false, visits }: Shown, inside: Inside): Html => {
  const { page, ...words } = takeoverWords[inside.language]
  const isWaiting = told.escalation !== undefined && told.escalation.closedAt === undefined
  const hidden = (wish: Wish['do']): Html => html`<input type="hidden" name="csrf" value="${inside.signedIn.csrf}"><input type="hidden" name="key" value="${key}"><input type="hidden" name="do" value="${wish}">`
  const action = `${paths.conversation(told.id)}/hands`
  const one = (wish: Wish['do'], label: string, kind = 'plain'): Html => html`<form method="post" action="${action}">${hidden(wish)}<button class="${kind}">${label}</button></form>`
  const isMine = told.state !== 'bot'
  return html`${came && notice(came.ok ? 'good' : 'warn', came.say, undefined)}<section class="card in stack hands">
<div class="line"><b>${whose(told, taken, page, inside)}</b>${isMine ? one('hand-back', page.giveBack) : html`${one('take-over', page.take, 'main')}${isWaiting && one('hand-back', page.settled)}`}</div>
${isMine && html`<form method="post" action="${action}" class="stack">${hidden('reply')}<div><label for="reply">${page.reply}</label><textarea id="reply" name="text" rows="2" maxlength="4000" required>${text}</textarea></div><div class="line"><button class="main">${page.send}</button>${canDraft && html`<button name="want" value="draft" formnovalidate>${cardWords[inside.language].draft}</button>`}</div></form>`}
<div class="line"><details id="note"><summary>${page.note}</summary><form method="post" action="${action}" class="stack">${hidden('note')}<div><label for="note-text">${page.noteFor}</label><textarea id="note-text" name="text" rows="2" maxlength="4000" required></textarea></div><button>${page.saveNote}</button></form></details>
${!isWaiting && html`<details id="call"><summary>${page.call}</summary><form method="post" action="${action}" class="stack">${hidden('escalate')}<div><label for="reason">${page.why}</label><select id="reason" name="reason">${views.escalationReason.options.map((reason) => html`<option value="${reason}">${words.reason(reason)}</option>`)}</select></div>
<div><label for="summary">${page.summary}</label><textarea id="summary" name="summary" rows="2" maxlength="1000" required></textarea></div><button>${page.callNow}</button></form></details>`}${visits}</div></section>`
}

const whose = ({ state }: Transcript, taken: Taken | undefined, page: TakeoverWords['page'], { language }: Inside): Html => {
  if (state === 'bot') return html`${page.bot}`
  if (!taken) return html`${page.other}`
  const who = taken.by === 'me' ? page.me : taken.by === 'inbox' ? page.inbox : (taken.name ?? page.other)
  return html`${who} · ${page.since} ${fullTime(taken.since, language)}`
}

// What the page says after it was sent on.
export const cameOf = (code: unknown, { language }: Inside): Came | undefined => {
  const known = z.enum(['taken', 'takenStillLeaving', 'alreadyTaken', 'givenBack', 'alreadyBack', 'said', 'noted', 'escalated', 'alreadyEscalated']).safeParse(code).data
  return known && { ok: true, code: known, say: takeoverWords[language][known] }
}
