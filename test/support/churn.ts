import { sql } from 'kysely'
import type { House } from '@portero/tool-server/app.ts'
import { adoptContact } from '@portero/tool-server/actions/adopt-contact.ts'
import { adoptDeal } from '@portero/tool-server/actions/adopt-deal.ts'
import type { Lab } from '../lab/index.ts'

// Random changes on both sides of the CRM: our people's and our own on ours, HubSpot's people's on theirs. Each touches one person.
export type Somebody = { person: string; lead: string; contact: string; deal: string; changes: number }
export type Churn = { people: Somebody[]; change(): Promise<'ours' | 'theirs'>; writes(): ReadonlyMap<string, number>; unlike(): Promise<string[]> }
type Around = { house: Pick<House, 'db' | 'acting' | 'tenant'>; lab: Pick<Lab, 'hubspot'>; chance(): number; only?: readonly string[] } // only: of these people

const names = ['Ana', 'Luz', 'Iván', 'Noé', 'Inés', 'Omar', 'Elsa', 'Raúl']
const families = ['Vera Íñiguez', 'de la Cruz', 'Nuñez', 'Garza', 'del Río']
const dealStages = { '1002': 'qualified', '1004': 'visit_done', '1005': 'application' } as const

export const makeChurn = async ({ house, lab, chance, only }: Around): Promise<Churn> => {
  const { rows: people } = await sql<Omit<Somebody, 'changes'>>`select c.person_id as person, c.external_id as contact, d.our_id as lead, d.external_id as deal from counterpart c join counterpart d on d.person_id = c.person_id and d.kind = 'deal'
    where c.kind = 'contact' and c.external_id is not null and d.external_id is not null order by c.our_id`.execute(house.db.bare)
  const all = people.filter(({ person }) => only?.includes(person) ?? true).map((each) => ({ ...each, changes: 0 }))
  const first = lab.hubspot.requests().length
  const one = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)]!
  const name = (): { firstname: string; lastname: string } => ({ firstname: one(names), lastname: one(families) })
  const budget = (): string => String(10_000 + Math.floor(chance() * 40) * 500)
  const rooms = (): string => String(1 + Math.floor(chance() * 4))
  const { controls } = lab.hubspot
  return {
    people: all,
    async change() {
      const who = one(all)
      who.changes++
      const act = house.acting.as({ tenant: house.tenant, by: 'staff', person: who.person }, 'all')
      const kind = Math.floor(chance() * 7)
      if (kind === 0) await act(adoptContact, { person: who.person, name: Object.values(name()).join(' ') })
      else if (kind < 3) await act(adoptDeal, { person: who.person, lead: who.lead, texts: kind === 1 ? { budgetMxn: budget() } : { bedrooms: rooms() } })
      else if (kind === 3) controls.change({ type: 'contacts', id: who.contact, properties: name() })
      else if (kind === 4) controls.change({ type: 'deals', id: who.deal, properties: { dealstage: one(Object.keys(dealStages)) } })
      else controls.change({ type: 'deals', id: who.deal, properties: kind === 5 ? { portero_budget: budget() } : { portero_bedrooms: rooms() } })
      return kind < 3 ? 'ours' : 'theirs'
    },
    // By record; a write whose answer was lost is made again, and is the same one.
    writes() {
      const count = new Map<string, number>()
      for (const { on, body, fault, status } of lab.hubspot.requests().slice(first)) {
        if (!/batch\/(upsert|update)$/.test(on) || (fault !== undefined && fault !== 'slow') || status === undefined || status >= 300) continue
        for (const { id } of (body as { inputs: { id: string }[] }).inputs) count.set(id, (count.get(id) ?? 0) + 1)
      }
      return count
    },
    // What reconciling leaves to people: the stage, which is theirs, has become ours.
    async unlike() {
      const { rows } = await sql<{ id: string; stage: string; external: string }>`select l.id, l.stage, c.external_id as external from lead l join counterpart c on c.our_id = l.id and c.kind = 'deal'`.execute(house.db.bare)
      const deals = new Map(lab.hubspot.state().deals.map(({ id, properties }) => [id, properties['dealstage'] ?? '']))
      const ours = new Map<string, string>([...Object.entries(dealStages), ['1001', 'new'], ['1003', 'visit_scheduled']])
      return rows.flatMap(({ id, stage, external }) => (ours.get(deals.get(external) ?? '') === stage ? [] : [id]))
    },
  }
}
