// Sends what is written on the phone, and turns vendors off and on. What is shown comes by live.js.
const refreshAll = () => {
  for (const part of document.querySelectorAll('[data-live]')) part.dispatchEvent(new Event('refresh'))
}
const json = { 'content-type': 'application/json' }

const say = async (form) => {
  const input = form.elements.namedItem('text')
  const text = input.value.trim()
  if (text === '') return
  input.value = ''
  form.classList.remove('away')
  const answer = await fetch(form.dataset.say, { method: 'POST', headers: json, body: JSON.stringify({ text }) }).catch(() => undefined)
  if (!answer?.ok) {
    input.value = text
    form.dataset.away = form.dataset.failed
    form.classList.add('away')
  }
  refreshAll()
}

document.addEventListener('submit', (event) => {
  if (!event.target.dataset.say) return
  event.preventDefault()
  void say(event.target)
})

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-url]')
  if (!button) return
  const { url, method, body } = button.dataset
  button.disabled = true
  void fetch(url, { method, ...(body && { headers: json, body }) }).finally(() => {
    button.disabled = false
    refreshAll()
  })
})
