import { z } from 'zod'
import { tagOf } from '@portero/tool-server/spine/page.ts'
import type { Bundles } from './card-bundles.ts'
import type { Proxy } from './hubspot/proxy.ts'
import { recordIn, refOf, type State } from './record-about.ts'
import type { Answer, Asked } from './simulator.ts'

// What HubSpot answers to the cards on a page of the lab: their bundles, what the record holds, and hubspot.fetch.
export type Hubspot = { bundles: Bundles; proxy: Proxy }

const record = z.string().nullish().transform((text) => refOf(text ?? ''))
const properties = z.strictObject({ record, names: z.union([z.literal('*'), z.array(z.string()).max(100)]) })
const associations = z.strictObject({ record, toObjectType: z.string(), properties: z.array(z.string()).max(100) })

export const recordDoors = async ({ method, path, headers, body }: Asked, { bundles, proxy }: Hubspot, state: () => Promise<State | undefined>): Promise<Answer | undefined> => {
  if (method === 'GET' && path === '/_cards') return told(bundles.prepare())
  const bundle = /^\/_cards\/(\w+)\.js$/.exec(path)?.[1]
  if (method === 'GET' && bundle !== undefined) return script(await bundles.file(bundle), headers['if-none-match'])
  if (method !== 'POST') return undefined
  switch (path) {
    case '/_hubspot/fetch': {
      const answer = await proxy(body)
      // A refusal of HubSpot's own reaches the card as an answer does.
      return told(answer.status === 200 ? answer.body : { status: answer.status, type: 'application/json', body: JSON.stringify(answer.body) })
    }
    case '/_hubspot/properties': {
      const { record: ref, names } = properties.parse(body)
      const held = ref && recordIn(await known(state), ref)?.properties
      if (!held) return { ...told({ error: 'no such record' }), status: 404 }
      return told(names === '*' ? held : Object.fromEntries(names.map((name) => [name, held[name] ?? null])))
    }
    case '/_hubspot/associations': {
      const { record: ref, toObjectType, properties: names } = associations.parse(body)
      return told({ results: ref ? linked(await known(state), ref.type, ref.id, toObjectType, names) : [], hasMore: false, nextOffset: 0 })
    }
    default:
      return undefined
  }
}

const told = (body: unknown): Answer => ({ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: JSON.stringify(body) })
// A worker reaches nothing by itself: neither a server nor an eval.
const script = (file: Buffer | undefined, known: string | undefined): Answer => {
  if (!file) return { ...told({ error: 'no such card' }), status: 404 }
  const body = file.toString()
  const etag = tagOf(body)
  const headers = { 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache', etag, 'content-security-policy': "default-src 'none'; script-src 'self'" }
  return known === etag ? { status: 304, headers } : { status: 200, headers, body }
}

const known = async (state: () => Promise<State | undefined>): Promise<State> => (await state()) ?? { contacts: [], deals: [], meetings: [], communications: [], tasks: [], tickets: [], notes: [] }

const linked = ({ contacts, deals }: State, type: 'contact' | 'deal', id: string, to: string, names: string[]): object[] => {
  const found = type === 'contact' ? deals.filter(({ associations: { contacts: ids } }) => ids.includes(id)) : contacts.filter(({ id: contact }) => deals.find((deal) => deal.id === id)?.associations.contacts.includes(contact))
  if (to !== (type === 'contact' ? '0-3' : '0-1')) return []
  return found.map((each) => ({ toObjectId: Number(each.id), associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: type === 'contact' ? 4 : 3, label: '' }], properties: Object.fromEntries(names.map((name) => [name, each.properties[name] ?? null])) }))
}
