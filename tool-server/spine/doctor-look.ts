import type { Http, Millis } from '../define.ts'

// What is asked of a vendor, by reading only, and where to click when the answer isn't the right one.
export type Asking = { ask: Http; settings: unknown; webhook: string; heard: number; hasMessages: boolean; askedAt: Millis | undefined } // heard: how many webhooks have come in. hasMessages: of a prospect, so that what a vendor tells of templates and the like isn't taken for it. askedAt: when a card of its last asked us
export type Seen = { told: string; mend?: string } // mend: what to do where something is wrong
export type VendorCheck = { what: string; mend: string; look(asking: Asking): Promise<Seen> }
