import { z } from 'zod'
import { plainWords } from './search-homes.ts'

// What we want to say, as messages that a channel takes.
const words = z.string().min(1)
const address = z.url({ protocol: /^https?$/ })
export const choice = z.strictObject({ id: words, title: words })
export const messageContent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: words, buttons: z.array(choice).optional() }),
  z.strictObject({ type: z.literal('list'), text: words, button: words, rows: z.array(choice.extend({ description: words.optional() })) }),
  z.strictObject({ type: z.literal('media'), kind: z.enum(['image', 'video', 'audio', 'file']), url: address, mime: words.optional(), caption: words.optional(), name: words.optional() }),
  z.strictObject({ type: z.literal('location'), latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180), label: words.optional(), address: words.optional() }),
  // project and version: what the vendor calls it. text: how it reads.
  z.strictObject({ type: z.literal('template'), template: words, project: words, version: words, language: words, params: z.array(z.strictObject({ key: words, value: words })), text: words }),
])
export type Content = z.infer<typeof messageContent>
type Of<T extends Content['type']> = Extract<Content, { type: T }>
export type Choice = z.infer<typeof choice>

// Lengths in UTF-16 units, the strictest way to count. rich: what a channel of text alone doesn't have.
type Rich = {
  caption: number
  body: number // of what has buttons or a list
  buttons: { most: number; title: number; id: number }
  list: { most: number; button: number; title: number; description: number; id: number }
}
export type Limits = { text: number; rich?: Rich }
export const whatsapp: Limits = {
  text: 4_096,
  rich: { caption: 1_024, body: 1_024, buttons: { most: 3, title: 20, id: 256 }, list: { most: 10, button: 20, title: 24, description: 72, id: 200 } },
}
export const sms: Limits = { text: 660 } // ten parts at most, however it is encoded

// choices: what was offered, in order, so that an answer by number is understood whichever way it was shown.
export const fitMessage = (content: Content, { text: most, rich }: Limits): { messages: Content[]; choices: Choice[] } => {
  const plainly = (text: string): Content[] => splitText(text, most).map((text) => ({ type: 'text', text }))
  const choices = choicesOf(content)
  if (!rich) return { messages: plainly(readsAs(content)), choices }
  switch (content.type) {
    case 'text':
    case 'list': {
      if (choices.length === 0) return { messages: plainly(content.text), choices }
      const isTaken = content.type === 'list' ? takesList(content, rich) : takesButtons(choices, rich)
      if (!isTaken) return { messages: plainly(readsAs(content)), choices }
      const [before, body] = lastPart(content.text, rich.body)
      return { messages: [...plainly(before), { ...content, text: body }], choices }
    }
    case 'media': {
      const { caption, ...media } = content
      if (caption === undefined) return { messages: [media], choices }
      if (content.kind === 'audio') return { messages: [media, ...plainly(caption)], choices } // a voice has no caption
      const [first = '', ...more] = splitText(caption, rich.caption)
      return { messages: [{ ...media, ...(first !== '' && { caption: first }) }, ...more.flatMap(plainly)], choices }
    }
    default:
      return { messages: [content], choices }
  }
}

// Which of the choices an answer means: its number, its place or its title. undefined: none, or it may be two. "Las dos" and "la una" are hours.
export const pickIn = (text: string, choices: readonly Choice[]): string | undefined => {
  const said = bare(text)
  const titled = choices.filter(({ title }) => said !== '' && bare(title) === said)
  const [, digits, word = ''] = /^(?:(?:el|la|opcion|numero|num|no|n|option|number|the) )*(?:(\d{1,3})(?:a|o|er|ra|da|ro|do|st|nd|rd|th)?|(\p{L}+))(?: (?:opcion|option|one))?$/u.exec(said) ?? []
  const place = digits === undefined ? (/^(?:ultim[oa]|last)$/.test(word) ? choices.length : ordinals.findIndex((ordinal) => ordinal.test(word)) + 1) : Number(digits)
  const numbered = choices[place - 1]
  const meant = new Set([...titled, ...(numbered ? [numbered] : [])].map(({ id }) => id))
  return meant.size === 1 ? [...meant][0] : undefined
}
const bare = (text: string): string =>
  plainWords(text.normalize('NFKC')).replace(/^(?:(?:si|ok|quiero|prefiero|mejor|hola|i want) )+/, '').replace(/(?: (?:por favor|porfa|please|gracias|thanks))+$/, '')
const ordinals = [
  /^(?:uno|primer[oa]?|one|first)$/, /^(?:dos|segund[oa]|two|second)$/, /^(?:tres|tercer[oa]?|three|third)$/, /^(?:cuatro|cuart[oa]|four|fourth)$/, /^(?:cinco|quint[oa]|five|fifth)$/,
  /^(?:seis|sext[oa]|six|sixth)$/, /^(?:siete|septim[oa]|seven|seventh)$/, /^(?:ocho|octav[oa]|eight|eighth)$/, /^(?:nueve|noven[oa]|nine|ninth)$/, /^(?:diez|decim[oa]|ten|tenth)$/,
]

const choicesOf = (content: Content): Choice[] =>
  (content.type === 'list' ? content.rows : content.type === 'text' ? (content.buttons ?? []) : []).map(({ id, title }) => ({ id, title }))
const areUnlike = (labels: readonly string[]): boolean => new Set(labels.map((label) => label.trim().toLowerCase())).size === labels.length
const takesButtons = (choices: readonly Choice[], { buttons: { most, title, id } }: Rich): boolean =>
  choices.length <= most && choices.every((each) => each.title.length <= title && each.id.length <= id) && areUnlike(choices.map((each) => each.title)) && areUnlike(choices.map((each) => each.id))
const takesList = ({ button, rows }: Of<'list'>, { list }: Rich): boolean =>
  rows.length <= list.most && button.length <= list.button && areUnlike([button, ...rows.map(({ title }) => title)]) && areUnlike(rows.map(({ id }) => id)) &&
  rows.every(({ id, title, description = '' }) => id.length <= list.id && title.length <= list.title && description.length <= list.description)

// How it reads where there is nothing but text.
const readsAs = (content: Content): string => {
  switch (content.type) {
    case 'text':
      return numbered(content.text, content.buttons ?? [])
    case 'list':
      return numbered(content.text, content.rows)
    case 'media':
      return lines(content.caption ?? content.name, content.url)
    case 'location':
      return lines(content.label, content.address, `https://maps.google.com/?q=${content.latitude},${content.longitude}`)
    default:
      return content.text
  }
}
const lines = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined).join('\n')
const numbered = (text: string, rows: readonly { title: string; description?: string | undefined }[]): string =>
  rows.length === 0 ? text : `${text}\n\n${rows.map(({ title, description }, index) => `${index + 1}. ${title}${description === undefined ? '' : ` - ${description}`}`).join('\n')}`

// Buttons stand under the end of what was said: its last paragraph, or what of it there is room for.
const lastPart = (text: string, most: number): [before: string, body: string] => {
  const paragraph = text.length <= most ? text : text.trimEnd().split(/\n\s*\n/).at(-1)
  const body = splitText(paragraph ?? text, most).at(-1) ?? text
  return [text.slice(0, text.lastIndexOf(body)).trimEnd(), body]
}

const graphemes = new Intl.Segmenter('es', { granularity: 'grapheme' })
const isSpace = (sign: string | undefined): boolean => sign !== undefined && /^\s+$/.test(sign)

// Cut between paragraphs if that leaves no scrap, else lines, sentences, words; never inside what is seen as one sign. Nothing is lost but the white space at a cut.
export const splitText = (text: string, most: number): string[] => {
  if (text.trim() === '') return []
  if (text.length <= most) return [text]
  const signs = [...graphemes.segment(text)].flatMap(({ segment }) => (segment.length > most ? Array.from(segment) : [segment]))
  const parts: string[] = []
  let from = 0
  while (from < signs.length) {
    const end = reach(signs, from, most)
    const cut = end === signs.length ? end : cutBefore(signs, from, end)
    const part = signs.slice(from, cut).join('')
    if (part.trim() !== '') parts.push(part)
    from = cut
    while (isSpace(signs[from])) from += 1
  }
  return parts
}

const reach = (signs: readonly string[], from: number, most: number): number => {
  let end = from
  for (let length = 0; end < signs.length; end++) {
    length += signs[end]?.length ?? 0
    if (length > most) break
  }
  return end
}

// A cut is where white space begins: the best in the later half, else the last there is, else wherever the room ends.
const cutBefore = (signs: readonly string[], from: number, end: number): number => {
  const cuts = Array.from({ length: end - from }, (_, back) => end - back).filter((cut) => isSpace(signs[cut]) && !isSpace(signs[cut - 1]))
  const late = cuts.filter((cut) => cut - from >= (end - from) / 2).map((cut) => ({ cut, rank: rankOf(signs, cut) }))
  return late.toSorted((a, b) => b.rank - a.rank)[0]?.cut ?? cuts[0] ?? end
}
const rankOf = (signs: readonly string[], cut: number): number => {
  const space: string[] = []
  for (let at = cut; isSpace(signs[at]); at++) space.push(signs[at] ?? '')
  const breaks = space.filter((sign) => sign.endsWith('\n')).length
  if (breaks > 0) return breaks > 1 ? 4 : 3
  const last = signs.slice(Math.max(0, cut - 2), cut).join('')
  return /[.!?…]["”»)]?$/.test(last) && !/^\d\.$/.test(last) ? 2 : 1 // what follows "1." belongs to it
}
