import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import { at } from './db.ts'
import { pack, place, unpack } from './inbox.ts'
import { editsIn, mendPlace } from './mend.ts'

// What is sealed with the tenant's key, since nobody knew whose it was as it came: of it, what is about somebody goes. What is yet to be read stays, since whoever reads it knows who was buried.
// names: theirs, as vendors write them. phones: of which the digits count, however they are written. until: what came later is of whoever has these names now.
export type Those = { names: ReadonlySet<string>; mails: readonly string[]; phones: readonly string[]; until: Millis }
const atOnce = 500
const nobody = '00000000-0000-0000-0000-000000000000'

export const sweepInbox = async (act: Act, those: Those): Promise<number> => {
  const { tx, sealing, subject: { tenant } } = act
  let swept = 0
  for (let after: string | undefined = nobody; after !== undefined; ) {
    const { rows }: { rows: Raw[] } = await sql<Raw>`select id, state, raw_sealed as raw, mend_sealed as mend from inbox where tenant_id = ${tenant} and id > ${after} and state <> 'new' and raw_sealed is not null and received_at <= ${at(those.until)} order by id limit ${atOnce}`.execute(tx)
    for (const { id, state, raw, mend } of rows) {
      const inbound = unpack(await sealing.openBytes(place(id), raw))
      const rest = restOf(inbound.rawBody.toString(), those)
      const isMendAbout = mend !== null && isAbout(editsIn(await sealing.openBytes(mendPlace(id), mend)), those)
      if (rest === undefined && !isMendAbout) continue
      swept++
      const isLeft = state === 'dead' && rest !== undefined && rest.length > 0 // others of its batch are still to be read
      const kept = isLeft ? await sealing.seal(place(id), pack({ ...inbound, rawBody: Buffer.from(JSON.stringify(rest)) })) : null
      await sql`update inbox set raw_sealed = ${kept}, mend_sealed = null, state = ${isLeft ? 'dead' : 'parsed'} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
    }
    after = rows.length < atOnce ? undefined : rows.at(-1)?.id
  }
  return swept
}

type Raw = { id: string; state: string; raw: Buffer; mend: Buffer | null }

// Their keys stay: they are by what a delivery that comes twice is known.
export const sweepJobs = async (act: Act, those: Those): Promise<number> => {
  const { tx, sealing, subject: { tenant } } = act
  let swept = 0
  for (let after: string | undefined = nobody; after !== undefined; ) {
    const { rows }: { rows: Kept[] } = await sql<Kept>`select id, state, args_sealed as args, result_sealed as result, error_sealed as error from job where tenant_id = ${tenant} and id > ${after} and person_id is null and state in ('done', 'dead', 'shadowed', 'dropped')
      and (args_sealed is not null or result_sealed is not null or error_sealed is not null) and created_at <= ${at(those.until)} order by id limit ${atOnce}`.execute(tx)
    for (const { id, state, ...sealed } of rows) {
      const told = await Promise.all((['args', 'result', 'error'] as const).map(async (what) => (sealed[what] ? sealing.open(`job.${what}:${id}`, sealed[what]) : '')))
      if (!told.some((json) => json !== '' && isAbout(parsed(json), those))) continue
      swept++
      await sql`delete from mend where tenant_id = ${tenant} and of_id = ${id}`.execute(tx)
      await sql`update job set args_sealed = null, result_sealed = null, error_sealed = null, state = ${state === 'dead' ? 'dropped' : state} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
    }
    after = rows.length < atOnce ? undefined : rows.at(-1)?.id
  }
  return swept
}
type Kept = { id: string; state: string; args: Buffer | null; result: Buffer | null; error: Buffer | null }

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
// undefined: nothing in it is about them. Else what isn't.
const restOf = (body: string, those: Those): unknown[] | undefined => {
  const whole = parsed(body)
  const parts: unknown[] = Array.isArray(whole) ? whole : [whole]
  const rest = parts.filter((part) => !isAbout(part, those))
  return rest.length === parts.length ? undefined : rest
}
export const isAbout = (value: unknown, those: Those): boolean => {
  if (typeof value === 'string') return those.names.has(value) || those.phones.some((phone) => holdsNumber(value, phone)) || those.mails.some((mail) => value.toLowerCase().includes(mail))
  if (typeof value === 'number') return those.names.has(String(value))
  return typeof value === 'object' && value !== null && Object.values(value).some((each) => isAbout(each, those))
}
const lastDigits = 10
const holdsNumber = (text: string, phone: string): boolean => text.length >= lastDigits && text.replace(/\D/g, '').includes(phone.replace(/\D/g, '').slice(-lastDigits))
