import type { z } from 'zod'
import { adoptContact } from '../actions/adopt-contact.ts'
import { adoptDeal } from '../actions/adopt-deal.ts'
import { adoptVisit, agentBy, giveVisits } from '../actions/adopt-visit.ts'
import { takeUpRecord } from '../actions/crm-changed.ts'
import { againMs, crmLook as timer, lookAt, serialOf } from '../actions/crm-look.ts'
import { weighRecord } from '../actions/crm-weigh.ts'
import { giveLead } from '../actions/give-lead.ts'
import { linkContact } from '../actions/link-contact.ts'
import { takeAway } from '../actions/take-away.ts'
import type { Act, Millis } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import { stage } from '../domain/leads.ts'
import type { CrmRecord } from '../domain/ports/crm-seen.ts'
import { defineFlow, type Reads } from '../domain/reads.ts'

// What people did to a record at the CRM, as it stands there now: it becomes ours, and reaches its prospect.
export const crmLook = defineFlow({
  ...timer,
  name: 'crm.look',
  serial: serialOf,
  together: { most: 100, eachMs: 400, mostMs: 2_600, gather: seen }, // as the CRM is told (connectors/hubspot/client.ts)
  async decide({ kind, id }, { toldAt, record, catalogue }, act) {
    if (!record) return takeAway(act, { kind, id, how: 'deleted', at: act.now }, catalogue)
    const { status, ours, person, adopt } = await act.act(weighRecord, { record, ...(toldAt !== undefined && { toldAt }) })
    if (status === 'settling') return lookAt(act, { kind, id }, { waitMs: againMs })
    if (status === 'unknown') return meet(act, record)
    if (ours === undefined || person === undefined || adopt.length === 0) return
    await adopters[kind](act, { record, ours, person, adopt, catalogue })
  },
})

// toldAt: asked before the record is, so that what we tell meanwhile is noticed.
type Which = z.infer<typeof timer.payload>
type Seen = { toldAt: Millis | undefined; record: CrmRecord | undefined; catalogue: Catalogue }
async function seen(which: readonly Which[], reads: Reads): Promise<Seen[]> {
  const catalogue = await reads.homes.catalogue()
  const toldAt = new Map<Which, Millis | undefined>()
  for (const each of which) toldAt.set(each, await reads.people.toldAt(each.kind, each.id))
  const records = new Map<Which, CrmRecord | undefined>()
  for (const [kind, some] of Map.groupBy(which, (each) => each.kind)) {
    const found = await reads.crm.records(kind, some.map(({ id }) => id))
    for (const [at, each] of some.entries()) records.set(each, found[at])
  }
  return which.map((each) => ({ toldAt: toldAt.get(each), record: records.get(each), catalogue }))
}

type News = { record: CrmRecord; ours: string; person: string; adopt: readonly string[]; catalogue: Catalogue }
const adopters: Record<CrmRecord['kind'], (act: Act, news: News) => Promise<void>> = {
  async contact(act, { record, person, adopt, catalogue }) {
    const { name, language } = record.fields
    const isNamed = adopt.includes('name') && name !== undefined
    const isSpoken = adopt.includes('language') && (language === 'es-MX' || language === 'en')
    if (isNamed || isSpoken) await act.act(adoptContact, { person, ...(isNamed && { name }), ...(isSpoken && { language }) })
    if (adopt.includes('owner')) await giveTo(act, { person, email: record.fields['owner'], catalogue })
  },
  async deal(act, { record, ours: lead, person, adopt, catalogue }) {
    const to = adopt.includes('stage') ? (stage.safeParse(record.fields['stage']).data ?? 'elsewhere') : undefined
    const texts = Object.fromEntries(Object.entries(record.fields).filter(([field]) => adopt.includes(field)))
    await act.act(adoptDeal, { person, lead, texts, ...(to !== undefined && { stage: to }) })
    if (adopt.includes('owner')) await giveTo(act, { person, lead, email: record.fields['owner'], catalogue })
  },
  meeting: (act, { record, ours, adopt, catalogue }) => adoptVisit(act, { ours, record, adopt, catalogue }),
}

// Somebody who is none of our agents looks after them: then nobody of ours does.
const giveTo = async (act: Act, { person, lead, email, catalogue }: { person: string; lead?: string; email: string | undefined; catalogue: Catalogue }): Promise<void> => {
  const agent = email === undefined ? undefined : agentBy(catalogue, email)
  await act.act(giveLead, { person, ...(lead !== undefined && { lead }), ...(agent && { agent: agent.id }) })
  if (agent) await giveVisits(act, person, agent, catalogue)
}

// One that we don't know: a contact that is somebody of ours, or what was restored.
const meet = async (act: Act, record: CrmRecord): Promise<void> => {
  const { kind, id, ours } = record
  const { status } = kind === 'contact' ? await act.act(linkContact, { record }) : ours === undefined ? { status: 'stranger' } : await act.act(takeUpRecord, { kind, id, ours })
  if (status === 'linked' || status === 'settling') await lookAt(act, { kind, id }, { waitMs: againMs })
}
