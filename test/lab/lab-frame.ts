import { assetFrom, assetUrl, answerAsset, type Asset } from '@portero/tool-server/spine/page-assets.ts'
import { html, layout, pagePolicy, tagOf, textOf, type Html, type Nav } from '@portero/tool-server/spine/page.ts'
import type { View } from './home-view.ts'
import type { Answer, Asked } from './simulator.ts'

// What every page of the lab stands in, and how its parts and files are answered.
export type Console = { url: string; name: string; password: string }
export type Place = '/' | '/phone' | '/mail' | '/calendars' | '/app' | '/record'

const script = (name: string): [string, Asset] => [name, assetFrom(new URL(name, import.meta.url), 'text/javascript')]
const modules = ['record.js', 'card-host.js', 'card-tree.js', 'card-dom.js', 'card-components.js', 'card-inputs.js', 'card-charts.js']
const files: Readonly<Record<string, Asset>> = {
  ...Object.fromEntries(modules.map(script)),
  'lab.js': assetFrom(new URL('home.js', import.meta.url), 'text/javascript'),
  'record.css': assetFrom(new URL('record.css', import.meta.url), 'text/css'),
  'phone.css': assetFrom(new URL('phone.css', import.meta.url), 'text/css'),
}
export const phoneStyle = assetUrl('phone.css', files)
const guard = { 'content-security-policy': pagePolicy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' }
const asHtml = { ...guard, 'content-type': 'text/html; charset=utf-8' }

// All that the cards' host imports, asked for at once; by the names that it imports them by.
export const hostModules: Html = html`${modules.map((name) => html`<link rel="modulepreload" href="/_assets/${name}">`)}`

// houseUrl: where the photos lie that cards show, as HubSpot shows whatever a card's picture links to.
type Shown = { title: string; current: Place; console: Console | undefined; houseUrl: string; view: View; body: Html; status?: number }
export const page = ({ title, current, console, houseUrl, view, body, status = 200 }: Shown): Answer => ({
  status, headers: { ...asHtml, 'content-security-policy': `${pagePolicy}; img-src 'self' ${new URL(houseUrl).origin}` },
  body: layout({
    title, language: view.language, nav: navFor(current, console, view), wide: true, scripts: [assetUrl('lab.js', files)],
    body: html`<link rel="stylesheet" href="${assetUrl('record.css', files)}">${body}<div id="toasts" role="status" aria-live="polite"></div>`,
  }),
})

const navFor = (current: Place, console: Console | undefined, { words }: View): Nav => ({
  home: '/',
  label: words.lab,
  links: [{ href: '/', label: words.lab, current: current === '/' }, { href: '/phone', label: words.phone, current: current === '/phone' }, { href: '/mail', label: words.mail, current: current === '/mail' }, { href: '/calendars', label: words.calendars, current: current === '/calendars' }, { href: '/app', label: words.app, current: current === '/app' }],
  aside: console && html`<a class="button" href="${console.url}">${words.console}</a>`,
})

// A part of a page: nothing is sent where nothing has changed.
export const fresh = ({ headers }: Asked, part: Html): Answer => {
  const text = textOf(part)
  const etag = tagOf(text)
  return headers['if-none-match'] === etag ? { status: 304, headers: { etag } } : { status: 200, headers: { ...asHtml, etag }, body: text }
}

export const asset = ({ path, query, headers }: Asked): Answer | undefined => {
  const wanted = { name: /^\/_assets\/([\w.-]+)$/.exec(path)?.[1] ?? '', version: query['v'], known: headers['if-none-match'] }
  return answerAsset(wanted) ?? answerAsset(wanted, files)
}
