import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { costOf, segmentsOf, type MessageRates, type said } from '../../domain/ports/messaging.ts'
import type { z } from 'zod'
import type { Millis } from '../../define.ts'

// What a message cost, by the operator's prices, once its fate is known; an SMS by its parts. Bird doesn't say which category a template was charged as; those that we need are utility.
type Said = z.infer<typeof said>
type Sent = { isSms: boolean; text: string | undefined; isTemplate: boolean; status: Said['status']; to: { identifierKey?: string | null | undefined; identifierValue?: string | null | undefined }; at: Millis }
export const costIn = ({ isSms, text, isTemplate, status, to, at }: Sent, rates: MessageRates | undefined): Pick<Said, 'cost'> => {
  if (!rates || (isSms && text === undefined) || status === 'accepted' || status === 'sent') return {}
  const country = to.identifierKey === 'phonenumber' ? parsePhoneNumberFromString(to.identifierValue ?? '')?.country : undefined
  const cost = costOf({ category: isSms ? 'sms' : isTemplate ? 'utility' : 'service', parts: isSms ? segmentsOf(text ?? '').segments : 1, ...(country && { country }), delivered: status === 'failed' ? undefined : at }, rates)
  return cost ? { cost } : {}
}
