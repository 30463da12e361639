import { createHmac } from 'node:crypto'

// How HubSpot signs what its cards ask: over the address as HubSpot calls it, the body and the time.
// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
type Signing = { secret: string; method: string; url: string; body: string; sentAt: number }
export const signHubspot = ({ secret, method, url, body, sentAt }: Signing): string => createHmac('sha256', secret).update(`${method}${url}${body}${sentAt}`).digest('base64')
