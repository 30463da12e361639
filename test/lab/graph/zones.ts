import { DateTime, IANAZone } from 'luxon'
import { z } from 'zod'
import { Refusal } from './answers.ts'

// The zones that mailboxes of the lab live in, under Windows' names, and times as they stand on the wire.
export const windows: Record<string, string> = {
  UTC: 'UTC', 'Central Standard Time (Mexico)': 'America/Mexico_City', 'Eastern Standard Time (Mexico)': 'America/Cancun', 'Mountain Standard Time (Mexico)': 'America/Mazatlan', 'US Mountain Standard Time': 'America/Hermosillo',
  'Pacific Standard Time (Mexico)': 'America/Tijuana', 'Mountain Standard Time': 'America/Ciudad_Juarez', 'Central Standard Time': 'America/Matamoros', 'Romance Standard Time': 'Europe/Madrid',
}
export const moment = z.object({ dateTime: z.string().regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?)?Z?$/), timeZone: z.string() })
export type Moment = z.infer<typeof moment>

const zoneOf = (name: string): string => {
  const zone = windows[name] ?? (IANAZone.isValidZone(name) ? name : undefined)
  if (zone === undefined) throw new Refusal(400, 'TimeZoneNotSupportedException', 'A valid TimeZone value must be specified.')
  return zone
}
export const instantOf = ({ dateTime, timeZone }: Moment): number => DateTime.fromISO(dateTime.replace(/Z$/, ''), { zone: zoneOf(timeZone) }).toMillis()
export const momentIn = (ms: number, timeZone: string): Moment => ({ dateTime: DateTime.fromMillis(ms, { zone: zoneOf(timeZone) }).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'0000'"), timeZone })
export const windowsName = (zone: string): string => Object.entries(windows).find(([, iana]) => iana === zone)?.[0] ?? 'UTC'
