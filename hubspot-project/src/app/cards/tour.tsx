import { DescriptionList, DescriptionListItem, Flex, Heading, Link, StatusTag, Text } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import type { Speaker } from './speaker.ts'
import type { Tour } from './views.ts'

// A tour at a glance, and one of many as a line.
export const TourFacts = ({ speaker: { words, moment, clock }, tour }: { speaker: Speaker; tour: Tour }): ReactNode => (
  <Flex direction="column" gap="extra-small">
    <Flex direction="row" gap="small" align="center">
      <Heading>{`${moment(tour.startsAt, tour.zone)}–${clock(tour.endsAt, tour.zone)}`}</Heading>
      <TourStatus words={words} tour={tour} />
    </Flex>
    <DescriptionList direction="row">
      <DescriptionListItem label={words.home}>{tour.title}</DescriptionListItem>
      <DescriptionListItem label={words.place}>{tour.place}</DescriptionListItem>
      <DescriptionListItem label={words.agent}>{tour.agent}</DescriptionListItem>
      {tour.inCalendar && <DescriptionListItem label={words.inCalendar.label}>{words.inCalendar[tour.inCalendar]}</DescriptionListItem>}
    </DescriptionList>
    <Flex direction="row" gap="small">
      {tour.mapUrl && <Link href={{ url: tour.mapUrl, external: true }}>{words.map}</Link>}
      {tour.inCalendarUrl && <Link href={{ url: tour.inCalendarUrl, external: true }}>{words.openCalendar}</Link>}
      {tour.calendarUrl && <Link href={{ url: tour.calendarUrl, external: true }}>{words.calendar}</Link>}
    </Flex>
  </Flex>
)

export const TourLine = ({ speaker: { words, moment }, tour }: { speaker: Speaker; tour: Tour }): ReactNode => (
  <Flex direction="row" gap="small" align="center">
    <Text>{`${moment(tour.startsAt, tour.zone)} · ${tour.title} · ${tour.agent}`}</Text>
    <TourStatus words={words} tour={tour} />
  </Flex>
)

export const TourStatus = ({ words, tour: { status } }: { words: Speaker['words']; tour: Pick<Tour, 'status'> }): ReactNode => <StatusTag variant={variants[status]}>{words.tour[status]}</StatusTag>
const variants = { held: 'warning', confirmed: 'success', completed: 'info', no_show: 'danger', cancelled: 'default' } as const
