import { Accordion, Divider, Flex, Image, Link, StatusTag, Text, Tile } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import type { Speaker } from './speaker.ts'
import { daysOf, type Entry } from './transcript.ts'
import type { Line, TranscriptView } from './views.ts'

// The conversation as a chat: theirs on the left, ours on the right, and in between what Portero did.
type Spoken = { speaker: Speaker; zone: string }

export const Talk = ({ speaker, view: { lines, zone, asOf } }: { speaker: Speaker; view: TranscriptView }): ReactNode =>
  daysOf(lines, zone).map(({ day, at, entries }) => (
    <Flex key={day} direction="column" gap="extra-small">
      <Divider />
      <Text format={{ fontWeight: 'demibold' }}>{speaker.day(at, zone, asOf)}</Text>
      {entries.map((entry) => <OneEntry key={entry.kind === 'message' ? entry.line.id : entry.lines[0]?.id} speaker={speaker} zone={zone} entry={entry} />)}
    </Flex>
  ))

const OneEntry = ({ entry, ...spoken }: Spoken & { entry: Entry }): ReactNode => {
  if (entry.kind === 'message') return <Message {...spoken} line={entry.line} />
  if (entry.lines.length === 1) return <Done {...spoken} lines={entry.lines} />
  return (
    <Accordion title={spoken.speaker.words.done(entry.lines.length)} size="extra-small">
      <Done {...spoken} lines={entry.lines} />
    </Accordion>
  )
}

const Done = ({ speaker, zone, lines }: Spoken & { lines: Line[] }): ReactNode =>
  lines.map(({ id, at, text }) => <Text key={id} variant="microcopy" format={{ italic: true }}>{`${speaker.clock(at, zone)} · ${text}`}</Text>)

const isPicture = /^image\/(jpeg|png|gif|webp)$/
const Message = ({ speaker: { words, clock }, zone, line: { at, author, kind, text, status, isStray, note, media = [] } }: Spoken & { line: Line }): ReactNode => (
  <Flex direction="row" justify={author === 'prospect' ? 'start' : 'end'}>
    <Tile compact>
      <Flex direction="row" gap="extra-small" align="center">
        <Text variant="microcopy" format={{ fontWeight: 'bold' }}>{words.author[author]}</Text>
        <Text variant="microcopy">{clock(at, zone)}</Text>
        {status === 'failed' && <StatusTag variant="danger">{words.delivery.failed}</StatusTag>}
        {isStray === true && <StatusTag variant="warning">{words.stray}</StatusTag>}
        {status !== undefined && status !== 'failed' && <Text variant="microcopy">{words.delivery[status]}</Text>}
      </Flex>
      {kind !== 'text' && kind !== 'done' && <Text format={{ italic: true }}>{words.kind[kind]}</Text>}
      {media.map(({ url, type }) => (isPicture.test(type) ? <Image key={url} src={url} alt={words.kind.image} width={240} href={{ url, external: true }} /> : <Link key={url} href={{ url, external: true }}>{words.openFile}</Link>))}
      {text !== '' && <Text>{text}</Text>}
      {note !== undefined && <Text variant="microcopy" format={{ italic: true }}>{note}</Text>}
    </Tile>
  </Flex>
)
