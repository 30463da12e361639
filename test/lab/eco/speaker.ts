import { z } from 'zod'
import type { Time } from '../simulator.ts'
import { signEco } from './sign.ts'

// Eco's webhooks: signed, sent, and sent again when nobody took them.
export type Account = { name: string; apiKey: string; signingSecrets: readonly [string, string] }
export type Said = { events: object[]; statuses: number[] } // one status an attempt; 0: nobody answered
export const manner = z.strictObject({
  apart: z.boolean().default(false), // every event in a request of its own
  reversed: z.boolean().default(false),
  copies: z.int().min(1).default(1),
  signedBy: z.enum(['new', 'old', 'both', 'nobody', 'somebody else']).default('new'),
  ageMs: z.int().default(0), // how long ago it was signed
})

const triesAgainAfterMs = [1_000, 10_000, 60_000, 600_000]

export const makeSpeaker = ({ clock, account, serverUrl }: { clock: Time; account: Account; serverUrl: string }) => {
  const log: Said[] = []
  const waiting = new Set<() => void>()
  const underWay = new Set<Promise<void>>()

  // A retry carries the first try's timestamp and signature, as with most vendors: after five minutes nobody should believe it.
  const attempt = async (said: Said, request: RequestInit): Promise<void> => {
    const status = await fetch(`${serverUrl}/webhooks/eco`, request).then((response) => response.status, () => 0)
    said.statuses.push(status)
    const againMs = triesAgainAfterMs[said.statuses.length - 1]
    if ((status >= 200 && status < 300) || againMs === undefined) return
    const cancel = clock.after(againMs, () => {
      waiting.delete(cancel)
      void tracked(attempt(said, request))
    })
    waiting.add(cancel)
  }
  const tracked = (run: Promise<void>): Promise<void> => {
    underWay.add(run)
    return run.finally(() => underWay.delete(run))
  }

  return {
    log: (): Said[] => log.map((said) => ({ ...said, statuses: [...said.statuses] })),
    // Answers when each request has been tried once.
    async say(events: object[], { apart, reversed, copies, signedBy, ageMs }: z.infer<typeof manner>): Promise<Said[]> {
      const ordered = reversed ? events.toReversed() : events
      const batches = (apart ? ordered.map((event) => [event]) : [ordered]).flatMap((batch) => Array.from({ length: copies }, () => batch))
      const sent: Said[] = []
      for (const batch of batches) {
        const body = Buffer.from(JSON.stringify(batch))
        const secrets = secretsFor(account.signingSecrets)[signedBy]
        const headers = { 'content-type': 'application/json', 'eco-account': account.name, ...(secrets && { 'eco-signature': signEco({ body, secrets, nowMs: clock.now() - ageMs }) }) }
        const said: Said = { events: batch, statuses: [] }
        log.push(said)
        sent.push(said)
        await tracked(attempt(said, { method: 'POST', headers, body }))
      }
      return sent
    },
    async silent(): Promise<void> {
      await Promise.all(underWay)
    },
    close(): void {
      for (const cancel of waiting) cancel()
    },
  }
}

const secretsFor = ([current, old]: readonly [string, string]): Record<z.infer<typeof manner>['signedBy'], string[] | undefined> => ({
  new: [current], old: [old], both: [current, old], nobody: undefined, 'somebody else': [`not ${current}`],
})
