import { AutoGrid, EmptyState, Flex, Heading, Link, StatusTag, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text, Tile } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import type { Page } from './page.ts'
import { wordOf } from './speaker.ts'
import { TourStatus } from './tour.tsx'
import type { TodayView } from './views.ts'

// What the app page tells: who waits, whom we show homes to today, and how the connections are.
type Shown = { page: Page; view: TodayView }

export const Escalations = ({ page, view: { escalations, zone } }: Shown): ReactNode => {
  const { speaker: { words, moment }, said } = page
  if (escalations.length === 0) return <Text>{said.noEscalations}</Text>
  return (
    <Flex direction="column" gap="small">
      <Heading>{said.escalations(escalations.length)}</Heading>
      <Table bordered density="condensed">
        <Headers names={[said.who, said.why, said.since, said.due, said.owner, said.status]} />
        <TableBody>
          {escalations.map((each) => (
            <TableRow key={each.escalation}>
              <TableCell><Person page={page} {...each} /></TableCell>
              <TableCell>{wordOf(words.reason, each.reason)}</TableCell>
              <TableCell>{moment(each.since, zone)}</TableCell>
              <TableCell>
                <Flex direction="row" gap="extra-small" align="center">
                  <Text>{moment(each.dueAt, zone)}</Text>
                  <StatusTag variant={each.isLate ? 'danger' : 'default'}>{each.isLate ? said.late : said.inTime}</StatusTag>
                </Flex>
              </TableCell>
              <TableCell>{each.owner ?? said.noOwner}</TableCell>
              <TableCell><StatusTag variant={each.isSeen ? 'success' : 'warning'}>{each.isSeen ? said.seen : said.unseen}</StatusTag></TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Flex>
  )
}

export const ToursToday = ({ page, view: { tours } }: Shown): ReactNode => {
  const { speaker: { words, clock }, said } = page
  if (tours.length === 0)
    return (
      <EmptyState title={said.noTours} layout="vertical">
        <Text>{said.noToursText}</Text>
      </EmptyState>
    )
  return (
    <Flex direction="column" gap="small">
      <Heading>{said.toursToday(tours.length)}</Heading>
      <Table bordered density="condensed">
        <Headers names={[said.time, said.home, said.who, said.agent, said.status]} />
        <TableBody>
          {tours.map((tour) => (
            <TableRow key={tour.tour}>
              <TableCell>{`${clock(tour.startsAt, tour.zone)}–${clock(tour.endsAt, tour.zone)}`}</TableCell>
              <TableCell>
                <Text>{tour.title}</Text>
                <Text variant="microcopy">{tour.place}</Text>
              </TableCell>
              <TableCell><Person page={page} {...tour} /></TableCell>
              <TableCell>{tour.agent}</TableCell>
              <TableCell><TourStatus words={words} tour={tour} /></TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Flex>
  )
}

export const Connections = ({ page, view: { connections, zone } }: Shown): ReactNode => {
  const { speaker: { moment }, said } = page
  if (connections.length === 0)
    return (
      <EmptyState title={said.noHealth} layout="vertical">
        <Text>{said.noHealthText}</Text>
      </EmptyState>
    )
  return (
    <Flex direction="column" gap="small">
      <Heading>{said.health}</Heading>
      <AutoGrid columnWidth={280} flexible gap="small">
        {connections.map(({ connection, vendor, account, state, heardAt, waiting, dead, failure }) => (
          <Tile key={connection} compact>
            <Text format={{ fontWeight: 'demibold' }}>{`${vendor} · ${account}`}</Text>
            <StatusTag variant={variants[state]}>{said.condition[state]}</StatusTag>
            {said.conditionText[state] !== '' && <Text>{said.conditionText[state]}</Text>}
            <Text variant="microcopy">{[heardAt === undefined ? said.neverHeard : said.heard(moment(heardAt, zone)), said.waiting(waiting), said.dead(dead)].join(' · ')}</Text>
            {failure !== undefined && <Text variant="microcopy">{failure}</Text>}
          </Tile>
        ))}
      </AutoGrid>
    </Flex>
  )
}
const variants = { fine: 'success', slow: 'warning', resting: 'danger', stuck: 'danger' } as const

const Headers = ({ names }: { names: string[] }): ReactNode => (
  <TableHead>
    <TableRow>{names.map((name) => <TableHeader key={name}>{name}</TableHeader>)}</TableRow>
  </TableHead>
)

// By their first name, and the way to their record.
const Person = ({ page: { said, portalId }, person = said.nobody, contact }: { page: Page; person?: string | undefined; contact?: string | undefined }): ReactNode =>
  contact === undefined ? <Text>{person}</Text> : <Link href={{ url: `https://app.hubspot.com/contacts/${portalId}/record/0-1/${contact}`, external: false }}>{person}</Link>
