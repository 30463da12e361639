import { connectionsWords, views } from '@portero/shared'
import type { Tried } from '../actions/try-connections.ts'
import { badge, formButton, html, notice, table, type Html } from '../spine/page.ts'
import { paths, type Inside } from './frame.ts'

// What a test found, thing by thing; and the form by which a system is connected that is let in by a key.
export const triedPage = (id: string, { vendor, account, findings }: Tried, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  const amiss = findings.filter(({ mend }) => mend !== undefined).length
  const rows = findings.map(({ what, code, told, mend }) => {
    const name = what.slice(vendor.length + 1)
    const [label = what, next = ''] = new Map(Object.entries(words.checks)).get(name) ?? []
    return {
      id: `check-${name.replaceAll(' ', '-')}`,
      cells: [
        html`<b>${label}</b>`, badge(mend === undefined ? words.well : words.amiss, mend === undefined ? 'good' : 'bad'),
        html`${mend !== undefined && html`<p>${code !== undefined && passing.has(code) ? words.passing : next}</p>`}<details><summary>${words.detail}</summary><small lang="en">${told}. ${mend}</small></details>`,
      ],
    }
  })
  return html`<div class="head"><h1>${words.tried(views.vendorName(vendor))}</h1><p class="soft">${account}</p></div>
${amiss === 0 ? notice('good', words.triedWell, undefined) : notice('warn', words.triedBad(amiss), undefined)}
<section class="card">${table([words.check, words.result, words.next], rows)}</section>
<div class="line pager">${formButton({ action: paths.testConnection(id), csrf: inside.signedIn.csrf, label: words.again, kind: 'main' })}<a class="button" href="${paths.connections}">${words.back}</a></div>`
}
const passing: ReadonlySet<string> = new Set(['throttled', 'unavailable', 'timeout', 'paused'])

// fault: why it was not taken. What was typed is not shown again, whatever became of it.
export type Pasting = { vendor: string; account: string; fault?: { is: 'json' } | { is: 'fit'; places: string } }
export const pastePage = ({ vendor, account, fault }: Pasting, keyed: readonly string[], inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  return html`<div class="narrow stack"><div class="head"><h1>${words.pasteTitle}</h1><p class="soft">${words.pasteText}</p></div>
${fault && notice('bad', fault.is === 'json' ? words.notJson : words.notFit(fault.places), undefined)}
<section class="card"><form class="in stack" method="post" action="${paths.pasteConnection}" autocomplete="off"><input type="hidden" name="csrf" value="${inside.signedIn.csrf}">
<div><label for="vendor">${words.vendor}</label><select id="vendor" name="vendor">${keyed.map((each) => html`<option value="${each}"${each === vendor && html` selected`}>${views.vendorName(each)}</option>`)}</select></div>
<div><label for="account">${words.account}</label><input id="account" name="account" required maxlength="200" value="${account}" aria-describedby="account-help"><small id="account-help">${words.accountHelp}</small></div>
<div><label for="settings">${words.settings}</label><textarea id="settings" name="settings" rows="8" required spellcheck="false" autocomplete="off" autocapitalize="off" aria-describedby="settings-help"></textarea><small id="settings-help">${words.settingsHelp} ${words.example}</small></div>
<div class="line"><button class="main">${words.save}</button><a class="button" href="${paths.connections}">${words.cancel}</a></div></form></section>
<p class="soft">${words.byCommand} <code>npx portero connect ${vendor === '' ? (keyed[0] ?? 'hubspot') : vendor} ${account === '' ? 'CUENTA' : account} ${'<'} datos.json</code></p></div>`
}
