import type { ServerOptions } from 'node:http'

// How long whoever knocks may take to say what they want. The largest body is a megabyte, so half a minute is for the slowest phone; Node's own five minutes are for whoever wants to hold our sockets.
export const patience = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 } satisfies ServerOptions
