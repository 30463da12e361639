import type { Time } from '../simulator.ts'
import { signBird } from './sign.ts'
import type { Target } from './subscriptions.ts'

// Bird's webhooks: signed, sent, and sent again at growing intervals when nobody took them, always with the time and signature of the first try.
export type Call = { event: string; payload: object; at: number; statuses: number[] } // one status an attempt; 0: nobody answered

const triesAgainAfterMs = [5_000, 30_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000] // 8 hours by their documentation, up to a day as measured
const service: Readonly<Record<string, string>> = { conversation: 'conversations', template: 'templates' }

type Needs = { clock: Time; doorOf(url: string): string | undefined; targets(service: string, event: string, payload: object): Target[] }
export const makeSpeaker = ({ clock, doorOf, targets }: Needs) => {
  const calls: Call[] = []
  const waiting = new Set<() => void>()
  const underWay = new Set<Promise<unknown>>()
  let held: (() => Promise<void>)[] | undefined
  let isTwice = false

  const attempt = async (call: Call, door: string | undefined, request: RequestInit, tries = 0): Promise<void> => {
    const status = door === undefined ? 0 : await fetch(door, request).then((response) => response.status, () => 0)
    call.statuses.push(status)
    const againMs = triesAgainAfterMs[tries]
    if ((status >= 200 && status < 300) || againMs === undefined) return
    const cancel = clock.after(againMs, () => {
      waiting.delete(cancel)
      tracked(attempt(call, door, request, tries + 1))
    })
    waiting.add(cancel)
  }
  const tracked = (run: Promise<unknown>): void => {
    underWay.add(run)
    void run.finally(() => underWay.delete(run))
  }

  return {
    calls: (): Call[] => calls.map((call) => ({ ...call, statuses: [...call.statuses] })),
    tracked,
    say(event: string, payload: object): void {
      const [about = ''] = event.split('.')
      const envelope = { service: service[about] ?? 'channels', event, payload }
      const body = Buffer.from(JSON.stringify(envelope))
      const seconds = Math.floor(clock.now() / 1_000)
      for (const { url, signingKey } of targets(envelope.service, event, payload)) {
        const call: Call = { event, payload, at: clock.now(), statuses: [] }
        calls.push(call)
        const headers = { 'content-type': 'application/json', 'messagebird-request-timestamp': String(seconds), 'messagebird-signature': signBird({ url, body, key: signingKey, seconds }) }
        for (let copy = 0; copy < (isTwice ? 2 : 1); copy++) {
          const send = (): Promise<void> => attempt(call, doorOf(url), { method: 'POST', headers, body })
          if (held) held.push(send)
          else tracked(send())
        }
      }
    },
    twice: (yes: boolean): void => void (isTwice = yes),
    hold: (): void => void (held ??= []),
    // One after another, as they came or the last first.
    letGo(isBackwards: boolean): void {
      const sends = held ?? []
      held = undefined
      tracked((async () => {
        for (const send of isBackwards ? sends.toReversed() : sends) await send()
      })())
    },
    // When nothing is under way any more, what that led to included.
    async silent(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close(): void {
      for (const cancel of waiting) cancel()
    },
  }
}
export type Speaker = ReturnType<typeof makeSpeaker>
