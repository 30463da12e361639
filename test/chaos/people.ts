import { say } from '@portero/tool-server/actions/say.ts'
import { defineAction } from '@portero/tool-server/define.ts'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Message } from '../lab/bird/wire.ts'
import type { Diary } from './diary.ts'
import type { ChaosStage } from './stage.ts'

// What twenty people do with their phones, and what we say to them meanwhile.
export type Told = { number: string; reference: string; key: string; text: string }
type Needs = { stage: ChaosStage; diary: Diary; chance(): number }

const count = 20
const speak = defineAction({ name: 'chaos.say', args: z.strictObject({ conversation: z.uuid(), text: z.string(), buttons: z.boolean() }), result: z.strictObject({ said: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ conversation, text, buttons }, act) => {
    const { said } = await say(act, { conversation, purpose: 'answer', content: { type: 'text', text, ...(buttons && { buttons: [{ id: 'yes', title: 'Sí' }, { id: 'no', title: 'No' }] }) }, key: text })
    return { said }
  },
)

export const makePeople = ({ stage: { lab: { bird }, clock, house }, diary, chance }: Needs) => {
  const { phone } = bird
  const numbers = Array.from({ length: count }, (_, at) => `+52551234${String(at).padStart(4, '0')}`)
  const twins = new Set<string>() // who is at Bird twice, as +52… and as +521…
  const stopped = new Set<string>()
  const attended = new Set<string>() // whom a person of ours wrote to
  const conversations = new Map<string, string>()
  const told: Told[] = []
  const forgotten = new Set<string>() // whose file the vendor has no more
  let made = 0
  const words = (): string => `nota ${++made}`
  const one = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)]!
  const from = (number: string): string => (twins.has(number) && chance() < 0.5 ? number.replace('+52', '+521') : number)
  const write = (number: string, what: Parameters<typeof phone.write>[1], text: string): string => {
    const { conversationId, messageId } = phone.write(from(number), what)
    conversations.set(number, conversationId)
    diary.wrote(number, messageId, text)
    return messageId
  }
  const messages = (): Message[] => (bird.state() as { messages: Message[] }).messages
  const heard = (number: string) => phone.messages(number).filter((each) => each.from === 'them' && !each.isSms)

  const deeds: [weight: number, (number: string) => void][] = [
    [6, (number) => { const text = words(); write(number, { text }, text) }],
    [2, (number) => { const text = one(['Busco depa de 2 recámaras en la Narvarte', 'la 1', 'el 2', 'mis visitas', '¿qué horarios hay?']); write(number, { text }, text) }],
    [2, (number) => { const caption = words(); write(number, { media: { kind: one(['image', 'video', 'file'] as const), caption } }, caption) }],
    [1, (number) => void write(number, { media: { kind: 'voice' } }, '')],
    [1, (number) => { const caption = words(); write(number, { media: { kind: 'location', caption, address: 'Calle Luna 1' } }, `${caption}, Calle Luna 1`) }],
    [1, (number) => void write(number, { card: { name: 'Tía Lola', number: '+525599990000' } }, 'Tía Lola, +525599990000')],
    [2, (number) => {
      const offer = heard(number).findLast(({ buttons }) => buttons?.some(({ payload }) => payload === 'yes'))
      if (offer) write(number, { press: { message: offer.id, payload: 'yes' } }, 'Sí')
    }],
    [2, (number) => {
      const message = heard(number).at(-1)
      const emoji = one(['👍', '❤️', ...(message?.reaction ? [''] : [])])
      if (message) diary.reacted(number, { message: message.id, emoji, reaction: phone.write(number, { react: { message: message.id, emoji } }).messageId })
    }],
    [2, (number) => {
      const mine = diary.own(number).findLast(({ text, isGone, at }) => text.startsWith('nota') && !isGone && at < clock.now() && phone.messages(number).some((each) => each.text === text && !each.media))
      const text = words()
      if (mine) diary.edited(number, (phone.write(number, { edit: { message: mine.id, text } }), mine.id), text)
    }],
    [1, (number) => {
      const mine = diary.own(number).findLast(({ id, isGone, at }) => !isGone && at < clock.now() && !id.includes('/'))
      if (mine && mine.text !== 'BAJA') diary.tookBack(number, (phone.write(number, { delete: { message: mine.id } }), mine.id))
    }],
    [0.5, (number) => {
      if (stopped.size >= 4 || stopped.has(number)) return
      stopped.add(number)
      write(number, { text: 'BAJA' }, 'BAJA')
    }],
    [1, (number) => phone.read(number)],
    [0.3, (number) => {
      const conversation = conversations.get(number)
      if (conversation === undefined || attended.size >= 4) return
      attended.add(number)
      bird.staffSays(conversation, `asesora ${++made}`)
    }],
    [0.2, (number) => { if (conversations.has(number) && twins.size < 3 && !stopped.has(number)) { bird.controls['twin']!({ number }); twins.add(number) } }],
  ]
  const weights = deeds.reduce((sum, [weight]) => sum + weight, 0)

  return {
    numbers, stopped, attended, told, forgotten,
    greet: (): void => numbers.forEach((number) => void write(number, { text: 'hola' }, 'hola')),
    forgetMedia(): void {
      const message = messages().findLast(({ by, body }) => by === 'prospect' && (body?.type === 'image' || body?.type === 'file'))
      if (!message) return
      forgotten.add(message.id)
      bird.forgetMedia(message.body?.type === 'image' ? message.body.image.images[0].mediaUrl : message.body?.type === 'file' ? message.body.file.files[0].mediaUrl : '')
    },
    // Somebody does something.
    stir(): void {
      let left = chance() * weights
      const [, deed] = deeds.find(([weight]) => (left -= weight) < 0)!
      deed(one(numbers))
      clock.advance(1 + Math.floor(chance() * 200))
    },
    // We say something to somebody whose conversation we know.
    async talk(): Promise<void> {
      const number = one(numbers)
      const { rows: [row] } = await sql<{ id: string }>`select id from conversation where external_id = ${conversations.get(number) ?? ''}`.execute(house().db.bare)
      if (!row) return
      const text = `Portero ${++made}`
      const { said } = await house().acting.as({ tenant: house().tenant, by: 'system' }, 'all')(speak, { conversation: row.id, text, buttons: chance() < 0.4 })
      const key = `say:${row.id}:bot:${text}/0`
      if (said) told.push({ number, key, reference: `portero:${key}`, text })
    },
  }
}
export type People = ReturnType<typeof makePeople>
