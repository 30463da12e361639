import type { Time } from '../simulator.ts'
import { signBird } from './sign.ts'

// Bird's webhooks: signed, sent, and sent again at growing intervals when nobody took them, always with the time and signature of the first try.
export type Call = { event: string; payload: object; at: number; statuses: number[] } // one status an attempt; 0: nobody answered

const triesAgainAfterMs = [5_000, 30_000, 300_000, 1_800_000, 7_200_000, 18_000_000]

// publicUrl: what Bird believes our address to be, and so signs; in the lab both lead to the same door.
export const makeSpeaker = ({ clock, signingKeys, serverUrl, publicUrl = serverUrl }: { clock: Time; signingKeys: readonly string[]; serverUrl: string; publicUrl?: string | undefined }) => {
  const path = '/webhooks/bird'
  const calls: Call[] = []
  const waiting = new Set<() => void>()
  const underWay = new Set<Promise<unknown>>()

  const attempt = async (call: Call, request: RequestInit): Promise<void> => {
    const status = await fetch(serverUrl + path, request).then((response) => response.status, () => 0)
    call.statuses.push(status)
    const againMs = triesAgainAfterMs[call.statuses.length - 1]
    if ((status >= 200 && status < 300) || againMs === undefined) return
    const cancel = clock.after(againMs, () => {
      waiting.delete(cancel)
      tracked(attempt(call, request))
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
      const body = Buffer.from(JSON.stringify({ service: event.startsWith('conversation.') ? 'conversations' : 'channels', event, payload }))
      const seconds = Math.floor(clock.now() / 1_000)
      const call: Call = { event, payload, at: clock.now(), statuses: [] }
      calls.push(call)
      const headers = { 'content-type': 'application/json', 'messagebird-request-timestamp': String(seconds), 'messagebird-signature': signBird({ url: publicUrl + path, body, key: signingKeys[0] ?? '', seconds }) }
      tracked(attempt(call, { method: 'POST', headers, body }))
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
