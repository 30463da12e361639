// A card's worker as HubSpot's would be: React, RemoteUI, hubspot.* and the hooks' API. It reaches nothing by itself; what a card asks for, the page is asked for by message.
import * as React from 'react'
import * as RemoteUI from '@remote-ui/react'

const { createRemoteRoot, createRoot } = RemoteUI
const functions = new Map() // what the page may call, by number
const numbers = new WeakMap()
const asked = new Map() // questions under way, by number
const listeners = new Set() // of the record's properties
let lastNumber = 0
let draw
let place = { path: '/', params: {} }
const movers = new Set()

// Functions stay here; the page gets their numbers. A fragment tells its children by a getter, which a message would not carry.
const sendable = (value) => {
  if (typeof value === 'function') {
    const number = numbers.get(value) ?? ++lastNumber
    numbers.set(value, number)
    functions.set(number, value)
    return { callable: number }
  }
  if (Array.isArray(value)) return value.map(sendable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.keys(value).map((name) => [name, sendable(value[name])]))
}

const ask = (what, ...args) =>
  new Promise((resolve, reject) => {
    asked.set(++lastNumber, { resolve, reject })
    postMessage({ say: 'ask', number: lastNumber, what, args: sendable(args) })
  })

// One message for all that one turn has changed.
let changes = []
const told = (...change) => {
  if (changes.length === 0)
    queueMicrotask(() => {
      postMessage({ say: 'tree', changes })
      changes = []
    })
  changes.push(sendable(change))
}

const answered = (data, cleanup = () => {}) => ({ json: async () => ({ data, cleanup }) })
const notHere = (name) => async () => {
  throw new Error(`${name} is not in the lab`)
}
const actionNames = ['addAlert', 'reloadPage', 'fetchCrmObjectProperties', 'refreshObjectProperties', 'openIframeModal', 'closeOverlay', 'copyTextToClipboard']

const apiFor = (context) => ({
  context,
  actions: {
    ...Object.fromEntries(actionNames.map((name) => [name, (...args) => ask(name, ...args)])),
    onCrmPropertiesUpdate: (names, callback) => void listeners.add({ names, tell: callback }),
    navigateToPage: ({ to, params = {} }) => {
      place = { path: to, params }
      for (const move of movers) move()
      void ask('moved', place)
    },
  },
  runServerlessFunction: notHere('runServerlessFunction'),
})

const open = ({ bundle, context, at }) => {
  const api = apiFor(context)
  if (at) place = at
  Object.assign(self, {
    React, RemoteUI,
    __HUBSPOT_EXTENSION_WORKER__: true,
    logger: console,
    extend_V2: (render) => void (draw = render),
    serverless: notHere('hubspot.serverless'),
    async hsFetch(url, options = {}) {
      const { status, type, body } = await ask('fetch', url, options)
      return new Response(body, { status, headers: { 'content-type': type } })
    },
    hsWorkerAPI: {
      useExtensionContext: () => context,
      useExtensionActions: () => api.actions,
      useExtensionApi: () => api,
      useAppPageLocation: () => React.useSyncExternalStore((move) => (movers.add(move), () => movers.delete(move)), () => place),
      async fetchCrmProperties(names, tell) {
        const listener = { names, tell }
        listeners.add(listener)
        return answered(await ask('fetchCrmObjectProperties', names), () => listeners.delete(listener))
      },
      fetchAssociations: async (request) => answered(await ask('associations', request)),
      fetchCrmSearch: notHere('useCrmSearch'),
      fetchHubSpotApi: notHere("HubSpot's API client"),
      formatCrmProperties: notHere('formatCrmProperties'),
    },
  })
  importScripts(bundle)
  const root = createRemoteRoot(told, { strict: false })
  createRoot(root).render(React.createElement(() => draw(api)))
  root.mount()
}

const hear = {
  open,
  call({ callable, args }) {
    functions.get(callable)?.(...args)
  },
  answer({ number, value, fault }) {
    const { resolve, reject } = asked.get(number)
    asked.delete(number)
    if (fault === undefined) resolve(value)
    else reject(new Error(fault))
  },
  changed() {
    for (const { names, tell } of listeners) void ask('fetchCrmObjectProperties', names).then(tell, () => {})
  },
}
addEventListener('message', ({ data }) => hear[data.say](data))
addEventListener('unhandledrejection', ({ reason }) => postMessage({ say: 'failed', message: String(reason) }))
