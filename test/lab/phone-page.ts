import { z } from 'zod'
import { empty, html, live, notice, type Html } from '@portero/tool-server/spine/page.ts'
import { hour, type View } from './home-view.ts'
import type { Phone } from './server.ts'

// Somebody's WhatsApp: what they wrote and what came back.
const shown = z.array(z.looseObject({ id: z.string(), from: z.enum(['me', 'them']), text: z.string(), at: z.union([z.number(), z.string()]), status: z.string().nullish() }))
type Line = z.infer<typeof shown>[number]

// Invented, like everything here.
const people = [['+525512345678', 'María'], ['+528187654321', 'Diego'], ['+523355501234', 'Sofía']] as const
export const numberOr = (text: string | undefined): string => {
  const digits = (text ?? '').replace(/\D/g, '')
  return /^\d{8,15}$/.test(digits) ? `+${digits}` : people[0][0]
}

export const phonePane = async (phone: Phone | undefined, action: '/' | '/phone', view: View): Promise<Html> => {
  const { words, number } = view
  if (!phone) return html`<section class="chat phone"><div class="scroll" id="talk">${empty(words.noPhone, words.noPhoneText)}</div></section>`
  return html`<section class="chat phone" aria-label="${words.phone}">
<form class="dial" method="get" action="${action}"><span class="face" aria-hidden="true">P</span><div><label for="number"><b>Portero</b> <span class="soft">${words.number}</span></label>
<div class="line"><input id="number" name="number" value="${number}" list="numbers" inputmode="tel" autocomplete="off" spellcheck="false"><datalist id="numbers">${people.map(([each, name]) => html`<option value="${each}">${name}</option>`)}</datalist><button>${words.change}</button></div></div></form>
<div class="scroll" id="talk" tabindex="0">${live({ url: `/_pages/phone?number=${encodeURIComponent(number)}`, everyMs: 800, away: words.away, body: await talk(phone, view) })}</div>
<form class="composer" data-say="/_lab/phone/${encodeURIComponent(number)}/messages" data-failed="${words.notSent}"><label class="hidden" for="text">${words.write}</label><input id="text" name="text" placeholder="${words.write}" autocomplete="off" maxlength="4000" required><button class="main">${words.send}</button></form></section>`
}

// Whoever was just written to seems to write back, for a while.
const typingMs = 12_000
export const talk = async (phone: Phone, view: View): Promise<Html> => {
  const { words, number, now } = view
  const { status, body } = await phone({ method: 'GET', number, body: undefined })
  const lines = shown.safeParse(body)
  if (status >= 400 || !lines.success) return html`<div class="talk">${notice('warn', words.unreadable, undefined)}</div>`
  if (lines.data.length === 0) return empty(words.noMessages, words.noMessagesText)
  const last = lines.data.at(-1)
  const isTyping = last?.from === 'me' && now - when(last) < typingMs
  return html`<div class="talk">${lines.data.map((line) => bubble(line, view))}${isTyping && html`<div class="bubble"><span class="dots" role="status" aria-label="${words.typing}"><i></i><i></i><i></i></span></div>`}</div>`
}

const when = ({ at }: Line): number => (typeof at === 'number' ? at : Date.parse(at) || 0)
const marks: Record<string, string> = { accepted: '○', sent: '✓', delivered: '✓✓', read: '✓✓', failed: '!' }
const bubble = (line: Line, { words, language }: View): Html => {
  const status = line.from === 'me' ? (line.status ?? 'sent') : undefined
  const told = Object.entries(words.status).find(([name]) => name === status)?.[1]
  return html`<article class="bubble${line.from === 'me' && ' out'}" data-id="${line.id}"><p>${line.text}</p><span class="meta">${hour(when(line), language)}${status !== undefined && html` <span class="tick ${status}" title="${told ?? status}">${marks[status] ?? '✓'}</span>`}</span></article>`
}
