import { DateTime, IANAZone } from 'luxon'
import { z } from 'zod'
import type { Millis } from '../../define.ts'

// Graph's times: a wall clock and the name of its zone, which is Windows' or IANA's. They are asked for in UTC; what an event was made in, and what comes otherwise all the same, is read here.
export const moment = z.object({ dateTime: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/), timeZone: z.string().nullish() })
export type Moment = z.infer<typeof moment>

// Unicode CLDR 46, common/supplemental/windowsZones.xml, territory 001: the Americas and where Mexicans travel. Older copies of it have Chihuahua for Mountain Standard Time (Mexico), which since 2022 is an hour off.
const windows: ReadonlyMap<string, string> = new Map([
  ['Hawaiian Standard Time', 'Pacific/Honolulu'], ['Alaskan Standard Time', 'America/Anchorage'],
  ['Pacific Standard Time (Mexico)', 'America/Tijuana'], ['Pacific Standard Time', 'America/Los_Angeles'],
  ['US Mountain Standard Time', 'America/Phoenix'], ['Mountain Standard Time (Mexico)', 'America/Mazatlan'], ['Mountain Standard Time', 'America/Denver'], ['Yukon Standard Time', 'America/Whitehorse'],
  ['Central America Standard Time', 'America/Guatemala'], ['Central Standard Time', 'America/Chicago'], ['Central Standard Time (Mexico)', 'America/Mexico_City'], ['Canada Central Standard Time', 'America/Regina'], ['Easter Island Standard Time', 'Pacific/Easter'],
  ['SA Pacific Standard Time', 'America/Bogota'], ['Eastern Standard Time (Mexico)', 'America/Cancun'], ['Eastern Standard Time', 'America/New_York'], ['US Eastern Standard Time', 'America/Indianapolis'], ['Haiti Standard Time', 'America/Port-au-Prince'], ['Cuba Standard Time', 'America/Havana'], ['Turks And Caicos Standard Time', 'America/Grand_Turk'],
  ['Paraguay Standard Time', 'America/Asuncion'], ['Atlantic Standard Time', 'America/Halifax'], ['Venezuela Standard Time', 'America/Caracas'], ['Central Brazilian Standard Time', 'America/Cuiaba'], ['SA Western Standard Time', 'America/La_Paz'], ['Pacific SA Standard Time', 'America/Santiago'], ['Newfoundland Standard Time', 'America/St_Johns'],
  ['Tocantins Standard Time', 'America/Araguaina'], ['E. South America Standard Time', 'America/Sao_Paulo'], ['SA Eastern Standard Time', 'America/Cayenne'], ['Argentina Standard Time', 'America/Buenos_Aires'], ['Montevideo Standard Time', 'America/Montevideo'], ['Magallanes Standard Time', 'America/Punta_Arenas'], ['Bahia Standard Time', 'America/Bahia'], ['Greenland Standard Time', 'America/Godthab'],
  ['GMT Standard Time', 'Europe/London'], ['Greenwich Standard Time', 'Atlantic/Reykjavik'], ['W. Europe Standard Time', 'Europe/Berlin'], ['Romance Standard Time', 'Europe/Paris'], ['Central Europe Standard Time', 'Europe/Budapest'], ['Central European Standard Time', 'Europe/Warsaw'], ['GTB Standard Time', 'Europe/Bucharest'], ['FLE Standard Time', 'Europe/Kiev'], ['Turkey Standard Time', 'Europe/Istanbul'], ['Israel Standard Time', 'Asia/Jerusalem'], ['Russian Standard Time', 'Europe/Moscow'],
  ['Arabian Standard Time', 'Asia/Dubai'], ['India Standard Time', 'Asia/Calcutta'], ['China Standard Time', 'Asia/Shanghai'], ['Singapore Standard Time', 'Asia/Singapore'], ['Korea Standard Time', 'Asia/Seoul'], ['Tokyo Standard Time', 'Asia/Tokyo'], ['AUS Eastern Standard Time', 'Australia/Sydney'], ['New Zealand Standard Time', 'Pacific/Auckland'],
])
const utc = new Set(['UTC', 'Etc/UTC', 'Etc/GMT', 'tzone://Microsoft/Utc'])

export const ianaOf = (name: string): string | undefined => (utc.has(name) ? 'UTC' : (windows.get(name) ?? (IANAZone.isValidZone(name) ? name : undefined)))

// When that was, at the earliest and at the latest: the two differ where nobody here knows the zone, since then it may be any.
export const whenWas = ({ dateTime, timeZone }: Moment): { earliest: Millis; latest: Millis } => {
  const zone = ianaOf(timeZone ?? 'UTC')
  const wall = dateTime.replace(/Z$/, '')
  if (zone !== undefined) {
    const at = DateTime.fromISO(wall, { zone }).toMillis()
    return { earliest: at, latest: at }
  }
  const at = DateTime.fromISO(wall, { zone: 'UTC' }).toMillis()
  return { earliest: at - furthestEastMs, latest: at + furthestWestMs }
}
const furthestEastMs: Millis = 14 * 3_600_000
const furthestWestMs: Millis = 12 * 3_600_000

export const momentOf = (at: Millis): Moment => ({ dateTime: DateTime.fromMillis(at, { zone: 'UTC' }).toFormat("yyyy-MM-dd'T'HH:mm:ss"), timeZone: 'UTC' })
