import { Alert, Button, ButtonRow, Text } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import { isForbidden } from './ask-server.ts'
import type { Speaker } from './speaker.ts'
import { Reference } from './states.tsx'
import type { Drafting } from './use-draft.ts'

// What came of asking for a proposal: why there is none, or what in it nobody told Portero, as long as it stands there.
type Props = { speaker: Speaker; drafting: Drafting; text: string; again(): void }

export const Drafted = ({ speaker, drafting, text, again }: Props): ReactNode => {
  const { words } = speaker
  if (drafting.state === 'declined') return <Alert title={words.noDraft} variant="warning">{drafting.say}</Alert>
  if (drafting.state === 'filled') {
    const doubts = drafting.doubts.filter((quote) => text !== '' && (text.includes(quote) || !drafting.text.includes(quote)))
    return doubts.length === 0 ? null : <Alert title={words.check(doubts.map((quote) => `«${quote}»`).join(', '))} variant="warning">{words.checkText}</Alert>
  }
  if (drafting.state !== 'failed') return null
  const { failure } = drafting
  return (
    <Alert title={isForbidden(failure) ? words.forbidden : words.noDraft} variant="danger">
      <Text>{isForbidden(failure) ? words.forbiddenText : failure.code === 'throttled' ? words.throttled : words.draftFailed}</Text>
      <Reference speaker={speaker} failure={failure} />
      {!isForbidden(failure) && (
        <ButtonRow>
          <Button variant="secondary" onClick={again}>{words.retry}</Button>
        </ButtonRow>
      )}
    </Alert>
  )
}
