import { againMs, lookAt } from '../actions/crm-look.ts'
import { differences } from '../actions/crm-weigh.ts'
import { linkContact } from '../actions/link-contact.ts'
import { recordsListed } from '../domain/ports/crm-seen.ts'
import { defineFlow } from '../domain/reads.ts'
import { knownAmong } from '../store/counterparts.ts'
import { countBackfill } from '../store/crm-backfill.ts'
import { peopleAmong } from '../store/crm-names.ts'

const countedAs = { linked: 'linked', review: 'ambiguous', stranger: 'strangers', known: 'known', settling: 'known' } as const // stranger: people have said so

// A page of the CRM's records. Of most there is nothing to do: they say what we know, or are nobody of ours. The others are looked at one by one.
export const crmListed = defineFlow({
  name: 'crm.listed',
  payload: recordsListed,
  async decide({ connection, records, left }, _facts, act) {
    const count = { seen: records.length, linked: 0, known: 0, ambiguous: 0, strangers: 0 }
    const lane = left === undefined ? 'sync' : 'bulk'
    for (const [kind, some] of Map.groupBy(records, (record) => record.kind)) {
      const known = await knownAmong(act, kind, some.map(({ id }) => id))
      const people = kind === 'contact' ? await peopleAmong(act, some.filter(({ id }) => !known.has(id))) : new Map<string, string[]>()
      for (const record of some) {
        const { id, ours } = record
        const counterpart = known.get(id)
        if (counterpart) {
          count.known++
          if ((await differences(act, record, counterpart.ours)).some(({ verdict }) => verdict.is === 'adopt' || verdict.is === 'rewrite')) await lookAt(act, { kind, id }, { lane })
        } else if (people.get(id)?.length) {
          const { status } = await act.act(linkContact, { record })
          count[countedAs[status]]++
          if (status === 'linked' || status === 'settling') await lookAt(act, { kind, id }, { waitMs: againMs, lane })
        } else {
          count.strangers++
          if (kind !== 'contact' && ours !== undefined) await lookAt(act, { kind, id }, { lane }) // restored
        }
      }
    }
    if (left !== undefined) await countBackfill(act.tx, { tenant: act.subject.tenant, connection }, count, { left, now: act.now })
  },
})
