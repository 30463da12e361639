import { connectionsWords } from '@portero/shared'
import { badge, html, table, type Html, type Part } from '../spine/page.ts'
import { may } from '../domain/roles.ts'
import type { PageShown } from './connection-signs.ts'
import { fullTimeText } from './dates.ts'
import { paths, type Inside } from './frame.ts'

// What isn't the same here and there, and where it is decided.
export const driftCard = ({ drift: { crm, walking, toReview }, lines, refused, unasked, accounts }: PageShown, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  const { language, signedIn: { operator } } = inside
  const uncertain = lines.reduce((total, each) => total + each.uncertain, 0)
  const { drifted = 0, missing = 0, duplicate = 0, foreign = 0 } = crm?.tally ?? {}
  const counts = { differ: drifted, missing, duplicate, foreign, review: toReview, uncertain, refused, unasked }
  const links: Partial<Record<string, string>> = { review: paths.hubspot, duplicate: paths.hubspot, ...(may(operator.role, 'queue:write') && { uncertain: paths.queue }) }
  const rows = Object.entries(counts).flatMap(([name, count]): { id: string; cells: Part[] }[] => {
    const [label = '', next = ''] = new Map(Object.entries(words.drifts)).get(name) ?? []
    const to = links[name]
    return count === 0 ? [] : [{ id: `drift-${name}`, cells: [html`<b>${label}</b>`, html`<span class="number">${count.toLocaleString(language)}</span>`, to === undefined ? next : html`<a href="${to}">${next}</a>`] }]
  })
  const hasCrm = accounts.some(({ vendor }) => vendor === 'hubspot')
  return html`<section class="card" id="drift"><div class="line split"><h2>${words.drift}</h2>${rows.length === 0 && badge(words.all, 'good')}</div><p class="in soft">${words.driftText} ${hasCrm && (crm === undefined ? words.notCompared : words.compared(fullTimeText(crm.at, language), crm.tally.matched.toLocaleString(language)))} ${walking && words.walking}</p>
${rows.length > 0 && table([words.what, words.count, words.next], rows)}</section>`
}
