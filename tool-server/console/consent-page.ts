import { consentWords, views, type ConsentWords } from '@portero/shared'
import { formButton, html, notice, type Html } from '../spine/page.ts'
import { paths, type Inside, type View } from './frame.ts'

// What is said around a consent: before it, and when it has come to its end or to none.
type Plain = 'denied' | 'stale' | 'notLasting' | 'away'
export type Ending =
  | { how: Plain; vendor: string; agent?: string | undefined }
  | { how: 'otherAccount'; vendor: string; agent: string; account: string; expected: string }
  | { how: 'otherKey'; vendor: string; agent: string; expected: string }
  | { how: 'scopes'; vendor: string; agent: string; missing: readonly string[] }
  | { how: 'notSetUp'; vendor: string; agent: string; said: string }
  | { how: 'noAddress'; vendor: string; name: string }
  | { how: 'done'; vendor: string; account: string }

export const statusOf: Readonly<Record<Ending['how'], number>> = { denied: 403, stale: 403, notLasting: 409, away: 503, otherAccount: 409, otherKey: 409, scopes: 403, notSetUp: 502, noAddress: 409, done: 200 }

const saidOf = (ending: Ending, words: ConsentWords): { title: string; text: string } => {
  const vendor = views.vendorName(ending.vendor)
  switch (ending.how) {
    case 'otherAccount':
      return words.otherAccount(vendor, ending.account, ending.expected)
    case 'otherKey':
      return words.otherKey(vendor, ending.expected)
    case 'scopes':
      return words.scopes(vendor, ending.missing.join(', '))
    case 'notSetUp':
      return words.notSetUp(vendor, ending.said)
    case 'noAddress':
      return words.noAddress(ending.name)
    case 'done':
      return words.done(vendor, ending.account)
    default:
      return words[ending.how](vendor)
  }
}

export const endingPage = (ending: Ending, { language }: View): { title: string; body: Html } => {
  const words = consentWords[language]
  const { title, text } = saidOf(ending, words)
  const again = 'agent' in ending && ending.agent !== undefined ? paths.connect(ending.vendor, ending.agent) : undefined
  return {
    title,
    body: html`<div class="alone">${notice(ending.how === 'done' ? 'good' : 'bad', title, text)}<div class="line">${again !== undefined && html`<a class="button main" href="${again}">${words.retry}</a>`}<a class="button" href="${paths.connections}">${words.back}</a></div></div>`,
  }
}

// Where nobody is asked at the vendor, whoever presses is asked here.
export const surePage = ({ vendor, agent, name, account }: { vendor: string; agent: string; name: string; account: string }, { language, signedIn: { csrf } }: Inside): { title: string; body: Html } => {
  const words = consentWords[language]
  const called = views.vendorName(vendor)
  return {
    title: words.connect(called),
    body: html`<div class="narrow stack"><div class="head"><h1>${words.sure.title(called, name)}</h1></div><section class="card"><div class="in stack"><p>${words.sure.text(account)}</p>
<div class="line">${formButton({ action: paths.connect(vendor, agent), csrf, label: words.sure.yes, kind: 'main' })}<a class="button" href="${paths.connections}">${words.back}</a></div></div></section></div>`,
  }
}
