// Draws what is wanted into what is there: elements stay, and with them focus, scroll and what somebody is typing.
export const h = (tag, props, ...children) => ({ tag, props: props ?? {}, children: children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== '') })

const drawn = new WeakMap() // what an element was last made to be

export const draw = (parent, wanted) => {
  const free = [...parent.childNodes]
  const take = (fits) => {
    const at = free.findIndex(fits)
    return at < 0 ? undefined : free.splice(at, 1)[0]
  }
  const nodes = wanted.map((each) => {
    if (typeof each !== 'object') {
      const text = take((node) => node.nodeType === 3) ?? document.createTextNode('')
      if (text.data !== String(each)) text.data = String(each)
      return text
    }
    const kept = take((node) => drawn.get(node)?.tag === each.tag && drawn.get(node)?.props.key === each.props.key)
    return kept ? change(kept, each) : make(each)
  })
  for (const node of free) node.remove()
  for (const [at, node] of nodes.entries()) if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null)
}

const svg = new Set(['svg', 'g', 'rect', 'path', 'line', 'circle', 'text', 'polyline'])
const make = (wanted) => {
  const element = svg.has(wanted.tag) ? document.createElementNS('http://www.w3.org/2000/svg', wanted.tag) : document.createElement(wanted.tag)
  drawn.set(element, { tag: wanted.tag, props: {}, children: [] })
  change(element, wanted)
  if (wanted.props.mounted) queueMicrotask(() => element.isConnected && wanted.props.mounted(element))
  return element
}

const change = (element, wanted) => {
  const { props: before } = drawn.get(element)
  const { props } = wanted
  drawn.set(element, wanted)
  draw(element, wanted.children) // a select takes a value only once it has the option
  for (const name of new Set([...Object.keys(before), ...Object.keys(props)])) if (before[name] !== props[name]) put(element, name, props[name])
  return element
}

const ownNames = new Set(['value', 'checked', 'disabled', 'selected'])
const put = (element, name, value) => {
  if (name === 'key' || name === 'mounted') return
  if (name.startsWith('on')) element[name] = value ?? null
  else if (ownNames.has(name)) element[name] = value ?? (name === 'value' ? '' : false)
  else if (name === 'share') element.style.setProperty('--share', value) // the policy of our pages forbids style in HTML
  else if (value === undefined || value === false || value === null) element.removeAttribute(name)
  else element.setAttribute(name, value === true ? '' : value)
}
