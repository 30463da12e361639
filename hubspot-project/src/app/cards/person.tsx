import { DescriptionList, DescriptionListItem, Flex, Heading, LoadingButton, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import type { Card } from './card.ts'
import { wordOf } from './speaker.ts'
import type { VisitView } from './views.ts'
import { Why } from './why.tsx'

// Who it is about, and what is known of what they look for, each with its reason.
type Props = Pick<Card, 'speaker' | 'server' | 'actions'>

export const Person = ({ speaker, server, actions, person, stage }: Props & { person: NonNullable<VisitView['person']> | undefined; stage: string | undefined }): ReactNode => {
  const { words } = speaker
  const [phone, setPhone] = useState<string>()
  const [isBusy, setIsBusy] = useState(false)
  const reveal = async (): Promise<void> => {
    setIsBusy(true)
    const answer = await server('reveal', {})
    setIsBusy(false)
    if (answer.ok) setPhone(answer.view.phone)
    else actions.addAlert({ type: 'danger', title: words.failed, message: answer.failure.reference === undefined ? words.failedText : words.reference(answer.failure.reference) })
  }
  return (
    <Flex direction="column" gap="extra-small">
      {person?.name && <Heading>{person.name}</Heading>}
      <DescriptionList direction="row">
        {stage !== undefined && (
          <DescriptionListItem label={words.stageOf}>
            <Text inline>{wordOf(words.stage, stage)}</Text>
            <Why speaker={speaker} server={server} field="stage" />
          </DescriptionListItem>
        )}
        {person?.phone && (
          <DescriptionListItem label={words.phone}>
            <Text inline>{phone ?? person.phone}</Text>
            {person.isMasked && phone === undefined && <LoadingButton variant="secondary" size="xs" loading={isBusy} disabled={isBusy} onClick={() => void reveal()}>{words.reveal}</LoadingButton>}
          </DescriptionListItem>
        )}
      </DescriptionList>
    </Flex>
  )
}

export const Facts = ({ speaker, server, facts }: Pick<Props, 'speaker' | 'server'> & { facts: VisitView['facts'] }): ReactNode => {
  const { words, fact } = speaker
  return (
    <Flex direction="column" gap="extra-small">
      <Text format={{ fontWeight: 'demibold' }}>{words.facts}</Text>
      {facts.length === 0 && <Text>{words.noFacts}</Text>}
      {facts.length > 0 && (
        <DescriptionList direction="row">
          {facts.map(({ name, value }) => (
            <DescriptionListItem key={name} label={wordOf(words.fact, name)}>
              <Text inline>{fact(name, value)}</Text>
              <Why speaker={speaker} server={server} field={name} />
            </DescriptionListItem>
          ))}
        </DescriptionList>
      )}
    </Flex>
  )
}
