import { Button, DescriptionList, DescriptionListItem, hubspot, StatusTag } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import { useCard, type Card, type CardProps } from './card.ts'
import { wordOf } from './speaker.ts'
import { InState, Nowhere } from './states.tsx'
import { useView } from './use-view.ts'
import type { CardRecord } from './views.ts'

// Three facts and one way on, for whoever looks at a record in passing.
export const PreviewCard = (props: CardProps): ReactNode => {
  const card = useCard(props)
  return 'missing' in card ? <Nowhere card={card} /> : <Preview {...card} />
}

const Preview = ({ speaker, server, record, portalId }: Card): ReactNode => {
  const { words, moment } = speaker
  const viewing = useView({ server, name: 'preview', ask: {} })
  return (
    <InState speaker={speaker} record={record} viewing={viewing}>
      {({ stage, next, isUnmarked, state, waitingSince }) => (
        <>
          <DescriptionList direction="column">
            <DescriptionListItem label={words.stageOf}>{stage === undefined ? words.none : wordOf(words.stage, stage)}</DescriptionListItem>
            <DescriptionListItem label={isUnmarked ? words.howWasIt : words.nextTour}>{next ? `${moment(next.startsAt, next.zone)} · ${next.title}` : words.noTour}</DescriptionListItem>
            <DescriptionListItem label={words.conversation}>
              {waitingSince === undefined ? words.state[state] : <StatusTag variant="warning">{words.waiting(moment(waitingSince))}</StatusTag>}
            </DescriptionListItem>
          </DescriptionList>
          <Button variant="primary" href={{ url: `https://app.hubspot.com/contacts/${portalId}/record/${objectTypes[record.type]}/${record.id}`, external: false }}>{words.openRecord}</Button>
        </>
      )}
    </InState>
  )
}

const objectTypes: Record<CardRecord['type'], string> = { contact: '0-1', deal: '0-3', ticket: '0-5' }

hubspot.extend<'crm.preview'>(({ context, actions }) => <PreviewCard context={context} actions={actions} />)
