import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createContext, runInContext } from 'node:vm'
import { portal, queryOf, secrets, signed, type CardsStage, type Record } from '../support/cards-stage.ts'
import { root } from '../support/process.ts'

// A production bundle in a worker like HubSpot's: React, RemoteUI and HubSpot's functions are its globals, and nothing else of this process is. It draws on a remote root; what it fetches reaches the house as HubSpot's proxy would bring it. What it throws fails the test, also later on.
process.env['NODE_ENV'] = 'production' // and so is React
const fromCards = createRequire(join(root, 'hubspot-project/src/app/cards/package.json'))
const React = fromCards('react')
const RemoteUI = fromCards('@remote-ui/react')

export type Bundle = { name: string; code: string }
export type Seen = { type: string; props: any; text: string } // text: all that can be read in it, also in the panel that it would open
export type Opened = {
  alerts: { type: string; title: string; message: string }[]
  text(): string
  find(type: string): Seen // the one that is there
  sees(words: string): Promise<void>
  misses(words: string): Promise<void>
  press(label: string): Promise<void> // once it can be pressed
  close(): void
}

export const openBundle = (stage: CardsStage, { name, code }: Bundle, record: Record): Opened => {
  const alerts: Opened['alerts'] = []
  const context = {
    location: 'crm.record.tab', user: { locale: 'es-mx' }, portal: { id: Number(portal), timezone: 'America/Mexico_City' }, crm: { objectId: Number(record.id), objectTypeId: typeIds[record.type] },
    variables: { TOOL_BASE_URL: stage.url },
  }
  const actions = { addAlert: (alert: Opened['alerts'][number]) => void alerts.push(alert), refreshObjectProperties: () => undefined }
  const api = { context, actions }
  let draw: ((given: typeof api) => unknown) | undefined
  const worker: { [name: string]: unknown } = {
    React, RemoteUI, crypto, setTimeout, clearTimeout, setInterval, clearInterval,
    __HUBSPOT_EXTENSION_WORKER__: true,
    extend_V2: (given: typeof draw) => void (draw = given),
    serverless: notHere('hubspot.serverless'),
    async hsFetch(url: string, { method, body }: { method: string; body: object }) {
      if (!url.startsWith(`${stage.url}/`)) throw new Error(`${url} is not permitted`)
      const asked = { method, url: `${url}?${queryOf()}`, body: JSON.stringify(body), sentAt: stage.clock.now() }
      const headers = { 'content-type': 'application/json', 'x-hubspot-signature-v3': signed({ ...asked, secret: secrets[0]! }), 'x-hubspot-request-timestamp': String(asked.sentAt) }
      return fetch(asked.url, { method, headers, body: asked.body })
    },
    hsWorkerAPI: {
      useExtensionContext: () => context, useExtensionActions: () => actions, useExtensionApi: () => api, useAppPageLocation: () => ({ path: '/', params: {} }),
      fetchCrmProperties: async () => answered({}), fetchAssociations: async () => answered({ results: [], hasMore: false, nextOffset: 0 }),
      fetchCrmSearch: notHere('useCrmSearch'), fetchHubSpotApi: notHere("HubSpot's client"), formatCrmProperties: notHere('formatCrmProperties'),
    },
  }
  runInContext(code, createContext(Object.assign(worker, { self: worker })), { filename: `${name}.js` })
  if (!draw) throw new Error(`${name} extends nothing`)

  const tree = RemoteUI.createRemoteRoot(() => undefined, { strict: false })
  const surface = RemoteUI.createRoot(tree)
  surface.render(React.createElement(() => draw?.(api)))
  tree.mount()

  const waitFor = async <T>(what: string, look: () => T | undefined | false): Promise<T> => {
    for (const end = performance.now() + 10_000; ; await sleep(5)) {
      const found = look()
      if (found) return found
      if (performance.now() > end) throw new Error(`${name} never showed ${what}: ${textOf(tree)}`)
    }
  }
  return {
    alerts,
    text: () => textOf(tree),
    find(type) {
      const found = seenIn(tree).filter((each) => each.type === type)
      if (found.length !== 1) throw new Error(`${name} shows ${found.length} of ${type}: ${textOf(tree)}`)
      return found[0]!
    },
    sees: async (words) => void (await waitFor(words, () => textOf(tree).includes(words))),
    misses: async (words) => void (await waitFor(`itself without ${words}`, () => textOf(tree) !== '' && !textOf(tree).includes(words))),
    async press(label) {
      const { props } = await waitFor(label, () => seenIn(tree).find(({ type, text, props }) => type.endsWith('Button') && text === label && !props.disabled))
      props.onClick()
    },
    close: () => surface.unmount(),
  }
}

const typeIds = { contact: '0-1', deal: '0-3', ticket: '0-5' } as const
const answered = (data: object): object => ({ json: async () => ({ data }) })
const notHere = (name: string) => async () => {
  throw new Error(`${name} is not here`)
}

const insides = (node: any): any[] => [...(node.children ?? []), ...(node.remoteProps?.overlay ? [node.remoteProps.overlay] : [])]
const textOf = (node: any): string => {
  if (node.text !== undefined) return node.text
  const { title, label, options } = node.props ?? {}
  return [title, label, ...(Array.isArray(options) ? options : []).map((each: any) => each.label), ...insides(node).map(textOf)].filter((each) => typeof each === 'string' && each !== '').join(' ')
}
const seenIn = (node: any): Seen[] => [...(node.type ? [{ type: node.type, props: node.props, text: textOf({ children: insides(node) }) }] : []), ...insides(node).flatMap(seenIn)]
