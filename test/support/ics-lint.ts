// What RFC 5545, 5546 and 6047 ask of a calendar file, as strictly as they say it: every parser at hand takes files that they forbid. Answers one code for each fault.
type Param = { name: string; value: string }
type Line = { name: string; params: Param[]; value: string }
type Part = { name: string; lines: Line[]; parts: Part[] }

const fold = 75 // octets, without the line break (3.1)
const properties = new Set(['VERSION', 'PRODID', 'METHOD', 'CALSCALE', 'UID', 'DTSTAMP', 'DTSTART', 'DTEND', 'DURATION', 'SUMMARY', 'LOCATION', 'DESCRIPTION', 'URL', 'STATUS', 'SEQUENCE', 'ORGANIZER', 'ATTENDEE', 'CREATED', 'LAST-MODIFIED', 'TRANSP', 'CLASS', 'PRIORITY', 'CATEGORIES', 'GEO', 'ACTION', 'TRIGGER', 'REPEAT', 'COMMENT', 'CONTACT'])
const parameters = new Set(['ALTREP', 'CN', 'CUTYPE', 'DIR', 'LANGUAGE', 'PARTSTAT', 'ROLE', 'RSVP', 'SENT-BY', 'TZID', 'VALUE', 'RELATED', 'MEMBER', 'DELEGATED-FROM', 'DELEGATED-TO', 'ENCODING', 'FMTTYPE'])
const texts = new Set(['SUMMARY', 'LOCATION', 'DESCRIPTION', 'COMMENT', 'CONTACT', 'PRODID', 'UID', 'STATUS'])
const statuses = new Set(['TENTATIVE', 'CONFIRMED', 'CANCELLED'])
const once = ['UID', 'DTSTAMP', 'DTSTART', 'DTEND', 'DURATION', 'SUMMARY', 'LOCATION', 'DESCRIPTION', 'URL', 'STATUS', 'SEQUENCE', 'ORGANIZER', 'CREATED', 'LAST-MODIFIED', 'TRANSP', 'CLASS', 'PRIORITY', 'GEO']

export const icsFaults = (file: string | Buffer): string[] => {
  const bytes = Buffer.from(file)
  const faults = new Set<string>()
  for (const line of lineFaults(bytes)) faults.add(line)
  const { root, broken } = treeOf(bytes.toString('utf8').replaceAll(/\r\n[ \t]/g, ''))
  if (broken) faults.add(broken)
  if (root) for (const fault of calendarFaults(root)) faults.add(fault)
  return [...faults].toSorted()
}

const lineFaults = (bytes: Buffer): string[] => {
  const text = bytes.toString('latin1')
  const faults: string[] = []
  if (!text.endsWith('\r\n')) faults.push('no line break at the end')
  if (/(?<!\r)\n|\r(?!\n)/.test(text)) faults.push('a line break that is not CRLF')
  const lines = text.split('\r\n').slice(0, -1)
  if (lines.some((line) => line === '')) faults.push('an empty line')
  if (lines.some((line) => line.length > fold)) faults.push('a line over 75 octets')
  if (lines.some((line) => Buffer.from(line, 'latin1').toString('utf8').includes('\uFFFD'))) faults.push('a character that is cut by a fold')
  if (/[^\P{Cc}\t\r\n]/u.test(bytes.toString('utf8'))) faults.push('a control character')
  return faults
}

const treeOf = (text: string): { root?: Part; broken?: string } => {
  const open: Part[] = []
  let root: Part | undefined
  for (const written of text.split(/\r?\n/).filter((each) => each !== '')) {
    const line = lineOf(written)
    if (!line) return { broken: 'a line that is no property' }
    const [name, value] = [line.name, line.value.toUpperCase()]
    if (name === 'BEGIN') {
      if (open.length === 0 && root) return { broken: 'more than one calendar' }
      const part: Part = { name: value, lines: [], parts: [] }
      open.at(-1)?.parts.push(part)
      root ??= part
      open.push(part)
    } else if (name === 'END') {
      if (open.pop()?.name !== value) return { broken: 'a part that is not closed' }
    } else if (open.length === 0) return { broken: 'a property outside of the calendar' }
    else open.at(-1)!.lines.push(line)
  }
  if (!root || open.length > 0) return { broken: 'a part that is not closed' }
  return { root }
}

// name *(;param=value) : value; what is quoted may hold the signs that end a value (3.1).
const lineOf = (written: string): Line | undefined => {
  const head = /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"\p{Cc}]*"|[^";:,\p{Cc}]*)(?:,(?:"[^"\p{Cc}]*"|[^";:,\p{Cc}]*))*)*):/u.exec(written)
  if (!head) return undefined
  const [whole, name = '', all = ''] = head
  const params = [...all.matchAll(/;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";])*)/g)].map(([, param = '', value = '']) => ({ name: param.toUpperCase(), value: value.replaceAll('"', '') }))
  return { name: name.toUpperCase(), params, value: written.slice(whole.length) }
}

const calendarFaults = (calendar: Part): string[] => {
  const faults: string[] = []
  const all = (part: Part): Part[] => [part, ...part.parts.flatMap(all)]
  const get = (name: string): string[] => valuesOf(calendar, name)
  if (calendar.name !== 'VCALENDAR') faults.push('no calendar')
  if (get('VERSION').join() !== '2.0') faults.push('not version 2.0, once')
  if (get('PRODID').length !== 1) faults.push('not one PRODID')
  if (get('METHOD').length > 1) faults.push('more than one METHOD')
  for (const part of all(calendar)) {
    if (!['VCALENDAR', 'VEVENT', 'VALARM', 'VTIMEZONE', 'STANDARD', 'DAYLIGHT'].includes(part.name)) faults.push(`a part that is unknown: ${part.name}`)
    for (const line of part.lines) faults.push(...propertyFaults(line))
  }
  const zones = new Set(calendar.parts.filter(({ name }) => name === 'VTIMEZONE').flatMap((zone) => valuesOf(zone, 'TZID')))
  const named = all(calendar).flatMap(({ lines }) => lines.flatMap(({ params }) => params.filter(({ name }) => name === 'TZID')))
  if (named.some(({ value }) => !zones.has(value))) faults.push('a zone that is named and not described')
  const events = calendar.parts.filter(({ name }) => name === 'VEVENT')
  if (events.length !== 1) faults.push('not one event')
  for (const event of events) faults.push(...eventFaults(event), ...methodFaults(get('METHOD')[0], event))
  return faults
}

const valuesOf = ({ lines }: Part, wanted: string): string[] => lines.filter(({ name }) => name === wanted).map(({ value }) => value)

const propertyFaults = ({ name, params, value }: Line): string[] => {
  const faults: string[] = []
  if (!properties.has(name) && !name.startsWith('X-')) faults.push(`a property that is unknown: ${name}`)
  for (const param of params) if (!parameters.has(param.name) && !param.name.startsWith('X-')) faults.push(`a parameter that is unknown: ${param.name}`)
  if (texts.has(name) && /(?<!\\)(?:\\\\)*[;,]/.test(value)) faults.push('a comma or semicolon that is not escaped')
  if (texts.has(name) && /\\(?![\\;,Nn])/.test(value.replaceAll('\\\\', ''))) faults.push('an escape that is none')
  if (['DTSTAMP', 'CREATED', 'LAST-MODIFIED'].includes(name) && instantOf(value) === undefined) faults.push(`${name} is not UTC`)
  if (name === 'URL' && (value.includes('\\') || !URL.canParse(value))) faults.push('a URL that is none')
  if ((name === 'ORGANIZER' || name === 'ATTENDEE') && !/^mailto:[^\s@]+@[^\s@]+$/i.test(value)) faults.push(`${name} is no mailbox`)
  if (name === 'SEQUENCE' && !/^\d+$/.test(value)) faults.push('SEQUENCE is no number')
  if (name === 'STATUS' && !statuses.has(value)) faults.push('a STATUS that is unknown')
  return faults
}

const eventFaults = (event: Part): string[] => {
  const faults: string[] = []
  const get = (name: string): string[] => valuesOf(event, name)
  for (const name of once) if (get(name).length > 1) faults.push(`more than one ${name}`)
  for (const name of ['UID', 'DTSTAMP', 'DTSTART']) if (get(name).length === 0 || get(name)[0] === '') faults.push(`no ${name}`)
  if (get('DTEND').length + get('DURATION').length > 1) faults.push('both an end and a duration')
  const [from, to] = [instantOf(get('DTSTART')[0]), instantOf(get('DTEND')[0])]
  if (from === undefined || (get('DTEND').length > 0 && to === undefined)) faults.push('a time that is not UTC')
  if (from !== undefined && to !== undefined && to <= from) faults.push('an end that is not after the start')
  for (const alarm of event.parts.filter(({ name }) => name === 'VALARM')) {
    const [action, trigger] = [valuesOf(alarm, 'ACTION'), valuesOf(alarm, 'TRIGGER')]
    if (action.length !== 1 || trigger.length !== 1 || !/^[-+]?P(?:\d+W|(?=.)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/.test(trigger[0] ?? '')) faults.push('an alarm without its action or time')
    if (action[0] === 'DISPLAY' && valuesOf(alarm, 'DESCRIPTION').length !== 1) faults.push('an alarm that says nothing')
  }
  return faults
}

// RFC 5546, 3.2.1, 3.2.2 and 3.2.5.
const methodFaults = (method: string | undefined, event: Part): string[] => {
  if (method === undefined) return valuesOf(event, 'ATTENDEE').length > 0 ? ['somebody is invited without a METHOD'] : []
  if (!['PUBLISH', 'REQUEST', 'CANCEL'].includes(method)) return ['a METHOD that is unknown']
  const faults: string[] = []
  const [organizers, attendees, [status]] = [valuesOf(event, 'ORGANIZER'), valuesOf(event, 'ATTENDEE'), valuesOf(event, 'STATUS')]
  if (organizers.length !== 1) faults.push('not one ORGANIZER')
  if (method === 'PUBLISH' && attendees.length > 0) faults.push('somebody is invited to what is published')
  if (method !== 'PUBLISH' && attendees.length === 0) faults.push('nobody is invited')
  if (method !== 'PUBLISH' && valuesOf(event, 'SEQUENCE').length !== 1) faults.push('no SEQUENCE')
  if (method === 'REQUEST' && status === 'CANCELLED') faults.push('an invitation to what is cancelled')
  if (method === 'CANCEL' && status !== 'CANCELLED') faults.push('a cancellation of what is not cancelled')
  if (method === 'CANCEL' && event.parts.length > 0) faults.push('a cancellation that reminds')
  return faults
}

const instantOf = (value: string | undefined): number | undefined => {
  const [, year, month, day, hours, minutes, seconds] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value ?? '') ?? []
  const iso = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.000Z`
  const ms = year === undefined ? Number.NaN : Date.parse(iso)
  return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? undefined : ms
}
