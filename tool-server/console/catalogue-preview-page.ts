import { catalogueDeskWords, type CatalogueDeskWords, type Language } from '@portero/shared'
import { previewDays, type Booked, type BuildingPreview, type Preview, type Start, type Why } from '../domain/catalogue-preview.ts'
import { badge, html, notice, table, type Html } from '../spine/page.ts'
import type { CatalogueShown } from '../store/homes.ts'
import type { Named } from '../store/catalogue-view.ts'
import { timeIn } from './catalogue-blackout-forms.ts'
import { differences, type Form, type Typed } from './catalogue-fields.ts'
import { nameOf } from './conversations-page.ts'
import { visitTime } from './dates.ts'
import { paths, type Inside } from './frame.ts'

// What a change would do, before it is saved: what differs, the free times of the next days now and then, and the visits that would fall outside.
export type Proposed = { form: Form; typed: Typed; version: string; preview: Preview; action: string; key: string }
export const previewPage = ({ form, typed, version, preview, action, key }: Proposed, shown: CatalogueShown, named: Named, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const kept = { ...typed, csrf: inside.signedIn.csrf, key, version, do: form.do }
  const buttons = html`<form method="post" action="${action}" class="line">${Object.entries(kept).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button class="main" name="go" value="save">${words.save}</button><button name="go" value="edit">${words.edit}</button></form>`
  return html`<div class="head"><h1>${words.previewTitle}</h1></div>${notice('info', words.notYet, words.notYetText)}<div class="stack">
<section class="card"><h2>${words.whatChanges}</h2>${changes(differences(form.do === 'close' ? [] : form.lines(form.initial), form.lines(typed)), [words.before, words.after], words)}<div class="in">${buttons}</div></section>
${visitsOut(preview, shown, named, inside)}
${preview.buildings.length === 0 ? html`<p class="soft">${words.noBuilding}</p>` : preview.buildings.map((each, at) => building(each, at === 0, words, inside.language))}</div>`
}

export const changes = (rows: ReturnType<typeof differences>, [before, after]: readonly [string, string], words: CatalogueDeskWords): Html =>
  table(['', before, after], rows.map(({ label, ...texts }) => ({ id: label, cells: [html`<b>${label || words.reasonShort}</b>`, texts.before || '—', texts.after || '—'] })))

const visitsOut = ({ out }: Preview, shown: CatalogueShown, named: Named, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  if (out.length === 0) return html`<p class="soft">${words.noOut}</p>`
  return html`<section class="card" id="out"><h2>${words.out(out.length)}</h2><p class="in">${words.outText}</p>${visitsTable(out, shown, named, inside)}</section>`
}

// Visits with whoever comes, and where that can be changed. why: of those that fall outside.
export const mostVisits = 60
export const visitsTable = (visits: readonly (Booked & { why?: readonly Why[] })[], { catalogue: { homes, agents } }: CatalogueShown, named: Named, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const hasWhy = visits.some(({ why }) => why !== undefined)
  const rows = visits.slice(0, mostVisits).map(({ id, person, conversation, home, agent, startsAt, endsAt, why = [] }) => {
    const place = homes.find((each) => each.id === home)
    const name = nameOf(named.get(person) ?? { name: undefined, phone: undefined }, inside)
    return {
      id, cells: [
        visitTime(startsAt, endsAt, place?.building.zone ?? 'UTC', inside.language), html`${place?.title ?? ''}<br><span class="soft">${place?.building.name ?? ''}</span>`, agents.find((each) => each.id === agent)?.name ?? '',
        conversation === undefined ? html`${name} <span class="soft">${words.page}</span>` : html`<a href="${paths.conversation(conversation)}">${name}</a>`, ...(hasWhy ? [why.map((each) => words.reasonOut[each]).join(', ')] : []),
      ],
    }
  })
  return html`${table([words.when, words.home, words.agent, words.person, ...(hasWhy ? [words.why] : [])], rows)}${visits.length > mostVisits && html`<p class="in soft">${inside.words.more(visits.length - mostVisits)}</p>`}`
}

const building = ({ building: { id, name, zone }, days, before, after, added, gone }: BuildingPreview, isOpen: boolean, words: CatalogueDeskWords, language: Language): Html => {
  const counts = html`<span class="line">${words.nowFree} <b class="number">${before.toLocaleString(language)}</b> → ${words.thenFree} <b class="number">${after.toLocaleString(language)}</b>${added > 0 && badge(words.added(added), 'good')}${gone > 0 && badge(words.gone(gone), 'bad')}</span>`
  const times = (starts: readonly Start[]): Html => {
    const chips = html`<div class="starts">${starts.map((start) => chip(start, zone))}</div>`
    if (starts.length === 0) return html`<span class="soft">${words.noTimes}</span>`
    return starts.every(({ is }) => is === 'same') ? html`<details><summary>${words.sameDay}</summary>${chips}</details>` : chips
  }
  const rows = days.map(({ day, starts }) => ({ id: `${id}-${day}`, cells: [html`<b><time datetime="${day}">${dayText(day, language)}</time></b>`, tally(starts, words), times(starts)] }))
  return html`<section class="card" data-id="${id}"><h2>${words.free(name)}</h2><div class="in stack">${counts}<p class="soft">${words.freeText(previewDays)} ${added + gone === 0 ? words.sameTimes : words.legend}</p></div><details${isOpen && html` open`}><summary class="in">${words.times}</summary>${table([words.dayHead, words.thenFree, words.times], rows)}</details></section>`
}
const tally = (starts: readonly Start[], words: CatalogueDeskWords): Html => {
  const count = (wanted: Start['is']): number => starts.filter(({ is }) => is === wanted).length
  return html`<span class="line"><span class="number">${starts.length - count('gone')}</span>${count('new') > 0 && badge(words.added(count('new')), 'good')}${count('gone') > 0 && badge(words.gone(count('gone')), 'bad')}</span>`
}
const chip = ({ startsAt, is }: Start, zone: string): Html => {
  const time = timeIn(zone, startsAt)
  return is === 'same' ? html`<span>${time}</span>` : is === 'new' ? html`<ins>+${time}</ins>` : html`<del>−${time}</del>`
}
const dayText = (day: string, language: Language): string => days[language].format(Date.parse(`${day}T00:00:00Z`))
const dayFormat = (language: Language): Intl.DateTimeFormat => new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
const days = { 'es-MX': dayFormat('es-MX'), en: dayFormat('en') }
