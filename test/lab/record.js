import { openCard } from './card-host.js'

// HubSpot's part of the lab's pages: opens the cards of a record, an app page or the settings, and keeps them with the record that is shown beside them.
const json = { 'content-type': 'application/json' }
const pollMs = 500
const toastMs = 8_000

const post = async (path, body) => {
  const answer = await fetch(path, { method: 'POST', headers: json, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path} ${answer.status}`)
  return answer.json()
}
const node = (tag, props, ...children) => {
  const made = Object.assign(document.createElement(tag), props)
  made.append(...children)
  return made
}

// The bundles are built once for this machine. Until then each card's place says so.
const prepared = async (places, words) => {
  for (;;) {
    const { state, seconds, fault } = await (await fetch('/_cards', { cache: 'no-store' })).json()
    if (state === 'ready') return
    if (state === 'failed') throw new Error(fault)
    for (const place of places) {
      if (!place.querySelector('progress')) place.replaceChildren(node('div', { className: 'preparing', role: 'status' }, node('p', { textContent: words.preparing }), node('progress', { max: 60, ariaLabel: words.preparing }), node('small', {})))
      place.querySelector('progress').value = Math.min(seconds, 58)
      place.querySelector('small').textContent = `${seconds} s`
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

const toast = (words) => ({ type = 'info', title, message }) => {
  const tone = { success: 'good', danger: 'bad', warning: 'warn' }[type] ?? 'info'
  const close = node('button', { type: 'button', className: 'bare', textContent: '✕', ariaLabel: words.close })
  const shown = node('div', { className: `notice ${tone}` }, node('div', {}, ...(title ? [node('b', { textContent: title })] : []), node('p', { textContent: message })), close)
  close.addEventListener('click', () => shown.remove())
  document.getElementById('toasts').append(shown)
  if (tone !== 'bad') setTimeout(() => shown.remove(), toastMs)
}

// No page of ours frames another's, so what HubSpot would show in a frame is a link here.
const frame = (words) => ({ uri, title }, closed) => {
  const dialog = node('dialog', { className: 'modal md', ariaLabel: title ?? uri })
  const close = node('button', { type: 'button', className: 'bare', textContent: '✕', ariaLabel: words.close })
  close.addEventListener('click', () => dialog.close())
  dialog.append(node('div', { className: 'sheet' }, node('header', {}, node('h2', { textContent: title ?? '' }), close), node('div', { className: 'body' }, node('a', { href: uri, textContent: uri, target: '_blank', rel: 'noopener noreferrer' }))))
  dialog.addEventListener('close', () => {
    dialog.remove()
    closed()
  })
  document.body.append(dialog)
  dialog.showModal()
}

// The record's own tabs, by mouse and by arrow keys.
const keepTabs = (list, chosen) => {
  const tabs = [...list.querySelectorAll('[role=tab]')]
  const choose = (wanted) => {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === wanted))
      tab.tabIndex = tab === wanted ? 0 : -1
      document.getElementById(tab.getAttribute('aria-controls')).hidden = tab !== wanted
    }
    chosen()
  }
  for (const tab of tabs) tab.addEventListener('click', () => choose(tab))
  list.addEventListener('keydown', ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
    if (!step) return
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length]
    next.focus()
    choose(next)
  })
}

const open = (crm) => {
  const { context, words, isPrepared: wasPrepared } = JSON.parse(crm.dataset.crm)
  const about = crm.querySelector('[data-live]')
  const places = [...crm.querySelectorAll('[data-card]')]
  const cards = new Map()
  let record
  let isPreparing = false
  let isPrepared = wasPrepared

  const refresh = () => {
    about?.dispatchEvent(new Event('refresh'))
    for (const card of cards.values()) card.changed()
  }
  const does = {
    fetch: (url, options) => post('/_hubspot/fetch', { user: String(context.user.id), url, ...options }),
    fetchCrmObjectProperties: (names) => post('/_hubspot/properties', { record, names }),
    associations: ({ toObjectType, properties = [] }) => post('/_hubspot/associations', { record, toObjectType, properties }),
    addAlert: toast(words),
    reloadPage: () => location.reload(),
    refreshObjectProperties: refresh,
    openIframeModal: frame(words),
    copyTextToClipboard: (text) => navigator.clipboard.writeText(text),
    moved: ({ path }) => history.replaceState(undefined, '', `#${path}`),
  }
  const addressOf = (url) => {
    const [, type, id] = /^https:\/\/app\.hubspot\.com\/contacts\/\d+\/record\/(0-[13])\/(\d+)$/.exec(url) ?? []
    return type ? `/record/${type === '0-1' ? 'contact' : 'deal'}/${id}?user=${context.user.id}` : url
  }
  const crmOf = () => {
    const [type, id] = record.split('/')
    return { crm: { objectId: Number(id), objectTypeId: type === 'contact' ? '0-1' : '0-3' } }
  }
  // A card begins when its tab is opened, as at HubSpot.
  const openVisible = () => {
    for (const place of places) {
      if (cards.has(place) || place.closest('[hidden]')) continue
      const { card, location, title } = place.dataset
      cards.set(place, openCard({
        place, words, hubspot: { does, addressOf }, bundle: `/_cards/${card}.js`, at: { path: window.location.hash.slice(1) || '/', params: {} },
        context: { ...context, location, extension: { ...context.extension, cardTitle: title }, ...(record && crmOf()) },
      }))
    }
  }
  const look = () => {
    const now = about?.querySelector('[data-record]')?.dataset.record
    crm.classList.toggle('empty-record', about !== null && now === undefined)
    if (now !== record) {
      for (const card of cards.values()) card.close()
      cards.clear()
      record = now
    } else for (const card of cards.values()) {
      card.changed()
      if ('follow' in crm.dataset) card.renew()
    }
    if (record === undefined && about) return
    if (isPrepared) openVisible()
    else void prepare()
  }
  const prepare = async () => {
    if (isPreparing) return
    isPreparing = true
    try {
      await prepared(places, words)
      isPrepared = true
      openVisible()
    } catch (thrown) {
      for (const place of places) place.replaceChildren(node('div', { className: 'notice bad', role: 'alert' }, node('b', { textContent: words.notPrepared }), node('p', { textContent: words.notPreparedText }), node('small', { textContent: thrown.message })))
    }
  }

  for (const list of crm.querySelectorAll('.of-record')) keepTabs(list, () => isPrepared && openVisible())
  look()
  if (about) new MutationObserver(look).observe(about, { childList: true })
}

for (const chooser of document.querySelectorAll('form.as-whom select')) chooser.addEventListener('change', () => chooser.form.submit())
for (const crm of document.querySelectorAll('[data-crm]')) open(crm)
