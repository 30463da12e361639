import { Alert, Button, ButtonRow, EmptyState, Flex, hubspot, LoadingButton, SearchInput, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import { useCard, type Card, type CardProps } from './card.ts'
import { Hands } from './hands.tsx'
import { wordOf, type Speaker } from './speaker.ts'
import { InState, Nowhere } from './states.tsx'
import { Talk } from './talk.tsx'
import { joinNewest, withEarlier } from './transcript.ts'
import { usePulse } from './use-pulse.ts'
import { useView, type Viewing } from './use-view.ts'
import type { TranscriptView } from './views.ts'

// What was said with this person on WhatsApp, kept up to date while it is open.
export const ConversationCard = (props: CardProps): ReactNode => {
  const card = useCard(props)
  return 'missing' in card ? <Nowhere card={card} /> : <Conversation {...card} />
}

const Conversation = ({ speaker, server, record, actions }: Card): ReactNode => {
  const [search, setSearch] = useState('')
  const viewing = useView({ server, name: 'transcript', ask: search === '' ? {} : { search }, join: joinNewest })
  const { lines = [], state = 'none' } = viewing.shown.state === 'ready' ? viewing.shown.view : {}
  const last = lines.at(-1)
  const rest = usePulse(viewing.reload, { sign: `${search}/${last?.id}/${last?.status}/${state}`, isOn: viewing.shown.state === 'ready' && search === '' })
  return (
    <InState speaker={speaker} record={record} viewing={viewing} rest={rest}>
      {(view) => (search === '' && view.lines.length === 0 ? <NoTalk speaker={speaker} /> : <Transcript {...{ speaker, server, actions, viewing, view, search, setSearch }} />)}
    </InState>
  )
}

const NoTalk = ({ speaker: { words } }: { speaker: Speaker }): ReactNode => (
  <EmptyState title={words.noTalk} layout="vertical">
    <Text>{words.noTalkText}</Text>
  </EmptyState>
)

type TranscriptProps = Pick<Card, 'speaker' | 'server' | 'actions'> & { viewing: Viewing<TranscriptView>; view: TranscriptView; search: string; setSearch(words: string): void }

const Transcript = ({ speaker, server, actions, viewing, view, search, setSearch }: TranscriptProps): ReactNode => {
  const { words } = speaker
  const earlier = useEarlier({ server, viewing, view, search })
  return (
    <>
      {view.escalation && <Escalation speaker={speaker} zone={view.zone} escalation={view.escalation} />}
      <Hands speaker={speaker} server={server} actions={actions} view={view} reload={viewing.reload} />
      <SearchInput label={words.search} name="search" value={search} clearable onChange={(value) => setSearch(value.trim())} />
      {search !== '' && view.lines.length > 0 && <Text>{words.found(view.lines.length, search)}</Text>}
      {search !== '' && view.lines.length === 0 && (
        <EmptyState title={words.nothingFound} layout="vertical">
          <Text>{words.nothingFoundText}</Text>
        </EmptyState>
      )}
      {earlier.failed && <Alert title={words.failed} variant="danger">{words.failedText}</Alert>}
      {(view.earlier !== undefined || search !== '') && (
        <ButtonRow>
          {view.earlier !== undefined && <LoadingButton variant="secondary" loading={earlier.isBusy} onClick={() => void earlier.load()}>{words.earlier}</LoadingButton>}
          {search !== '' && <Button variant="secondary" onClick={() => setSearch('')}>{words.endSearch}</Button>}
        </ButtonRow>
      )}
      <Flex direction="column" gap="small">
        <Talk speaker={speaker} view={view} />
      </Flex>
    </>
  )
}

const useEarlier = ({ server, viewing, view, search }: Pick<TranscriptProps, 'server' | 'viewing' | 'view' | 'search'>): { isBusy: boolean; failed: boolean; load(): Promise<void> } => {
  const [state, setState] = useState<'rest' | 'busy' | 'failed'>('rest')
  const load = async (): Promise<void> => {
    if (state === 'busy' || view.earlier === undefined) return
    setState('busy')
    const cursor = view.earlier
    const answer = await server('transcript', { before: cursor, ...(search !== '' && { search }) })
    setState(answer.ok ? 'rest' : 'failed')
    // A page that comes late, to another search or after a jump, belongs to nothing that is shown.
    if (answer.ok) viewing.change((now) => (now.earlier === cursor ? withEarlier(now, answer.view) : now))
  }
  return { isBusy: state === 'busy', failed: state === 'failed', load }
}

const Escalation = ({ speaker: { words, moment }, zone, escalation: { reason, summary, owner, dueAt, isLate } }: { speaker: Speaker; zone: string; escalation: NonNullable<TranscriptView['escalation']> }): ReactNode => (
  <Alert title={isLate ? words.escalationLate : words.escalation} variant={isLate ? 'danger' : 'warning'}>
    <Text format={{ fontWeight: 'demibold' }}>{wordOf(words.reason, reason)}</Text>
    <Text>{summary}</Text>
    <Text>{owner === undefined ? words.due(moment(dueAt, zone)) : `${words.due(moment(dueAt, zone))} · ${words.owner(owner)}`}</Text>
  </Alert>
)

hubspot.extend<'crm.record.tab'>(({ context, actions }) => <ConversationCard context={context} actions={actions} />)
