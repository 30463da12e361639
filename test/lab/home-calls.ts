import { badge, empty, html, type Html, type Tone } from '@portero/tool-server/spine/page.ts'
import type { Desk, Logged } from './desk.ts'
import { hour, type View } from './home-view.ts'

// What went over the wire to the simulated vendors, the latest first, and the switch that makes one of them go away.
type Desks = ReadonlyMap<string, Desk>
const mostCalls = 60

export const vendorSwitches = (desks: Desks, { words }: View): Html => html`<ul class="switches">${[...desks].map(([name, desk]) => {
  const isDown = desk.faults().some(({ on, fault }) => on === '*' && fault === 'down')
  const [method, body] = isDown ? ['DELETE', ''] : ['POST', JSON.stringify({ on: '*', fault: 'down', times: 1_000_000 })]
  return html`<li class="line" data-id="vendor-${name}"><b>${name}</b>${badge(isDown ? words.stopped : words.running, isDown ? 'bad' : 'good')}<button id="switch-${name}" data-url="/_lab/${name}/faults" data-method="${method}" data-body="${body}">${isDown ? words.resume : words.stop}</button></li>`
})}</ul>`

export const callsPane = (desks: Desks, view: View): Html => {
  const calls = [...desks].flatMap(([vendor, desk]) => desk.requests().map((call, no) => ({ vendor, no, call })).slice(-mostCalls)).toSorted((one, other) => other.call.at - one.call.at || other.no - one.no).slice(0, mostCalls)
  return calls.length === 0 ? empty(view.words.noCalls, view.words.noCallsText) : html`<ol class="calls">${calls.map(({ vendor, no, call }) => html`<li>${callLine(`${vendor}-${no}`, vendor, call, view)}</li>`)}</ol>`
}

const callLine = (id: string, vendor: string, { method, path, query, status, ms, at, fault, body }: Logged, { words, language }: View): Html => {
  const asked = new URLSearchParams(query).toString()
  return html`<details id="call-${id}" data-id="${id}"><summary><code class="cut"><b>${method}</b> ${path}${asked && `?${asked}`}</code>
<span class="line soft">${badge(vendor)}${badge(status === undefined ? (ms === undefined ? words.pending : words.noAnswer) : String(status), toneOf(status, ms))}${ms !== undefined && html`<span class="number">${ms} ms</span>`}${hour(at, language, true)}${fault && badge(`${words.fault}: ${fault}`, 'warn')}</span></summary>
${body === undefined ? html`<p class="soft">${words.noBody}</p>` : html`<pre class="scroll" id="body-${id}" aria-label="${words.request}" tabindex="0">${Buffer.isBuffer(body) ? `${body.length} bytes` : typeof body === 'string' ? body : JSON.stringify(body, null, 2)}</pre>`}</details>`
}
const toneOf = (status: number | undefined, ms: number | undefined): Tone => (status === undefined ? (ms === undefined ? 'quiet' : 'bad') : status < 400 ? 'good' : status < 500 ? 'warn' : 'bad')
