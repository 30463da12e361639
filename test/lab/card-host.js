import { components } from './card-components.js'
import { draw, h } from './card-dom.js'
import { makeTree } from './card-tree.js'

// HubSpot's side of a card: runs its bundle in a worker, draws what the worker tells, and does what the card asks of HubSpot.
let lastCard = 0

export const openCard = ({ place, bundle, context, at, hubspot, words }) => {
  let shown = runCard({ bundle, context, at, hubspot, words, drawn() {} })
  let next
  let isWanted = false
  place.replaceChildren(shown.element)

  // What somebody is busy with is not taken from under their hands.
  const isBusy = () => place.contains(document.activeElement) || place.querySelector('dialog[open]') !== null || shown.element.childElementCount === 0
  const renew = () => {
    isWanted = true
    if (isBusy() || next) return
    isWanted = false
    const drawn = () => {
      if (!next || next.isLoading()) return
      if (isBusy()) next.close()
      else {
        shown.close()
        shown = next
        place.replaceChildren(shown.element)
      }
      next = undefined
      if (isWanted) renew()
    }
    next = runCard({ bundle, context, at, hubspot, words, drawn })
  }
  return {
    changed: () => shown.changed(),
    renew, // opens it once more, and shows it when it has something to show
    close() {
      shown.close()
      next?.close()
    },
  }
}

const runCard = ({ bundle, context, at, hubspot, words, drawn }) => {
  const element = document.createElement('div')
  element.className = 'hs'
  const card = ++lastCard
  const worker = new Worker('/_cards/worker.js')
  const tree = makeTree()
  const locals = new Map()
  let fault

  const tell = (message) => worker.postMessage(message) // oxlint-disable-line unicorn/require-post-message-target-origin -- a worker has no origin
  const call = (callee, ...args) => callee && tell({ say: 'call', callable: callee.callable, args })
  const one = (node) => {
    if (node.text !== undefined) return String(node.text)
    const drawsAs = components[node.type]
    return drawsAs ? drawsAs(node, pen) : h('div', { key: node.id, class: 'notice bad', role: 'alert' }, h('b', {}, `${words.unknownComponent}: ${node.type}`))
  }
  const pen = {
    words, lab: hubspot, call, one,
    inside: (node) => node.children.map(one),
    id: (node, part = '') => `card-${card}-${node.id}${part === '' ? '' : `-${part}`}`,
    local: (node, usual) => ({
      ...(locals.get(node.id) ?? usual),
      set(change) {
        locals.set(node.id, { ...usual, ...locals.get(node.id), ...change })
        redraw()
      },
    }),
  }
  const redraw = () => {
    draw(element, fault ? [h('div', { class: 'notice bad', role: 'alert' }, h('b', {}, words.cardStopped), h('p', {}, fault))] : tree.root.children.map(one))
    drawn()
  }
  const fail = (message) => {
    fault = message
    redraw()
  }

  const does = {
    ...hubspot.does,
    closeOverlay: (id) => element.querySelector(`dialog[data-overlay="${CSS.escape(id)}"]`)?.close(),
    openIframeModal: (wanted, onClose) => hubspot.does.openIframeModal(wanted, () => call(onClose)),
  }
  const hear = {
    tree({ changes }) {
      tree.apply(changes)
      redraw()
    },
    async ask({ number, what, args }) {
      try {
        tell({ say: 'answer', number, value: await does[what](...args) })
      } catch (thrown) {
        tell({ say: 'answer', number, fault: thrown.message })
      }
    },
    failed: ({ message }) => fail(message),
  }
  worker.addEventListener('message', ({ data }) => void hear[data.say](data))
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    fail(event.message)
  })
  tell({ say: 'open', bundle, context, at })

  return {
    element,
    isLoading: () => fault === undefined && (tree.root.children.length === 0 || tree.holds('LoadingSpinner')),
    changed: () => tell({ say: 'changed' }),
    close: () => worker.terminate(),
  }
}
