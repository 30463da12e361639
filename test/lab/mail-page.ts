import { z } from 'zod'
import { empty, html, live, table, type Html } from '@portero/tool-server/spine/page.ts'
import type { Desk } from './desk.ts'
import { moment, type View } from './home-view.ts'

// The inbox of whoever gets mail from Portero in the lab.
const mail = z.object({ id: z.string(), at: z.number(), from: z.object({ name: z.string().optional(), address: z.string() }), to: z.string(), subject: z.string(), text: z.string(), html: z.string().optional(), calendar: z.object({ method: z.string(), text: z.string() }).optional() })
type Mail = z.infer<typeof mail>

export const mailsIn = async (desk: Desk | undefined): Promise<Mail[]> => {
  const answer = await desk?.control({ method: 'GET', path: '', query: {}, headers: {}, body: undefined }, 'state')
  return z.object({ mails: z.array(mail) }).safeParse(answer?.body).data?.mails.toReversed() ?? []
}

export const mailList = (mails: readonly Mail[], { words, language }: View): Html =>
  mails.length === 0 ? empty(words.noMail, words.noMailText) : table([words.mailTo, words.mailSubject, words.mailAt], mails.map(({ id, to, subject, at }) => ({ id, cells: [to, html`<a href="/mail/${id}">${subject}</a>`, moment(at, language)] })))

export const mailBody = (mails: readonly Mail[], view: View): Html => html`<div class="head"><div><h1>${view.words.mail}</h1><p class="soft">${view.words.mailLead}</p></div></div>
<section class="card">${live({ url: '/_pages/mail', everyMs: 2_000, away: view.words.away, body: mailList(mails, view) })}</section>`

export const oneMail = ({ from, to, subject, at, text, html: source, calendar }: Mail, { words, language }: View): Html => html`<div class="narrow"><p><a href="/mail">← ${words.mail}</a></p>
<section class="card"><h2>${subject}</h2><div class="in stack"><p class="soft">${words.mailFrom}: ${from.name} &lt;${from.address}&gt;<br>${words.mailTo}: ${to}<br>${moment(at, language)}</p>
${text.split('\n\n').map((paragraph) => html`<p>${paragraph.split('\n').map((line, place) => html`${place > 0 && html`<br>`}${/^https?:\/\/\S+$/.test(line) ? html`<a href="${line}">${line}</a>` : line}`)}</p>`)}
${source !== undefined && html`<details><summary>HTML</summary><pre class="scroll" tabindex="0">${source}</pre></details>`}${calendar && html`<details open><summary>${words.mailCalendar} (${calendar.method})</summary><pre class="scroll" tabindex="0">${calendar.text}</pre></details>`}</div></section></div>`
