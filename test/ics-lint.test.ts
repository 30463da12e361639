import { describe, expect, test } from '@jest/globals'
import ICAL from 'ical.js'
import { convertIcsCalendar } from 'ts-ics'
import { calendarWords } from '@portero/shared'
import { calendarFile, type Mailbox } from '@portero/tool-server/domain/calendar-file.ts'
import { buildingDetails, homeDetails, type Home } from '@portero/tool-server/domain/homes.ts'
import { tourStatuses, type Tour } from '@portero/tool-server/domain/tours.ts'
import { icsFaults } from './support/ics-lint.ts'

// Every kind of calendar file that we make is held to the letter of the RFCs, by a lint that is shown to say no, and read back by two parsers that nobody here wrote.
const now = Date.UTC(2026, 10, 23, 17)
const tour: Pick<Tour, 'id' | 'startsAt' | 'endsAt' | 'status' | 'version'> = { id: '018f0000-0000-7000-8000-000000000001', startsAt: now + 3_600_000, endsAt: now + 5_400_000, status: 'confirmed', version: 3 }
const building = { ...buildingDetails.parse({ address: 'Calle Álamo 1, int. 2; esquina\\norte', neighbourhood: 'Centro', city: 'Ciudad de México', mapUrl: 'https://maps.example/?q=19.4,-99.1;z=17' }), id: 'b', slug: 'roma', name: 'Torre Ñandú', zone: 'America/Mexico_City' }
const details = homeDetails.parse({ title: 'Depa con balcón, roof garden; «penthouse» \\ y dos recámaras en la mismísima esquina 🏠🏠🏠🏠🏠🏠🏠🏠🏠🏠', unit: 'PH-1', bedrooms: 2, bathrooms: 1, areaM2: 50, rentMxn: 15_000, pets: 'yes', availableFrom: '2026-12-01' })
const home: Home = { ...details, id: 'h', slug: 'roma-1', no: 1, building, isOpen: true }
const from: Mailbox = { name: 'UrbanHub: visitas, "CDMX"; México', email: 'visitas@urbanhub.example' }
const to: Mailbox = { name: 'Ana Ñúñez, de la Garza', email: 'ana@correo.example' }
const fileOf = (more: Partial<Parameters<typeof calendarFile>[0]> = {}) => calendarFile({ tour, home, language: 'es-MX', now, ...more })
const eventIn = (text: string) => {
  const calendar = new ICAL.Component(ICAL.parse(text))
  return { calendar, event: new ICAL.Event(calendar.getFirstSubcomponent('vevent')!) }
}

const asMozilla = (text: string): object => {
  const { calendar, event } = eventIn(text)
  const component = event.component
  return {
    uid: event.uid, method: calendar.getFirstPropertyValue('method')?.toString(), sequence: event.sequence, start: event.startDate.toJSDate().getTime(), end: event.endDate.toJSDate().getTime(), stamp: Date.parse(String(component.getFirstPropertyValue('dtstamp'))),
    summary: event.summary, location: event.location, description: event.description, status: component.getFirstPropertyValue('status'), url: component.getFirstPropertyValue('url'), alarms: component.getAllSubcomponents('valarm').length,
    organizer: event.organizer?.replace(/^mailto:/i, ''), invited: event.attendees.map((each) => String(each.getFirstValue()).replace(/^mailto:/i, '')),
  }
}
// It leaves the line break of what stands last before an alarm.
const asTsIcs = (text: string): object => {
  const { method, events: [event] = [] } = convertIcsCalendar(undefined, text)
  const { uid, sequence, start, end, stamp, summary, location, description, status, url, organizer, attendees = [], alarms = [] } = event!
  return { uid, method, sequence, start: start.date.getTime(), end: end?.date.getTime(), stamp: stamp.date.getTime(), summary, location, description: description?.trimEnd(), status, url, organizer: organizer?.email.trimEnd(), invited: attendees.map(({ email }) => email.trimEnd()), alarms: alarms.length }
}

describe('a calendar file', () => {
  test.each(tourStatuses.flatMap((status) => (['es-MX', 'en'] as const).flatMap((language) => [{}, { from }, { from, to }].map((mail) => ({ status, language, mail, kind: Object.keys(mail).join(' and ') || 'nobody' })))))(
    'of a visit that is $status, in $language, naming $kind, is to the letter, and read alike by two parsers', ({ status, language, mail }) => {
      const { text, method } = fileOf({ tour: { ...tour, status }, language, ...mail })
      const [one, other] = [asMozilla(text), asTsIcs(text)]
      expect(icsFaults(text)).toEqual([])
      expect(one).toEqual(other)
      expect(one).toMatchObject({
        uid: `${tour.id}@portero`, method, sequence: 3, start: tour.startsAt, end: tour.endsAt, stamp: now, summary: calendarWords[language].title(home.title), location: `Torre Ñandú, PH-1 · ${building.address}`,
        status: status === 'held' ? 'TENTATIVE' : status === 'cancelled' ? 'CANCELLED' : 'CONFIRMED', organizer: 'from' in mail ? from.email : undefined, invited: 'from' in mail && 'to' in mail ? [to.email] : [], alarms: status === 'cancelled' ? 0 : 1,
      })
    },
  )
  test.each([
    ['to be saved, names nobody and has no method', {}, 'confirmed', undefined], ['to be saved, where we have a mailbox, is published', { from }, 'confirmed', 'PUBLISH'], ['of what is off, to be saved, is published as such', { from }, 'cancelled', 'PUBLISH'],
    ['for somebody is an invitation', { from, to }, 'confirmed', 'REQUEST'], ['for somebody, of what is off, is its end', { from, to }, 'cancelled', 'CANCEL'], ['for somebody without a mailbox of ours is only to be saved', { to }, 'confirmed', undefined],
  ] as const)('%s', (_title, mail, status, method) => {
    const made = fileOf({ ...mail, tour: { ...tour, status } })
    expect([made.method, /^METHOD:(.+)\r$/m.exec(made.text)?.[1]]).toEqual([method, method])
    expect([made.text.includes('ORGANIZER'), made.text.includes('ATTENDEE')]).toEqual(['from' in mail, 'from' in mail && 'to' in mail])
  })
  test('invites, moves and calls off one and the same event', () => {
    const trio = [fileOf({ from, to }), fileOf({ from, to, tour: { ...tour, version: 4, startsAt: tour.startsAt + 86_400_000, endsAt: tour.endsAt + 86_400_000 }, now: now + 1000 }), fileOf({ from, to, tour: { ...tour, version: 5, status: 'cancelled' }, now: now + 2000 })]
    const read = trio.map(({ text }) => eventIn(text))
    expect(read.map(({ calendar, event }) => [calendar.getFirstPropertyValue('method'), event.uid, event.sequence, event.startDate.toString(), event.organizer, event.attendees.map((each) => String(each.getFirstValue()).toLowerCase()), calendar.getFirstSubcomponent('vevent')!.getAllSubcomponents('valarm').length])).toEqual([
      ['REQUEST', `${tour.id}@portero`, 3, '2026-11-23T18:00:00Z', 'mailto:visitas@urbanhub.example', ['mailto:ana@correo.example'], 1],
      ['REQUEST', `${tour.id}@portero`, 4, '2026-11-24T18:00:00Z', 'mailto:visitas@urbanhub.example', ['mailto:ana@correo.example'], 1],
      ['CANCEL', `${tour.id}@portero`, 5, '2026-11-23T18:00:00Z', 'mailto:visitas@urbanhub.example', ['mailto:ana@correo.example'], 0],
    ])
    expect(new Set(trio.map(({ text }) => /DTSTAMP:(\w+)/.exec(text)?.[1])).size).toBe(3)
  })
  test('gives names back as they were, but for what no parameter can hold', () => {
    const { calendar, event } = eventIn(fileOf({ from, to }).text)
    const vevent = calendar.getFirstSubcomponent('vevent')!
    expect([event.summary, event.location, vevent.getFirstProperty('attendee')!.getParameter('cn'), vevent.getFirstProperty('organizer')!.getParameter('cn')]).toEqual([`Visita: ${home.title}`, `Torre Ñandú, PH-1 · ${building.address}`, to.name, 'UrbanHub: visitas,  CDMX ; México'])
  })
})

describe('the lint', () => {
  const good = fileOf({ from, to }).text
  const saved = fileOf().text
  const published = fileOf({ from }).text
  const ended = fileOf({ from, to, tour: { ...tour, status: 'cancelled' } }).text
  const without = (text: string, name: string): string => text.replace(new RegExp(`^${name}[:;].*\\r\\n(?: .*\\r\\n)*`, 'm'), '')
  const plus = (line: string, text = good): string => text.replace('END:VEVENT', `${line}\r\nEND:VEVENT`)
  test.each<[string, string | Buffer, string]>([
    ['LF only', good.replaceAll('\r\n', '\n'), 'a line break that is not CRLF'], ['one bare LF', good.replace('\r\nUID', '\nUID'), 'a line break that is not CRLF'], ['a bare CR', good.replace('Visita', 'Vis\rita'), 'a line break that is not CRLF'],
    ['no end of line', good.trimEnd(), 'no line break at the end'], ['an empty line', good.replace('\r\nUID', '\r\n\r\nUID'), 'an empty line'], ['a tab character below', good.replace('Visita', 'Visi\u0001ta'), 'a control character'],
    ['unfolded lines', good.replaceAll('\r\n ', ''), 'a line over 75 octets'], ['75 characters that are more octets', plus(`COMMENT:${'ñ'.repeat(60)}`), 'a line over 75 octets'],
    ['a fold inside a character', Buffer.from(good.replace('END:VEVENT', 'COMMENT:\xC3\r\n \xB1\r\nEND:VEVENT'), 'latin1'), 'a character that is cut by a fold'],
    ['a line without a colon', plus('SUMMARY'), 'a line that is no property'], ['a quote inside a parameter', plus('COMMENT;LANGUAGE=e"s:a'), 'a line that is no property'],
    ['a part left open', good.replace('END:VEVENT\r\n', ''), 'a part that is not closed'], ['two calendars', good + good, 'more than one calendar'], ['a property before it', `UID:1\r\n${good}`, 'a property outside of the calendar'],
    ['no version', without(good, 'VERSION'), 'not version 2.0, once'], ['version 1.0', good.replace('VERSION:2.0', 'VERSION:1.0'), 'not version 2.0, once'], ['no PRODID', without(good, 'PRODID'), 'not one PRODID'], ['two methods', good.replace('METHOD:REQUEST', 'METHOD:REQUEST\r\nMETHOD:PUBLISH'), 'more than one METHOD'],
    ['a made-up property', plus('TIMEZONE-ID:America/Tijuana'), 'a property that is unknown: TIMEZONE-ID'], ['a made-up parameter', plus('COMMENT;COLOUR=red:a'), 'a parameter that is unknown: COLOUR'], ['a made-up part', plus('BEGIN:VISIT\r\nEND:VISIT'), 'a part that is unknown: VISIT'],
    ['a raw comma', good.replace('Visita: ', 'Visita, '), 'a comma or semicolon that is not escaped'], ['a raw semicolon', good.replace('Visita: ', 'Visita; '), 'a comma or semicolon that is not escaped'], ['a tab escape', good.replace('Visita: ', 'Visita\\t '), 'an escape that is none'],
    ['a floating stamp', good.replace(/(DTSTAMP:\d+T\d+)Z/, '$1'), 'DTSTAMP is not UTC'], ['a floating start', good.replace(/(DTSTART:\d+T\d+)Z/, '$1'), 'a time that is not UTC'], ['a start in a zone', good.replace(/DTSTART:(\d+T\d+)Z/, 'DTSTART;TZID=America/Tijuana:$1'), 'a zone that is named and not described'],
    ['30 February', good.replace(/DTSTAMP:2026\d{4}/, 'DTSTAMP:20260230'), 'DTSTAMP is not UTC'], ['an end at the start', good.replace(/DTEND:\w+/, `DTEND:${/DTSTART:(\w+)/.exec(good)![1]}`), 'an end that is not after the start'], ['an end and a duration', plus('DURATION:PT30M'), 'both an end and a duration'],
    ['no UID', without(good, 'UID'), 'no UID'], ['no stamp', without(good, 'DTSTAMP'), 'no DTSTAMP'], ['no start', without(good, 'DTSTART'), 'no DTSTART'], ['two summaries', plus('SUMMARY:a'), 'more than one SUMMARY'], ['two events', good.replace('END:VCALENDAR', 'BEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR'), 'not one event'],
    ['an escaped URL', good.replace(/^(URL\S*?):https:/m, '$1:https:\\\\'), 'a URL that is none'], ['a relative URL', saved.replace(/^URL.*\r\n(?: .*\r\n)*/m, 'URL:maps\r\n'), 'a URL that is none'],
    ['an organizer without mailto', good.replace('mailto:visitas', 'visitas'), 'ORGANIZER is no mailbox'], ['a SEQUENCE in words', good.replace('SEQUENCE:3', 'SEQUENCE:tres'), 'SEQUENCE is no number'], ['a status of our own', good.replace('STATUS:CONFIRMED', 'STATUS:HELD'), 'a STATUS that is unknown'],
    ['an alarm at no time', good.replace('TRIGGER:-PT2H', 'TRIGGER:-PT'), 'an alarm without its action or time'], ['an alarm without an action', without(good, 'ACTION'), 'an alarm without its action or time'], ['a silent alarm', good.replace(/(BEGIN:VALARM[\s\S]*?)DESCRIPTION/, '$1COMMENT'), 'an alarm that says nothing'],
    ['a method of our own', good.replace('METHOD:REQUEST', 'METHOD:ASK'), 'a METHOD that is unknown'], ['an invitation by nobody', without(good, 'ORGANIZER'), 'not one ORGANIZER'], ['something published by nobody', without(published, 'ORGANIZER'), 'not one ORGANIZER'], ['an invitation of nobody', without(good, 'ATTENDEE'), 'nobody is invited'],
    ['an invitation without a number', without(good, 'SEQUENCE'), 'no SEQUENCE'], ['an invitation to what is off', good.replace('STATUS:CONFIRMED', 'STATUS:CANCELLED'), 'an invitation to what is cancelled'], ['an end of what is on', ended.replace('STATUS:CANCELLED', 'STATUS:CONFIRMED'), 'a cancellation of what is not cancelled'],
    ['an end that reminds', plus('BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT2H\r\nDESCRIPTION:a\r\nEND:VALARM', ended), 'a cancellation that reminds'], ['a publication that invites', plus('ATTENDEE:mailto:a@b.example', published), 'somebody is invited to what is published'], ['a file that invites', plus('ATTENDEE:mailto:a@b.example', saved), 'somebody is invited without a METHOD'],
  ])('says no to %s', (_title, text, fault) => {
    expect(icsFaults(text)).toContain(fault)
  })
  test('says nothing of what it was made from', () => expect([good, saved, published, ended].map(icsFaults)).toEqual([[], [], [], []]))
})
