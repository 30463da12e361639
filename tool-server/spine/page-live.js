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

const keepFresh = (part) => {
  let failures = 0
  let timer
  const again = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), Math.min(30_000, Number(part.dataset.every) * 2 ** failures))
  }
  const look = async () => {
    clearTimeout(timer)
    if (document.hidden) return
    try {
      await refresh(part)
      failures = 0
    } catch {
      failures = Math.min(failures + 1, 5)
    }
    part.classList.toggle('away', failures > 1)
    again()
  }
  document.addEventListener('visibilitychange', () => void look())
  part.addEventListener('refresh', () => void look()) // whoever has just changed something
  again()
}

for (const part of parts) keepFresh(part)
