// Keeps the live parts of a page fresh while somebody looks at them. What has changed glows for a moment; what is open, focused or scrolled stays so.
const parts = [...document.querySelectorAll('[data-live]')]

const refresh = async (part) => {
  const { live, tag } = part.dataset
  const answer = await fetch(live, { headers: tag ? { 'if-none-match': tag } : {}, cache: 'no-store', signal: AbortSignal.timeout(10_000) })
  if (answer.status === 401) return location.reload()
  if (answer.status === 304) return
  if (!answer.ok) throw new Error(String(answer.status))
  const text = await answer.text()
  part.dataset.tag = answer.headers.get('etag') ?? ''
  put(part, text)
}

const put = (part, text) => {
  const before = new Map([...part.querySelectorAll('[data-id]')].map((each) => [each.dataset.id, each.textContent]))
  const open = [...part.querySelectorAll('details[open][id]')].map(({ id }) => id)
  const scrolled = [...part.querySelectorAll('[id].scroll')].map(({ id, scrollTop }) => [id, scrollTop])
  const focused = part.contains(document.activeElement) ? document.activeElement.id : ''
  part.innerHTML = text // escaped where it was made
  for (const id of open) document.getElementById(id)?.setAttribute('open', '')
  for (const [id, top] of scrolled) document.getElementById(id)?.scrollTo(0, top)
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
  for (const each of part.querySelectorAll('[data-id]')) if (before.get(each.dataset.id) !== each.textContent) each.classList.add('fresh')
}

// It is told what has changed (live.ts). Where nothing is heard, it asks: between a stream and the next, and for good behind a proxy that holds events back.
const silentMs = 30_000
const keepFresh = (part) => {
  const { live, every } = part.dataset // every: this server has no streams
  let failures = 0
  let deaf = every ? 3 : 0 // streams that told nothing
  let stream
  let timer
  const inAWhile = (ms) => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), ms)
  }
  const hear = () => {
    deaf = 0
    inAWhile(silentMs)
  }
  const hearNoMore = () => {
    if (!stream) return
    stream.close()
    stream = undefined
    deaf++
  }
  const listen = () => {
    stream?.close()
    stream = new EventSource(`${live}${live.includes('?') ? '&' : '?'}have=${encodeURIComponent(part.dataset.tag ?? '')}`)
    stream.addEventListener('part', ({ data, lastEventId }) => {
      put(part, data)
      part.dataset.tag = lastEventId
      hear()
    })
    stream.addEventListener('still', hear)
    stream.addEventListener('gone', () => location.reload())
    stream.addEventListener('error', () => {
      hearNoMore()
      inAWhile(500)
    })
    inAWhile(silentMs)
  }
  const look = async () => {
    clearTimeout(timer)
    hearNoMore()
    if (document.hidden) return
    try {
      await refresh(part)
      failures = 0
    } catch {
      failures = Math.min(failures + 1, 5)
    }
    part.classList.toggle('away', failures > 1)
    if (document.hidden) return
    if (failures === 0 && deaf < 3) listen()
    else inAWhile(Math.min(30_000, Number(every ?? 3_000) * 2 ** failures))
  }
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) deaf = every ? 3 : 0
    void look()
  })
  part.addEventListener('refresh', () => void look()) // whoever has just changed something
  if (every) inAWhile(Number(every))
  else if (!document.hidden) listen()
}

for (const part of parts) keepFresh(part)

// A menu closes when somebody goes on elsewhere.
for (const menu of document.querySelectorAll('details.menu')) {
  document.addEventListener('click', ({ target }) => {
    if (!menu.contains(target)) menu.open = false
  })
  menu.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !menu.open) return
    menu.open = false
    menu.querySelector('summary').focus()
  })
}
