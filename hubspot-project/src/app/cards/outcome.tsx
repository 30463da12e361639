import { Alert, Button, ButtonRow, Text } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import { isForbidden } from './ask-server.ts'
import type { Speaker } from './speaker.ts'
import { Reference } from './states.tsx'
import type { Writing } from './use-write.ts'

// What came of a change that was not simply done.
export const Outcome = ({ speaker, writing }: { speaker: Speaker; writing: Writing }): ReactNode => {
  const { words } = speaker
  if (writing.state === 'declined') return <Alert title={words.declined} variant="warning">{writing.answer.say}</Alert>
  if (writing.state !== 'failed') return null
  if (isForbidden(writing.failure))
    return (
      <Alert title={words.forbidden} variant="danger">
        <Text>{words.forbiddenText}</Text>
        <Reference speaker={speaker} failure={writing.failure} />
      </Alert>
    )
  return (
    <Alert title={words.unsure} variant="danger">
      <Text>{words.unsureText}</Text>
      <Reference speaker={speaker} failure={writing.failure} />
      <ButtonRow>
        <Button variant="secondary" onClick={writing.again}>{words.retry}</Button>
      </ButtonRow>
    </Alert>
  )
}
