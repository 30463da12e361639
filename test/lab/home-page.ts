import { consoleWords, type Language } from '@portero/shared'
import { answerAsset, assetFrom, assetUrl, type Asset } from '@portero/tool-server/spine/page-assets.ts'
import { languageOf } from '@portero/tool-server/spine/doors.ts'
import { html, layout, live, pagePolicy, tagOf, textOf, type Html, type Nav } from '@portero/tool-server/spine/page.ts'
import type { Desk } from './desk.ts'
import { callsPane, vendorSwitches } from './home-calls.ts'
import { recordPane } from './home-record.ts'
import type { View } from './home-view.ts'
import { numberOr, phonePane, talk } from './phone-page.ts'
import type { Pages, Phone } from './server.ts'
import type { Answer, Asked, Time } from './simulator.ts'
import { labWords } from './words.ts'

// The lab's own pages: phone, record and calls side by side, so that one sees a message become a record.
export type Console = { url: string; name: string; password: string }
// console: asked for anew each time, since the operator may be made after the lab has opened. stages: our names of HubSpot's deal stages.
type Needs = { clock: Pick<Time, 'now'>; console?: () => Console | undefined; stages?: Readonly<Record<string, string>> }
type Shelf = { desks: ReadonlyMap<string, Desk>; phone: Phone | undefined }

const scripts: Readonly<Record<string, Asset>> = { 'lab.js': assetFrom(new URL('home.js', import.meta.url), 'text/javascript') }
const guard = { 'content-security-policy': pagePolicy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' }

export const labPages = ({ clock, console = () => undefined, stages = {} }: Needs): Pages => async (asked, shelf) => {
  if (asked.method !== 'GET') return undefined
  const language = languageOf(asked.headers['accept-language'])
  const view: View = { language, words: labWords[language], now: clock.now(), number: numberOr(asked.query['number']), stageOf: stageNames(stages, language) }
  const page = (title: string, current: '/' | '/phone', body: Html): Answer => ({
    status: 200, headers: { ...guard, 'content-type': 'text/html; charset=utf-8' }, body: layout({ title, language, nav: navFor(current, console(), view), body, scripts: [assetUrl('lab.js', scripts)], wide: true }),
  })
  switch (asked.path) {
    case '/':
      return page(view.words.lab, '/', await homeBody(shelf, console(), view))
    case '/phone':
      return page(view.words.phone, '/phone', html`<div class="narrow">${await phonePane(shelf.phone, '/phone', view)}</div>`)
    case '/_pages/phone':
      return shelf.phone && fresh(asked, await talk(shelf.phone, view))
    case '/_pages/record':
      return fresh(asked, await record(shelf, view))
    case '/_pages/calls':
      return fresh(asked, callsPane(shelf.desks, view))
    case '/_pages/vendors':
      return fresh(asked, vendorSwitches(shelf.desks, view))
    default:
      return asset(asked)
  }
}

const stageNames = (stages: Readonly<Record<string, string>>, language: Language) => (id: string): string => {
  const ours = Object.keys(stages).find((name) => stages[name] === id) ?? id
  return Object.entries(consoleWords[language].stage).find(([name]) => name === ours)?.[1] ?? ours
}

const asset = ({ path, query, headers }: Asked): Answer | undefined => {
  const wanted = { name: /^\/_assets\/([\w.-]+)$/.exec(path)?.[1] ?? '', version: query['v'], known: headers['if-none-match'] }
  return answerAsset(wanted) ?? answerAsset(wanted, scripts)
}

const fresh = ({ headers }: Asked, part: Html): Answer => {
  const text = textOf(part)
  const etag = tagOf(text)
  return headers['if-none-match'] === etag ? { status: 304, headers: { etag } } : { status: 200, headers: { ...guard, etag, 'content-type': 'text/html; charset=utf-8' }, body: text }
}

const navFor = (current: '/' | '/phone', console: Console | undefined, { words }: View): Nav => ({
  home: '/',
  label: words.lab,
  links: [{ href: '/', label: words.lab, current: current === '/' }, { href: '/phone', label: words.phone, current: current === '/phone' }],
  aside: console && html`<a class="button" href="${console.url}">${words.console}</a>`,
})

const homeBody = async (shelf: Shelf, console: Console | undefined, view: View): Promise<Html> => {
  const { words, number } = view
  const pane = (name: string, title: string, url: string, body: Html): Html => html`<section class="card pane"><h2>${title}</h2><div class="scroll" id="pane-${name}" tabindex="0">${live({ url, everyMs: 1_000, away: words.away, body })}</div></section>`
  return html`<div class="head"><div><h1>${words.home}</h1><p class="soft">${words.lead}</p></div>
${console && html`<p class="push soft">${words.signInWith}: <code>${console.name}</code> · <code>${console.password}</code></p>`}</div>
<div class="three">${await phonePane(shelf.phone, '/', view)}${pane('record', words.record, `/_pages/record?number=${encodeURIComponent(number)}`, await record(shelf, view))}
<div class="column"><section class="card"><h2>${words.vendors}</h2>${live({ url: '/_pages/vendors', everyMs: 2_000, away: words.away, body: vendorSwitches(shelf.desks, view) })}</section>${pane('calls', words.calls, '/_pages/calls', callsPane(shelf.desks, view))}</div></div>`
}

const record = async ({ desks }: Shelf, view: View): Promise<Html> => {
  const state = await desks.get('hubspot')?.control({ method: 'GET', path: '', query: {}, headers: {}, body: undefined }, 'state')
  return recordPane(state?.body, view)
}
