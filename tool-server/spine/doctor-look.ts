import type { Http } from '../define.ts'

// What is asked of a vendor, by reading only, and where to click when the answer isn't the right one.
export type Asking = { ask: Http; settings: unknown; webhook: string; heard: number } // heard: how many webhooks have come in
export type Seen = { told: string; mend?: string } // mend: what to do where something is wrong
export type VendorCheck = { what: string; mend: string; look(asking: Asking): Promise<Seen> }
