import type { Time } from '../simulator.ts'

// Which access tokens are good, and whose: what the lab's vendors ask. Their time is the lab's.
export type Owner = { email: string; scopes: readonly string[]; isApp?: boolean } // email: of an app, what it is called
export type Tokens = { whose(bearer: string): Owner | undefined }
export type TokenBook = Tokens & {
  know(token: string, owner: Owner, lasts?: { ms: number; grant?: string | undefined }): void // for good, where nothing is said
  end(token: string): void
  endGrant(grant: string): void
  good(): number
}

export const makeTokenBook = (clock: Time): TokenBook => {
  const book = new Map<string, Owner & { until: number; grant: string | undefined }>()
  return {
    whose(bearer) {
      const found = book.get(bearer)
      if (!found || found.until <= clock.now()) return undefined
      const { email, scopes, isApp } = found
      return { email, scopes, ...(isApp && { isApp }) }
    },
    know: (token, owner, lasts) => void book.set(token, { ...owner, until: lasts ? clock.now() + lasts.ms : Infinity, grant: lasts?.grant }),
    end: (token) => void book.delete(token),
    endGrant(grant) {
      for (const [token, known] of book) if (known.grant === grant) book.delete(token)
    },
    good: () => [...book.values()].filter(({ until }) => until > clock.now()).length,
  }
}
