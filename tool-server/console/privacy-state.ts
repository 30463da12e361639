import { privacyDeskWords } from '@portero/shared'
import { dayMs } from '../domain/zones.ts'
import type { Span } from '../store/figures.ts'
import { breachCounts, consentCounts, noticeCounts } from '../store/privacy-figures.ts'
import { nextRuns, proofsOf, runsOf } from '../store/retention.ts'
import { navFor, paths, sendPage, type DoorNeeds } from './frame.ts'
import { consentsStatePage, retentionPage, type State } from './privacy-state-page.ts'

// The doors of how it stands with consents, notices and what is kept. Numbers name nobody; a list that they open does, and is in the audit.
type Needs = Pick<DoorNeeds, 'door' | 'forScope' | 'db' | 'clock' | 'tenant' | 'retention'>
const monthOf = (now: number): Span => ({ from: now - 30 * dayMs, to: now + 1, now })

export const privacyStateOf = async ({ db, clock, tenant }: Pick<Needs, 'db' | 'clock' | 'tenant'>): Promise<Pick<State, 'consents' | 'notices' | 'proofs' | 'breaches'>> => {
  const asked = { tenant, ...monthOf(clock.now()) }
  const [consents, notices, proofs, breaches] = await Promise.all([consentCounts(db.bare, asked), noticeCounts(db.bare, asked), proofsOf(db.bare, tenant), breachCounts(db.bare, tenant)])
  return { consents, notices, proofs, breaches }
}

export const privacyStateDoors = ({ door, forScope, db, clock, tenant, retention = [] }: Needs): void => {
  door.get(paths.consents, forScope('privacy:read', async (_request, response, inside) => {
    const span = monthOf(clock.now())
    const [consents, notices] = await Promise.all([consentCounts(db.bare, { tenant, ...span }), noticeCounts(db.bare, { tenant, ...span })])
    sendPage(response, 200, inside, { title: privacyDeskWords[inside.language].standing.consents, nav: navFor(inside, 'privacy'), body: consentsStatePage({ consents, notices, span }, inside) })
  }))
  door.get(paths.retention, forScope('privacy:read', async ({ query }, response, inside) => {
    const name = retention.find((each) => each.name === query['class'])?.name
    const [proofs, next, rows] = await Promise.all([proofsOf(db.bare, tenant), nextRuns(db.bare, tenant), name === undefined ? [] : runsOf(db.bare, tenant, name)])
    sendPage(response, 200, inside, { title: privacyDeskWords[inside.language].standing.retention, nav: navFor(inside, 'privacy'), body: retentionPage({ classes: retention, proofs, next, runs: name === undefined ? undefined : { name, rows } }, inside) })
  }))
}
