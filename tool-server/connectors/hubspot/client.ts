import { z } from 'zod'
import { doing, type At, type Command, type Doing } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { claimRecord, eraseRecord, putCommunication, putContact, putDeal, putMeeting, putNote, putTask, putTicket, type CrmReads } from '../../domain/ports/crm.ts'
import { claim } from './claim.ts'
import { erase } from './erase.ts'
import { hubSpotOver } from './gateway.ts'
import { readKept } from './kept.ts'
import { communicationOf, contactOf, dealOf, meetingOf, noteOf, taskOf, ticketOf } from './map.ts'
import { objects, type Properties } from './mapping.ts'
import { mostPuts, put, putMany, recordId, type Putting } from './put.ts'
import { readRecords } from './records.ts'
import type { Settings } from './settings.ts'
import { digits } from './shown.ts'
import { replyOf } from './typed.ts'

type Args = { ours: string; owner?: string | undefined; contact?: string | undefined; deal?: string | undefined }
// At fifty changes a second four kinds of call: one of each in two seconds and a half is below 40 calls for 1,000 changes, and nobody waits for three seconds.
const together = { most: mostPuts, eachMs: 400, mostMs: 2_600 }
const puts = <A extends z.ZodObject & z.ZodType<Args>>(command: Command<A, typeof putContact.result>, type: string, propertiesOf: (args: z.infer<A>, settings: Settings) => Properties): Doing<Settings> => {
  const puttingOf = (args: z.infer<A>, settings: Settings): Putting => ({ type, ours: args.ours, properties: propertiesOf(args, settings), owner: args.owner, contact: args.contact, deal: args.deal })
  return doing(command, 'same-effect', (args, at: At<Settings>) => put(at, puttingOf(args, at.connection.settings)), { ...together, run: (many, at) => putMany(at, many.map((args) => puttingOf(args, at.connection.settings))) })
}

// scopes: crm.objects.contacts.write, by which activities go too; of deals crm.objects.deals.write, of tickets tickets.
export const does: Doing<Settings>[] = [
  puts(putContact, 'contacts', contactOf),
  puts(putDeal, 'deals', dealOf),
  puts(putMeeting, 'meetings', meetingOf),
  puts(putCommunication, 'communications', communicationOf),
  puts(putTask, 'tasks', taskOf),
  puts(putNote, 'notes', noteOf),
  puts(putTicket, 'tickets', ticketOf),
  doing(claimRecord, 'same-effect', async ({ kind, id, ours }, { http }: At<Settings>) => ({ id: await claim(http, objects[kind], { id, ours }) })),
  doing(eraseRecord, 'same-effect', erase),
]

export const readCrm = ({ http, ...at }: At<Settings>): CrmReads => ({
  ...readRecords({ http, ...at }),
  ...readKept({ http, ...at }),
  // https://developers.hubspot.com/docs/api-reference/crm-associations-v4/basic/get-crm-v4-objects-objectType-objectId-associations-toObjectType
  async contactsOf(ticket) {
    const { results } = read('hubspot', linked, await replyOf(hubSpotOver(http).associations.getPageWithHttpInfo('tickets', recordId(ticket), 'contacts', undefined, mostContacts)))
    return results.map(({ toObjectId }) => String(toObjectId))
  },
})
const mostContacts = 100
const linked = z.object({ results: z.array(z.object({ toObjectId: z.union([digits, z.int().positive()]) })) })
