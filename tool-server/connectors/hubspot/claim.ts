import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Http } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { hubSpotAsking } from './asking.ts'
import { idProperty } from './mapping.ts'
import { update } from './put.ts'
import { digits } from './shown.ts'
import { replyOf } from './typed.ts'

// Puts our id on the record that is ours. Only one can carry it: where somebody has given it to another, that one gives it up, or the next telling would be written there.
export const claim = async (http: Http, type: string, { id, ours }: { id: string; ours: string }): Promise<string> => {
  const carry = (): Promise<string> => update(http, type, { id, properties: { [idProperty]: ours } })
  try {
    return await carry()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.arrived !== 'no' || thrown.code !== 'conflict') throw thrown
    const other = await carrierOf(http, type, ours)
    if (other === undefined || other === id) throw thrown
    await update(http, type, { id: other, properties: { [idProperty]: '' } })
    return carry()
  }
}

// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-read
const carrierOf = async (http: Http, type: string, ours: string): Promise<string | undefined> =>
  read('hubspot', carriers, await replyOf(hubSpotAsking(http).objects.readWithHttpInfo(type, { inputs: [{ id: ours }], idProperty, properties: [idProperty], propertiesWithHistory: [] }))).results[0]?.id
const carriers = z.object({ results: z.array(z.object({ id: digits })) })
