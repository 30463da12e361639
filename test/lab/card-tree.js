// The tree that a card's worker tells of, as its messages change it: https://github.com/Shopify/remote-dom/tree/remote-ui, packages/core.
const [mount, insert, remove, setText, setProps] = [0, 1, 2, 3, 4]
const fragment = 3

export const makeTree = () => {
  const root = { children: [] }
  const nodes = new Map()
  const known = (node) => {
    nodes.set(node.id, node)
    for (const child of node.children ?? []) known(child)
    for (const value of Object.values(node.props ?? {})) if (value?.kind === fragment) known(value)
    return node
  }
  const forget = (node) => {
    nodes.delete(node.id)
    for (const child of node.children ?? []) forget(child)
    for (const value of Object.values(node.props ?? {})) if (value?.kind === fragment) forget(value)
  }
  const at = (id) => nodes.get(id) ?? root

  const does = {
    [mount](children) {
      root.children = children.map(known)
    },
    [insert](id, index, child, from) {
      const before = from === false ? undefined : at(from).children
      const place = before?.findIndex((each) => each.id === child.id) ?? -1
      at(id).children.splice(index, 0, place < 0 ? known(child) : before.splice(place, 1)[0])
    },
    [remove](id, index) {
      for (const gone of at(id).children.splice(index, 1)) forget(gone)
    },
    [setText](id, text) {
      at(id).text = text
    },
    [setProps](id, props) {
      const node = at(id)
      for (const [name, value] of Object.entries(props)) {
        if (node.props[name]?.kind === fragment) forget(node.props[name])
        if (value?.kind === fragment) known(value)
      }
      Object.assign(node.props, props)
    },
  }
  return {
    root,
    apply: (changes) => {
      for (const [kind, ...args] of changes) does[kind](...args)
    },
    holds: (type) => [...nodes.values()].some((node) => node.type === type),
  }
}
