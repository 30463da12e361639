import { Alert, Button, ButtonRow, EmptyState, ErrorState, Flex, LoadingSpinner, Text } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import type { Failure } from './ask-server.ts'
import type { NoCard } from './card.ts'
import { useHead } from './head.tsx'
import type { Speaker } from './speaker.ts'
import type { CardRecord } from './views.ts'
import type { Viewing } from './use-view.ts'

// The states that every card has, one at a time; `children` draws the one that is left, ready.
type Props<T extends { asOf: string }> = { speaker: Speaker; head: ReactNode; viewing: Viewing<T>; rest?: { isResting: boolean; wake(): void }; children: (view: T) => ReactNode }

export const InState = <T extends { asOf: string }>({ record, ...props }: Omit<Props<T>, 'head'> & { record: CardRecord }): ReactNode => <Stated {...props} head={useHead(record, props.speaker)} />

// Where there is no record of which HubSpot would know something, head is null.
export const Stated = <T extends { asOf: string }>({ speaker, head, viewing: { shown, reload }, rest, children }: Props<T>): ReactNode => {
  const { words } = speaker
  if (shown.state === 'loading')
    return (
      <Flex direction="column" gap="small">
        {head}
        <LoadingSpinner label={words.loading} showLabel layout="centered" />
      </Flex>
    )
  if (shown.state === 'forbidden')
    return (
      <ErrorState title={words.forbidden} type="lock">
        <Text>{words.forbiddenText}</Text>
        <Reference speaker={speaker} failure={shown.failure} />
      </ErrorState>
    )
  if (shown.state === 'failed')
    return (
      <Flex direction="column" gap="small">
        {head}
        <ErrorState title={words.failed}>
          <Text>{shown.failure.code === 'throttled' ? words.throttled : words.failedText}</Text>
          <Reference speaker={speaker} failure={shown.failure} />
          <Button variant="primary" onClick={() => void reload()}>{words.retry}</Button>
        </ErrorState>
      </Flex>
    )
  const isStale = shown.isStale || rest?.isResting === true
  return (
    <Flex direction="column" gap="small">
      {isStale && (
        <Alert title={words.stale(speaker.clock(shown.view.asOf))} variant="warning">
          {!shown.isStale && <Text>{words.resting}</Text>}
          <ButtonRow>
            <Button variant="secondary" onClick={() => (rest ? rest.wake() : void reload())}>{words.refresh}</Button>
          </ButtonRow>
        </Alert>
      )}
      {children(shown.view)}
    </Flex>
  )
}

export const Reference = ({ speaker, failure }: { speaker: Speaker; failure: Failure }): ReactNode =>
  failure.reference ? <Text variant="microcopy">{speaker.words.reference(failure.reference)}</Text> : null

// A card where it can show nothing: HubSpot lets an admin place it on other records too.
export const Nowhere = ({ card: { speaker, missing } }: { card: NoCard }): ReactNode => (
  <EmptyState title={missing === 'record' ? speaker.words.elsewhere : speaker.words.unplugged} layout="vertical">
    <Text>{missing === 'record' ? speaker.words.elsewhereText : speaker.words.unpluggedText}</Text>
  </EmptyState>
)
