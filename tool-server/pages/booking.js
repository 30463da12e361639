// What the booking page is nicer with, and works without: the visitor's own time beside the property's, a clock that runs, and buttons that are pressed once.
const { lang } = document.documentElement
const wall = (ms, timeZone) => new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeStyle: 'short', timeZone }).format(ms)
const day = (ms, timeZone) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(ms)
const root = document.querySelector('[data-zone]')

if (root) {
  const { zone, yours } = root.dataset
  const hour = { hour: 'numeric', minute: '2-digit', ...(lang.startsWith('es') && { hour12: false }) }
  const short = new Intl.DateTimeFormat(lang, hour)
  const dated = new Intl.DateTimeFormat(lang, { weekday: 'short', ...hour })
  for (const time of document.querySelectorAll('time[data-at]')) {
    const at = Number(time.dataset.at)
    if (wall(at, zone) === wall(at)) continue
    const beside = document.createElement('span')
    beside.className = 'yours'
    beside.textContent = yours.replace('{time}', (day(at, zone) === day(at) ? short : dated).format(at))
    time.after(beside)
  }
}

const clock = document.querySelector('[data-left]')
if (clock) {
  const ends = performance.now() + Number(clock.dataset.left)
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000))
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
    if (left > 0) setTimeout(tick, 1000)
  }
  tick()
}

for (const form of document.querySelectorAll('form[data-busy]')) {
  form.addEventListener('submit', () => {
    const button = form.querySelector('button')
    button.dataset.says ??= button.textContent
    button.disabled = true
    button.textContent = form.dataset.busy
  })
}
// Back from another page, as it was left.
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button[data-says]')) {
    button.disabled = false
    button.textContent = button.dataset.says
  }
})
