import { charts } from './card-charts.js'
import { h } from './card-dom.js'
import { inputs } from './card-inputs.js'

// HubSpot's components as accessible HTML. Each gets its node and a pen: how to draw what is inside, keep a little state, and call back into the worker.
const sizes = { flush: 'flush', xs: 'xs', 'extra-small': 'xs', small: 'sm', sm: 'sm', medium: 'md', md: 'md', large: 'lg', lg: 'lg', xl: 'xl', 'extra-large': 'xl' }
const gapOf = (size, usual = 'flush') => `gap-${sizes[size] ?? usual}`
const tones = { danger: 'bad', error: 'bad', warning: 'warn', success: 'good', info: 'info', tip: 'info', default: 'quiet' }
const toneOf = (variant, usual = 'quiet') => tones[variant] ?? usual
const kinds = { primary: 'main', destructive: 'danger', transparent: 'bare', secondary: '' }
const hrefOf = (href) => (typeof href === 'string' ? { url: href, external: false } : href)
const isWeb = (url) => /^(https?:|\/(?!\/))/i.test(url)
const linkProps = (href, lab) => {
  const { url, external } = hrefOf(href)
  const own = lab.addressOf(url)
  return isWeb(own) ? { href: own, ...((external || !own.startsWith('/')) && { target: '_blank', rel: 'noopener noreferrer' }) } : {}
}

const button = (node, pen, { loading = false } = {}) => {
  const { variant = 'secondary', size, disabled = false, type = 'button', href, onClick, overlay } = node.props
  const open = pen.local(node, { isOpen: false })
  const props = { key: node.id, class: `${kinds[variant] ?? ''} ${sizes[size] === 'xs' ? 'small' : ''} ${loading ? 'busy' : ''}`.trim() }
  const press = (event) => {
    pen.call(onClick, { type: 'click' })
    if (overlay && !(loading || disabled)) open.set({ isOpen: true })
    if (type === 'submit') return
    event.preventDefault()
  }
  const face = href
    ? h('a', { ...props, class: `button ${props.class}`, ...linkProps(href, pen.lab), onclick: () => pen.call(onClick, { type: 'click' }) }, pen.inside(node))
    : h('button', { ...props, type: type === 'submit' ? 'submit' : 'button', disabled: disabled || loading, 'aria-busy': loading && 'true', onclick: press }, loading && h('span', { class: 'spinner', 'aria-hidden': 'true' }), pen.inside(node))
  if (!overlay) return face
  return h('span', { key: node.id, class: 'with-overlay' }, face, open.isOpen && overlay.children.map((each) => dialog(each, pen, () => open.set({ isOpen: false }))))
}

// A panel or a modal. The browser keeps the focus in it, closes it by Escape and gives the focus back.
const dialog = (node, pen, left) => {
  const { id, title, onOpen, onClose } = node.props
  const closed = () => {
    pen.call(onClose)
    left()
  }
  const mounted = (element) => {
    element.showModal()
    pen.call(onOpen)
  }
  return h('dialog', { key: node.id, class: `${node.type === 'Modal' ? 'modal' : 'panel'} ${sizes[node.props.width] ?? 'md'}`, 'data-overlay': id, 'aria-label': node.props['aria-label'] ?? title, mounted, onclose: closed, onclick: (event) => event.target.tagName === 'DIALOG' && event.target.close() },
    h('div', { class: 'sheet' },
      h('header', {}, h('h2', {}, title ?? ''), h('button', { type: 'button', class: 'bare', 'aria-label': pen.words.close, onclick: (event) => event.target.closest('dialog').close() }, '✕')),
      pen.inside(node)))
}

const box = (tag, className) => (node, pen) => h(tag, { key: node.id, class: className }, pen.inside(node))
const plain = (className) => box('div', className)

const cell = (tag) => (node, pen) => {
  const { align, colSpan, sortDirection = 'never', onSortChange, disabled } = node.props
  const isSorted = tag === 'th' && sortDirection !== 'never'
  const mark = { ascending: ' ↑', descending: ' ↓', none: '' }[sortDirection] ?? ''
  const inside = isSorted ? h('button', { type: 'button', class: 'bare', disabled, onclick: () => pen.call(onSortChange, sortDirection === 'ascending' ? 'descending' : 'ascending') }, pen.inside(node), mark) : pen.inside(node)
  return h(tag, { key: node.id, class: align && `to-${align}`, colspan: colSpan, ...(tag === 'th' && { scope: 'col' }), ...(isSorted && { 'aria-sort': sortDirection }) }, inside)
}

const tabs = (node, pen) => {
  const pages = node.children.filter(({ type }) => type === 'Tab')
  const idOf = (tab, at) => tab.props.tabId ?? at
  const { selected, defaultSelected, onSelectedChange } = node.props
  const local = pen.local(node, { selected: defaultSelected ?? (pages[0] && idOf(pages[0], 0)) })
  const now = selected ?? local.selected
  const choose = (id) => {
    local.set({ selected: id })
    pen.call(onSelectedChange, id)
  }
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const all = [...event.currentTarget.querySelectorAll('[role=tab]:not(:disabled)')]
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length]
    next?.focus()
    next?.click()
  }
  return h('div', { key: node.id, class: 'tabs' },
    h('div', { role: 'tablist', onkeydown: move }, pages.map((tab, at) => h('button', { key: tab.id, type: 'button', role: 'tab', id: pen.id(tab, 'tab'), 'aria-controls': pen.id(tab, 'page'), 'aria-selected': String(idOf(tab, at) === now), tabindex: idOf(tab, at) === now ? '0' : '-1', disabled: tab.props.disabled, onclick: () => choose(idOf(tab, at)) }, tab.props.title ?? ''))),
    pages.map((tab, at) => h('div', { key: tab.id, role: 'tabpanel', id: pen.id(tab, 'page'), 'aria-labelledby': pen.id(tab, 'tab'), hidden: idOf(tab, at) !== now || tab.children.length === 0, class: 'flex down gap-sm' }, pen.inside(tab))))
}

const pager = (node, pen) => {
  const { pageCount, onPageChange } = node.props
  const local = pen.local(node, { page: 1 })
  const page = node.props.page ?? local.page
  const go = (to) => {
    local.set({ page: to })
    pen.call(onPageChange, to)
  }
  return h('nav', { class: 'line pager', 'aria-label': pen.words.pages },
    h('button', { type: 'button', class: 'small', disabled: page <= 1, onclick: () => go(page - 1) }, pen.words.previous),
    h('span', { class: 'soft number' }, `${page} / ${pageCount}`),
    h('button', { type: 'button', class: 'small', disabled: page >= pageCount, onclick: () => go(page + 1) }, pen.words.next))
}

export const components = {
  ...inputs,
  ...charts,
  Accordion(node, pen) {
    const { title, defaultOpen = false, open, disabled, onClick } = node.props
    const local = pen.local(node, { isOpen: defaultOpen })
    const isOpen = open ?? local.isOpen
    const press = () => {
      local.set({ isOpen: !isOpen })
      pen.call(onClick)
    }
    return h('div', { key: node.id, class: 'accordion' },
      h('button', { type: 'button', class: 'bare', disabled, 'aria-expanded': String(isOpen), 'aria-controls': pen.id(node), onclick: press }, h('span', { class: 'chevron', 'aria-hidden': 'true' }, '›'), title),
      h('div', { id: pen.id(node), hidden: !isOpen, class: 'flex down gap-xs' }, isOpen && pen.inside(node)))
  },
  Alert: (node, pen) => h('div', { key: node.id, class: `notice ${toneOf(node.props.variant, 'info')}`, role: ['danger', 'error'].includes(node.props.variant) ? 'alert' : 'status' }, h('b', {}, node.props.title), h('div', { class: 'flex down gap-xs' }, pen.inside(node))),
  AutoGrid: (node, pen) => h('div', { key: node.id, class: `grid ${gapOf(node.props.gap)}`, share: `${node.props.columnWidth}px` }, pen.inside(node)),
  Box: (node, pen) => h('div', { key: node.id, class: `box ${node.props.flex === undefined || node.props.flex === 'initial' ? '' : node.props.flex === 'none' ? 'fixed' : 'grows'} ${node.props.alignSelf ? `self-${node.props.alignSelf}` : ''}` }, pen.inside(node)),
  Button: (node, pen) => button(node, pen),
  ButtonRow: plain('line'),
  Card: plain('tile'),
  DescriptionList: (node, pen) => h('dl', { key: node.id, class: `described ${node.props.direction === 'row' ? 'row-wise' : ''}` }, pen.inside(node)),
  DescriptionListItem: (node, pen) => h('div', { key: node.id }, h('dt', {}, node.props.label), h('dd', {}, pen.inside(node))),
  Divider: (node) => h('hr', { key: node.id }),
  Dropdown(node, pen) {
    const { buttonText = '', options = [], disabled } = node.props
    const leave = (event) => event.currentTarget.closest('details').removeAttribute('open')
    const items = options.length > 0 ? options.map(({ label, onClick }) => h('button', { type: 'button', class: 'bare', onclick: (event) => (leave(event), pen.call(onClick)) }, label)) : pen.inside(node)
    return h('details', { key: node.id, class: 'dropdown' }, h('summary', { class: 'button', 'aria-disabled': disabled && 'true' }, buttonText, ' ▾'), h('div', { class: 'menu' }, items))
  },
  DropdownButtonItem: (node, pen) => h('button', { key: node.id, type: 'button', class: 'bare', onclick: () => pen.call(node.props.onClick, { type: 'click' }) }, pen.inside(node)),
  EmptyState: (node, pen) => h('div', { key: node.id, class: 'state' }, node.props.title && h('h3', {}, node.props.title), pen.inside(node)),
  ErrorState: (node, pen) => h('div', { key: node.id, class: 'state', role: 'alert' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, { lock: '🔒', support: '☎' }[node.props.type] ?? '!'), h('h3', {}, node.props.title ?? pen.words.failed), pen.inside(node)),
  Flex: (node, pen) => h('div', { key: node.id, class: `flex ${node.props.direction === 'column' ? 'down' : 'across'} ${gapOf(node.props.gap)} align-${node.props.align ?? 'stretch'} justify-${node.props.justify ?? 'start'} ${node.props.wrap && node.props.wrap !== 'nowrap' ? 'wraps' : ''} ${node.props.alignSelf ? `self-${node.props.alignSelf}` : ''}` }, pen.inside(node)),
  Heading: box('h3', 'heading'),
  Icon: (node) => h('span', { key: node.id, class: 'soft', ...(node.props.screenReaderText ? { role: 'img', 'aria-label': node.props.screenReaderText } : { 'aria-hidden': 'true' }) }, '•'),
  Image: (node) => h('img', { key: node.id, src: node.props.src, alt: node.props.alt ?? '', width: node.props.width, height: node.props.height }),
  Inline: (node, pen) => h('div', { key: node.id, class: `flex across wraps ${gapOf(node.props.gap)} align-${node.props.align ?? 'center'} justify-${node.props.justify ?? 'start'}` }, pen.inside(node)),
  Link: (node, pen) => h('a', { key: node.id, ...linkProps(node.props.href, pen.lab), onclick: () => pen.call(node.props.onClick, { type: 'click' }) }, pen.inside(node)),
  List: (node, pen) => h(node.props.variant?.startsWith('ordered') ? 'ol' : 'ul', { key: node.id, class: `items ${node.props.variant ?? 'unordered'}` }, node.children.map((child) => h('li', { key: child.id }, pen.one(child)))),
  LoadingButton: (node, pen) => button(node, pen, { loading: node.props.loading === true }),
  LoadingSpinner: (node) => h('div', { key: node.id, class: `loading ${node.props.layout === 'centered' ? 'centered' : ''}`, role: 'status' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), h('span', { class: node.props.showLabel ? '' : 'hidden' }, node.props.label)),
  ModalBody: plain('body flex down gap-sm'),
  ModalFooter: plain('foot line'),
  PanelBody: plain('body'),
  PanelFooter: plain('foot line'),
  PanelSection: plain('section'),
  ProgressBar(node) {
    const { title = '', value = 0, maxValue, valueMax = 100, valueDescription, showPercentage } = node.props
    const most = maxValue ?? valueMax
    return h('div', { key: node.id, class: 'progress' }, h('div', { class: 'line split-line' }, h('span', {}, title), h('span', { class: 'soft' }, valueDescription ?? (showPercentage ? `${Math.round((value / most) * 100)} %` : ''))), h('progress', { max: String(most), value, 'aria-label': node.props['aria-label'] ?? title }))
  },
  Spacer: (node) => h('div', { key: node.id, class: `space ${gapOf(node.props.size, 'sm')}` }),
  Stack: (node, pen) => h('div', { key: node.id, class: `flex ${node.props.direction === 'row' ? 'across' : 'down'} ${gapOf(node.props.distance)} align-${node.props.align ?? 'stretch'}` }, pen.inside(node)),
  Statistics: box('dl', 'statistics'),
  StatisticsItem: (node, pen) => h('div', { key: node.id }, h('dt', {}, node.props.label), h('dd', {}, h('b', { class: 'number' }, node.props.number), pen.inside(node))),
  StatisticsTrend: (node) => h('span', { key: node.id, class: `badge ${(node.props.color ?? (node.props.direction === 'increase' ? 'green' : 'red')) === 'green' ? 'good' : 'bad'}` }, node.props.direction === 'increase' ? '▲ ' : '▼ ', node.props.value),
  StatusTag: (node, pen) => h('span', { key: node.id, class: `badge dotted ${toneOf(node.props.variant)}` }, pen.inside(node)),
  Table: (node, pen) => h('div', { key: node.id }, h('div', { class: 'sheet-scroll', tabindex: '0', role: 'region', 'aria-label': pen.words.table }, h('table', { class: node.props.bordered === false ? '' : 'bordered' }, pen.inside(node))), node.props.paginated && pager(node, pen)),
  TableBody: box('tbody'),
  TableCell: cell('td'),
  TableFooter: box('tfoot'),
  TableHead: box('thead'),
  TableHeader: cell('th'),
  TableRow: box('tr'),
  Tabs: tabs,
  Tag: (node, pen) => h('span', { key: node.id, class: `badge ${toneOf(node.props.variant)}` }, pen.inside(node)),
  Text: (node, pen) => h(node.props.inline ? 'span' : 'p', { key: node.id, class: textClass(node.props) }, pen.inside(node)),
  Tile: (node, pen) => h('div', { key: node.id, class: `tile ${node.props.compact ? 'compact' : ''} ${node.props.flush ? 'flush' : ''}` }, pen.inside(node)),
  Tooltip: (node, pen) => h('span', { key: node.id }, pen.inside(node)),
}

const textClass = ({ variant, format = {}, truncate }) =>
  [variant === 'microcopy' ? 'micro' : '', { bold: 'bold', demibold: 'demibold' }[format.fontWeight] ?? '', format.italic ? 'italic' : '', { strikethrough: 'struck', underline: 'underlined' }[format.lineDecoration] ?? '', truncate ? 'cut' : ''].filter(Boolean).join(' ')
