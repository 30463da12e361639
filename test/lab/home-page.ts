import { consoleWords, type Language } from '@portero/shared'
import { languageOf } from '@portero/tool-server/spine/doors.ts'
import { html, live, type Html } from '@portero/tool-server/spine/page.ts'
import { calendarsBody, calendarsList, type Connected } from './calendars-page.ts'
import type { Bundles } from './card-bundles.ts'
import type { Desk } from './desk.ts'
import { callsPane, vendorSwitches } from './home-calls.ts'
import type { View } from './home-view.ts'
import { people } from './hubspot/people.ts'
import type { Proxy } from './hubspot/proxy.ts'
import { asset, fresh, page, type Console } from './lab-frame.ts'
import { mailBody, mailList, mailsIn, oneMail } from './mail-page.ts'
import { numberOr, phonePane, talk } from './phone-page.ts'
import { contactOfPhone, hubspotState, refOf, type RecordRef, type State } from './record-about.ts'
import { recordDoors } from './record-doors.ts'
import { aboutOf, appBody, recordBody, recordPane, type Hosting } from './record-page.ts'
import type { Pages, Phone } from './server.ts'
import type { Time } from './simulator.ts'
import { labWords } from './words.ts'

// The lab's own pages: phone, record and calls side by side, so that one sees a message become a record; and HubSpot's pages with our cards in them.
// console: asked for anew each time, since the operator may be made after the lab has opened. stages: our names of HubSpot's deal stages.
type Needs = {
  clock: Pick<Time, 'now'>; console?: () => Console | undefined; stages?: Readonly<Record<string, string>>
  labelOf?: (type: RecordRef['type'], property: string) => string; hosting: Hosting; bundles: Bundles; proxy: Proxy; connected?: Connected
}
type Shelf = { desks: ReadonlyMap<string, Desk>; phone: Phone | undefined }

export const labPages = ({ clock, console = () => undefined, stages = {}, labelOf = (_type, name) => name, hosting, connected = {}, ...hubspot }: Needs): Pages => async (asked, shelf) => {
  const state = (): Promise<State | undefined> => stateOf(shelf)
  const answer = await recordDoors(asked, hubspot, state)
  if (answer || asked.method !== 'GET') return answer
  const language = languageOf(asked.headers['accept-language'])
  const { query, path } = asked
  const view: View = { language, words: labWords[language], now: clock.now(), number: numberOr(query['number']), person: people.find(({ id }) => id === query['user']) ?? people[0], stageOf: stageNames(stages, language), labelOf }
  const frame = { view, hosting, isPrepared: hubspot.bundles.isReady() }
  const around = { view, console: console(), houseUrl: hosting.publicUrl }
  const { words } = view
  switch (path) {
    case '/':
      return page({ ...around, title: words.lab, current: '/', body: homeBody(await phonePane(shelf.phone, '/', view), await state(), { shelf, console: console(), ...frame }) })
    case '/phone':
      return page({ ...around, title: words.phone, current: '/phone', body: html`<div class="narrow">${await phonePane(shelf.phone, '/phone', view)}</div>` })
    case '/mail':
      return page({ ...around, title: words.mail, current: '/mail', body: mailBody(await mailsIn(shelf.desks.get('smtp')), view) })
    case '/_pages/mail':
      return fresh(asked, mailList(await mailsIn(shelf.desks.get('smtp')), view))
    case '/calendars':
      return page({ ...around, title: words.calendars, current: '/calendars', body: await calendarsBody(shelf.desks, connected, view) })
    case '/_pages/calendars':
      return fresh(asked, await calendarsList(shelf.desks, connected, view))
    case '/app':
    case '/app/settings':
      return page({ ...around, title: words.appHome, current: '/app', body: appBody(path === '/app' ? 'app' : 'settings', frame) })
    case '/_pages/phone':
      return shelf.phone && fresh(asked, await talk(shelf.phone, view))
    case '/_pages/about': {
      const known = await state()
      return fresh(asked, aboutOf(refOf(query['record']) ?? (known && contactOfPhone(known, view.number)), known, view))
    }
    case '/_pages/calls':
      return fresh(asked, callsPane(shelf.desks, view))
    case '/_pages/vendors':
      return fresh(asked, vendorSwitches(shelf.desks, view))
    default: {
      const mail = path.startsWith('/mail/') ? (await mailsIn(shelf.desks.get('smtp'))).find(({ id }) => id === path.slice(6)) : undefined
      if (mail) return page({ ...around, title: mail.subject, current: '/mail', body: oneMail(mail, view) })
      const ref = refOf(/^\/record\/(.+)$/.exec(path)?.[1])
      const known = ref && (await state())
      return ref && known ? page({ ...around, title: words.record, current: '/record', body: recordBody(ref, known, frame) }) : asset(asked)
    }
  }
}

const stageNames = (stages: Readonly<Record<string, string>>, language: Language) => (id: string): string => {
  const ours = Object.keys(stages).find((name) => stages[name] === id) ?? id
  return Object.entries(consoleWords[language].stage).find(([name]) => name === ours)?.[1] ?? ours
}

const stateOf = async ({ desks }: Shelf): Promise<State | undefined> => {
  const state = await desks.get('hubspot')?.control({ method: 'GET', path: '', query: {}, headers: {}, body: undefined }, 'state')
  return hubspotState.safeParse(state?.body).data
}

type Home = { shelf: Shelf; console: Console | undefined; view: View; hosting: Hosting; isPrepared: boolean }
const homeBody = (phone: Html, state: State | undefined, { shelf, console, ...frame }: Home): Html => {
  const { view } = frame
  const { words, number } = view
  const ref = state && contactOfPhone(state, number)
  return html`<div class="head"><div><h1>${words.home}</h1><p class="soft">${words.lead}</p></div>
${console && html`<p class="push soft">${words.signInWith}: <code>${console.name}</code> · <code>${console.password}</code></p>`}</div>
<div class="three">${phone}<section class="card pane" aria-label="${words.record}"><h2>${words.record}</h2><div class="scroll" id="pane-record" tabindex="0">${recordPane(ref, state, frame)}</div></section>
<div class="column"><section class="card"><h2>${words.vendors}</h2>${live({ url: '/_pages/vendors', everyMs: 2_000, away: words.away, body: vendorSwitches(shelf.desks, view) })}</section><section class="card pane"><h2>${words.calls}</h2><div class="scroll" id="pane-calls" tabindex="0">${live({ url: '/_pages/calls', everyMs: 1_000, away: words.away, body: callsPane(shelf.desks, view) })}</div></section></div></div>`
}
