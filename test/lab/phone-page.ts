import { z } from 'zod'
import { empty, html, live, notice, type Html } from '@portero/tool-server/spine/page.ts'
import type { View } from './home-view.ts'
import { phoneStyle } from './lab-frame.ts'
import { bubble, line, when } from './phone-bubble.ts'
import type { Phone } from './server.ts'

// Somebody's WhatsApp: what they wrote and what came back.
const shown = z.array(line)

// Invented, like everything here.
const people = [['+525512345678', 'María'], ['+528187654321', 'Diego'], ['+523355501234', 'Sofía']] as const
export const numberOr = (text: string | undefined): string => {
  const digits = (text ?? '').replace(/\D/g, '')
  return /^\d{8,15}$/.test(digits) ? `+${digits}` : people[0][0]
}

export const phonePane = async (phone: Phone | undefined, action: '/' | '/phone', view: View): Promise<Html> => {
  const { words, number } = view
  if (!phone) return html`<section class="chat phone"><div class="scroll" id="talk">${empty(words.noPhone, words.noPhoneText)}</div></section>`
  return html`<link rel="stylesheet" href="${phoneStyle}"><section class="chat phone" aria-label="${words.phone}">
<form class="dial" method="get" action="${action}"><span class="face" aria-hidden="true">P</span><div><label for="number"><b>Portero</b> <span class="soft">${words.number}</span></label>
<div class="line"><input id="number" name="number" value="${number}" list="numbers" inputmode="tel" autocomplete="off" spellcheck="false"><datalist id="numbers">${people.map(([each, name]) => html`<option value="${each}">${name}</option>`)}</datalist><button>${words.change}</button></div></div></form>
<div class="scroll" id="talk" tabindex="0">${live({ url: `/_pages/phone?number=${encodeURIComponent(number)}`, everyMs: 800, away: words.away, body: await talk(phone, view) })}</div>
<form class="composer" data-say="/_lab/phone/${encodeURIComponent(number)}/messages" data-failed="${words.notSent}" data-too-big="${words.tooBig}">${attachments(view)}<label class="hidden" for="text">${words.write}</label><input id="text" name="text" placeholder="${words.write}" autocomplete="off" maxlength="4000" required><button class="main">${words.send}</button></form></section>`
}

// Besides words: a file of one's own, or what a phone has at hand.
const attachments = ({ words, number }: View): Html => {
  const url = `/_lab/phone/${encodeURIComponent(number)}/messages`
  const sample = (id: string, label: string, media: object): Html => html`<button type="button" id="send-${id}" data-url="${url}" data-method="POST" data-body="${JSON.stringify({ media })}">${label}</button>`
  const whatsapp = (id: string, label: string, has: boolean): Html => html`<button type="button" id="${id}-whatsapp" data-url="${url}" data-method="POST" data-body="${JSON.stringify({ whatsapp: has })}">${label}</button>`
  const agent = (by: 'bird' | 'portero', label: string): Html => html`<button type="button" id="agent-${by}" data-url="/_lab/bird/agent" data-method="POST" data-body="${JSON.stringify({ by })}">${label}</button>`
  return html`<details class="attach"><summary aria-label="${words.attach}" title="${words.attach}">+</summary><div>
<label class="button" for="file"><input class="hidden" id="file" type="file" accept="image/*,audio/*,video/*,application/pdf">${words.attachFile}</label>
${sample('location', words.attachPlace, { kind: 'location' })}${sample('voice', words.attachVoice, { kind: 'voice' })}${sample('sticker', words.attachSticker, { kind: 'sticker' })}${whatsapp('lose', words.loseWhatsapp, false)}${whatsapp('regain', words.regainWhatsapp, true)}${agent('bird', words.answers.bird)}${agent('portero', words.answers.portero)}</div></details>`
}

// Whoever was just written to seems to write back, for a while; only words are answered.
const typingMs = 12_000
export const talk = async (phone: Phone, view: View): Promise<Html> => {
  const { words, number, now } = view
  const { status, headers, body } = await phone({ method: 'GET', number, body: undefined })
  const lacks = headers?.['x-whatsapp'] === 'no' && notice('warn', words.noWhatsapp, words.noWhatsappText)
  const isOurs = headers?.['x-agent'] === 'portero' && notice('good', words.answers.portero, undefined)
  const lines = shown.safeParse(body)
  if (status >= 400 || !lines.success) return html`<div class="talk">${notice('warn', words.unreadable, undefined)}</div>`
  if (lines.data.length === 0) return html`${empty(words.noMessages, words.noMessagesText)}${isOurs}${lacks}`
  const last = lines.data.at(-1)
  const isTyping = last?.from === 'me' && !last.media && !last.place && now - when(last) < typingMs
  return html`<div class="talk">${lines.data.map((line) => bubble(line, view))}${isTyping && html`<div class="bubble"><span class="dots" role="status" aria-label="${words.typing}"><i></i><i></i><i></i></span></div>`}${isOurs}${lacks}</div>`
}
