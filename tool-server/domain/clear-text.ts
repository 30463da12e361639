// Text without anything that a model reads and a person doesn't see: control, format and direction characters, variation selectors, fillers, and what stands for bytes that were no text. An emoji keeps the selector that makes it one.
const unseen = String.raw`\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{DI}\u2800\uFFFD`
export const clearText = new RegExp(String.raw`^(?:[^${unseen}]|\p{Emoji}\uFE0F)*$`, 'u')
const hidden = new RegExp(`[${unseen}]+`, 'gu')

// What somebody calls themselves, as a name can be: letters and what stands between them. A number, an address or a sentence with signs is none.
export const clearName = (name: string): string => cut(seen(name).replace(/[^\p{L}\p{M}'’.\- ]+/gu, ' '), 40)
// A title, as one line that tells nobody's number.
export const clearTitle = (title: string): string => cut(seen(title).replace(contacts, ' '), 80)
// What somebody wrote, all in one line.
export const clearLine = (text: string): string => text.replace(hidden, ' ').replace(/\s+/gu, ' ').trim()
const seen = (text: string): string => text.slice(0, 200).normalize('NFKC').replace(hidden, ' ')
const cut = (text: string, most: number): string => Array.from(text.replace(/\s+/gu, ' ').trim()).slice(0, most).join('').trim()

// An e-mail address, or seven digits and more that belong together.
const contacts = /\S*@\S*|\+?\p{Nd}(?:[ ().\-/]{0,3}\p{Nd}){6,}/gu
export const holdsContact = (text: string): boolean => text.normalize('NFKC').search(contacts) >= 0
