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

// A file of one's own, told by its type. WhatsApp takes more; a lab doesn't need it.
const mostBytes = 5 * 2 ** 20
const kindOf = (type) => ({ image: 'image', video: 'video', audio: type.startsWith('audio/ogg') ? 'voice' : 'audio' })[type.split('/')[0]] ?? 'file'
const base64Of = async (file) => btoa(Array.from(new Uint8Array(await file.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''))
const sendFile = async (form, file) => {
  const complain = (words) => {
    form.dataset.away = words
    form.classList.add('away')
  }
  form.classList.remove('away')
  if (file.size > mostBytes) return complain(form.dataset.tooBig)
  const media = { kind: kindOf(file.type), data: await base64Of(file), filename: file.name.slice(-100), ...(file.type && { contentType: file.type }) }
  const answer = await fetch(form.dataset.say, { method: 'POST', headers: json, body: JSON.stringify({ media }) }).catch(() => undefined)
  if (!answer?.ok) complain(form.dataset.failed)
  refreshAll()
}
document.addEventListener('change', (event) => {
  const { form, files, type } = event.target
  if (type !== 'file' || !form?.dataset.say || files.length === 0) return
  const [file] = files
  void sendFile(form, file).finally(() => {
    event.target.value = ''
    closeMenu(form)
  })
})
const closeMenu = (form) => form?.querySelector('details.attach[open]')?.removeAttribute('open')
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeMenu(event.target.closest('form.composer'))
})

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-url]')
  if (!button) return
  const { url, method, body } = button.dataset
  button.disabled = true
  closeMenu(button.closest('form.composer'))
  button.closest('details.choices')?.removeAttribute('open')
  void fetch(url, { method, ...(body && { headers: json, body }) }).finally(() => {
    button.disabled = false
    refreshAll()
  })
})

if (document.querySelector('[data-crm]')) void import('./record.js')
