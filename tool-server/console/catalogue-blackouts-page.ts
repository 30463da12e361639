import { catalogueDeskWords } from '@portero/shared'
import type { Booked } from '../domain/catalogue-preview.ts'
import { badge, empty, formButton, html, table, type Html } from '../spine/page.ts'
import type { Named } from '../store/catalogue-view.ts'
import type { CatalogueShown } from '../store/homes.ts'
import { whenOf, whomOf, type Group } from './catalogue-blackout-forms.ts'
import type { Form } from './catalogue-fields.ts'
import { isAdmin } from './catalogue-page.ts'
import { cameNotice, formCard, type Sent } from './catalogue-place-pages.ts'
import { visitsTable } from './catalogue-preview-page.ts'
import { paths, type Inside } from './frame.ts'

// When nothing is shown, of the house, of a building, or by an agent; and the visits that were booked before that was said.
export type Closing = { shown: CatalogueShown; groups: readonly (Group & { inside: readonly Booked[] })[]; named: Named; form: Form; sent: Sent }
export const blackoutsPage = ({ shown, groups, named, form, sent }: Closing, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const told = { words, language: inside.language }
  const rows = groups.map((group) => ({
    id: group.ids.join('-'),
    cells: [
      html`<b>${whenOf(group, inside.now, inside.language)}</b>`, whomOf(group, told), group.reason, group.isByPeople ? words.byPeople : words.byFile, group.inside.length === 0 ? html`<span class="soft">${words.nobodyInside}</span>` : html`<a href="#inside">${badge(group.inside.length.toLocaleString(inside.language), 'warn')}</a>`,
      isAdmin(inside) && formButton({ action: paths.blackouts, csrf: inside.signedIn.csrf, label: words.remove, fields: { do: 'reopen', version: 'none', closed: group.ids.join(' ') } }),
    ],
  }))
  const within = [...new Map(groups.flatMap((group) => group.inside.map((visit) => [visit.id, visit]))).values()]
  return html`<div class="head"><div><h1>${words.blackouts}</h1><p class="soft">${words.daysOff}</p></div><a class="button push" href="${paths.catalogue}">${words.all}</a></div>${cameNotice(sent, words)}<div class="stack">
<section class="card">${rows.length === 0 ? empty(words.noBlackouts, words.noBlackoutsText) : table([words.when, words.where, words.reasonShort, words.by, words.inside, words.action], rows)}</section>
${within.length > 0 && html`<section class="card" id="inside"><h2>${words.inside}</h2><p class="in">${words.outText}</p>${visitsTable(within, shown, named, inside)}</section>`}
${isAdmin(inside) && formCard({ title: words.closeTitle, form, action: paths.blackouts, sent }, inside)}</div>`
}
