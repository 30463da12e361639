import { createHash } from 'node:crypto'
import type { Language } from '@portero/shared'
import { assetUrl } from './page-assets.ts'

// What every page of ours is made of. Nothing gets into a page unescaped: html`` escapes all but what html`` itself has made.
const made = Symbol('made of html``') // no JSON can hold one
export type Html = { readonly [made]: string }
export type Part = Html | string | number | false | null | undefined | readonly Part[]

export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html => ({ [made]: texts.map((text, at) => text + written(parts[at])).join('') })
export const textOf = (part: Html): string => part[made]

const written = (part: Part): string => {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return made in part ? part[made] : part.map(written).join('')
}
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '')

// The one policy of all pages: what they show and run comes from here, and nobody frames them.
export const pagePolicy = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"

export type Link = { href: string; label: string; current?: boolean }
// more: what is needed less often, behind a button; on a phone all links are there.
export type Nav = { home: string; label: string; links: readonly Link[]; more?: { label: string; menu: string; links: readonly Link[] }; aside?: Html | undefined }
export type Page = { title: string; language: Language; nav?: Nav | undefined; body: Html; scripts?: readonly string[]; wide?: boolean }

// scripts: files under /_assets besides the one that keeps live parts fresh.
export const layout = ({ title, language, nav, body, scripts = [], wide = false }: Page): string => textOf(html`${doctype}
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Portero</title>
<link rel="icon" href="${assetUrl('portero.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetUrl('portero.css')}">
<script src="${assetUrl('live.js')}" defer></script>
${scripts.map((src) => html`<script src="${src}" defer></script>`)}
</head>
<body>
${nav && header(nav)}
<main class="${wide ? 'page wide' : 'page'}" id="main">
${body}
</main>
</body>
</html>`)
const doctype: Html = { [made]: '<!doctype html>' }

const header = ({ home, label, links, more, aside }: Nav): Html => html`<header class="bar">
<a class="brand" href="${home}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 21V10a7 7 0 0 1 14 0v11z"/><circle cx="14.6" cy="14.2" r="1.3"/></svg><b>Portero</b><span>${label}</span></a>
<nav><div class="${more ? 'links folds' : 'links'}">${links.map(linkOf)}</div>${more && menuOf(more, links)}</nav>
<div class="aside">${aside}</div>
</header>`
const linkOf = ({ href, label, current }: Link): Html => html`<a href="${href}"${current && html` aria-current="page"`}>${label}</a>`
const menuOf = ({ label, menu, links: more }: NonNullable<Nav['more']>, links: readonly Link[]): Html => html`<details class="menu${more.some(({ current }) => current) && ' here'}"><summary><span class="desk">${label}</span><span class="phone">${menu}</span></summary>
<div class="sheet"><div class="again">${links.map(linkOf)}</div><div>${more.map(linkOf)}</div></div></details>`

export type Tone = 'quiet' | 'info' | 'good' | 'warn' | 'bad'
export const badge = (label: string, tone: Tone = 'quiet'): Html => html`<span class="badge ${tone}">${label}</span>`
export const empty = (title: string, text: string): Html => html`<div class="empty"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 21V10a7 7 0 0 1 14 0v11z"/><circle cx="14.6" cy="14.2" r="1.3"/></svg><h2>${title}</h2><p>${text}</p></div>`
export const notice = (tone: Tone, title: string, text: Part): Html => html`<div class="notice ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}"><b>${title}</b>${text && html`<p>${text}</p>`}</div>`

// On a phone each row becomes a card, whose cells are labelled by the column's head.
export const table = (columns: readonly string[], rows: readonly { id: string; cells: readonly Part[] }[]): Html => html`<div class="table"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(({ id, cells }) => html`<tr data-id="${id}">${cells.map((cell, at) => html`<td data-label="${columns[at]}"><div>${cell}</div></td>`)}</tr>`)}</tbody>
</table></div>`

export type Button = { action: string; csrf: string; label: string; kind?: 'main' | 'plain' | 'danger'; fields?: Readonly<Record<string, string>> }
export const formButton = ({ action, csrf, label, kind = 'plain', fields = {} }: Button): Html => html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button class="${kind}">${label}</button></form>`

// A part that keeps itself fresh while it is being looked at: page-live.js puts in what has changed. everyMs: it asks so often, where the server has no streams.
export const live = ({ url, everyMs, away, body, className = '' }: { url: string; everyMs?: number; away: string; body: Html; className?: string }): Html =>
  html`<div class="live ${className}" data-live="${url}"${everyMs !== undefined && html` data-every="${everyMs}"`} data-tag="${tagOf(textOf(body))}" data-away="${away}">${body}</div>`
export const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
