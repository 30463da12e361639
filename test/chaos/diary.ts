import type { Message } from '../lab/bird/wire.ts'
import type { Lab } from '../lab/index.ts'

// What the owners of the phones wrote, as they remember it, and what they saw. The house has no part in it.
export type Line = { id: string; at: number; author: 'prospect' | 'bot' | 'human' | 'portero'; text: string; status: string; isGone: boolean } // isGone: taken back
export type Diary = ReturnType<typeof makeDiary>

const authors = { prospect: 'prospect', bot: 'bot', flow: 'bot', human: 'human', api: 'portero' } as const

export const makeDiary = ({ bird }: Lab, now: () => number) => {
  const written = new Map<string, Map<string, Line>>()
  const of = (number: string): Map<string, Line> => {
    const known = written.get(number) ?? new Map<string, Line>()
    written.set(number, known)
    return known
  }
  const contactOf = (message: string): string => (bird.state() as { messages: Message[] }).messages.find(({ id }) => id === message)!.contact.id
  return {
    wrote(number: string, id: string, text: string): void {
      of(number).set(id, { id, at: now(), author: 'prospect', text, status: 'delivered', isGone: false })
    },
    reacted(number: string, { message, reaction, emoji }: { message: string; reaction: string; emoji: string }): void {
      const id = `${message}/reaction/${contactOf(reaction)}`
      const before = of(number).get(id)
      of(number).set(id, { id, at: before?.at ?? now(), author: 'prospect', text: emoji || (before?.text ?? ''), status: 'delivered', isGone: emoji === '' })
    },
    edited: (number: string, id: string, text: string): void => void Object.assign(of(number).get(id)!, { text }),
    tookBack: (number: string, id: string): void => void Object.assign(of(number).get(id)!, { isGone: true }),
    own: (number: string): Line[] => [...of(number).values()],
    // By time; what is of one moment has no order.
    all(number: string): Line[] {
      const by = new Map(bird.sent().map(({ id, by }) => [id, authors[by]]))
      const seen = bird.phone.messages(number).filter(({ from }) => from === 'them').map(({ id, at, text, list, status }): Line => ({ id, at, author: by.get(id)!, text: list?.text ?? text, status, isGone: false }))
      return inOrder([...of(number).values(), ...seen])
    },
  }
}
export const inOrder = (lines: readonly Line[]): Line[] => lines.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))

// In words, for whoever has to find out why.
export const firstDifference = (number: string, phone: readonly Line[], ours: readonly Line[]): string | undefined => {
  const told = ({ author, text, at, status, isGone }: Line): string => `${author} «${text}» of ${new Date(at).toISOString()}, ${status}${isGone ? ', taken back' : ''}`
  for (const line of phone) {
    const same = ours.filter(({ id }) => id === line.id)
    if (same.length !== 1) return `${number}: the phone has ${told(line)}; the transcript has it ${same.length} times`
    const shown = same[0]!
    if (told(shown) !== told(line.isGone ? { ...line, text: '' } : line)) return `${number}: the phone has ${told(line)}; the transcript says ${told(shown)}`
  }
  const more = ours.find(({ id }) => !phone.some((line) => line.id === id))
  if (more) return `${number}: nobody wrote ${told(more)}, which stands in the transcript`
  const place = ours.findIndex((line, at) => at > 0 && line.at < ours[at - 1]!.at)
  return place < 0 ? undefined : `${number}: ${told(ours[place]!)} stands after what came later`
}
