import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Failed, FailureReason } from '../../domain/ports/messaging.ts'
import type { Settings } from './map.ts'

// Why a message didn't arrive. Bird has codes for all channels together (https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-codes) and names the platform's own in failure.source:
// Meta's (https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes). Its newer API says some of them in words. Believed only: what it calls a recipient that it refuses at once.
const table: readonly [FailureReason, readonly string[]][] = [
  ['unreachable', ['131026', '1013', '15005', 'undeliverable', 'InvalidRecipient', 'WhatsAppInvalidRecipient', 'invalid_recipient']],
  ['window_closed', ['131047', '470', 'service_window_expired', 'WhatsAppServiceWindowClosed']],
  ['opted_out', ['131050', 'recipient_suppressed']],
  ['unfit', ['131051', '131052', '131053', '12002', 'media_rejected']],
  ['throttled', ['80007', '130429', '131048', '131056', 'rate_limited']],
  ['refused', ['368', '130472', '130497', '131005', '131008', '131009', '131031', '131037', '131042', '131045', '131049', '132000', '132001', '132005', '132007', '132012', '132015', '132016', '133010', '11001', '11002', '12003', 'insufficient_balance', 'price_not_found']],
]
const reasons: ReadonlyMap<string, FailureReason> = new Map(table.flatMap(([reason, codes]) => codes.map((code): [string, FailureReason] => [code, reason])))

const code = z.union([z.string(), z.number()]).transform(String).nullish().catch(undefined)
const source = z.object({ code }).nullish().catch(undefined)
export const wireFailure = z.object({ code, source }).nullish().catch(undefined)

// The closest to the platform first; some accounts have no more than a sentence that ends in it.
export const reasonIn = ({ failure, reason }: { failure?: z.infer<typeof wireFailure>; reason?: string | null | undefined }): FailureReason => {
  const told = [failure?.source?.code, failure?.code, /\bcode: *(\w+)/.exec(reason ?? '')?.[1], reason]
  return told.map((each) => reasons.get(each ?? '')).find((each) => each !== undefined) ?? 'unknown'
}

// Who can't be reached on WhatsApp may be by SMS, where there is a channel for it.
export const failedBy = (reason: FailureReason, { by, settings: { smsChannel } }: { by?: 'sms' | undefined; settings: Settings }): Failed => ({
  reason, ...(reason === 'unreachable' && by !== 'sms' && smsChannel !== undefined && { otherwise: 'sms' }),
})

// A call that was refused for good, because of whom it is for.
const refusal = z.object({ code, name: z.string().nullish().catch(undefined) })
export const isUnreachable = (thrown: unknown): boolean => {
  const told = thrown instanceof AppError && thrown.arrived === 'no' ? refusal.safeParse(thrown.detail).data : undefined
  return [told?.code, told?.name].some((each) => reasons.get(each ?? '') === 'unreachable')
}
