import { Button, ErrorState, LoadingSpinner, Text } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import type { Card } from './card.ts'
import { Reference } from './states.tsx'
import { useView } from './use-view.ts'
import type { Ask, ViewName, Views } from './views.ts'

// A part of a card that asks for something of its own when it is opened; `children` draws it, once it is there.
type Props<V extends ViewName> = Pick<Card, 'speaker' | 'server'> & { name: V; ask: Ask<V>; retry: 'primary' | 'secondary'; children: (view: Views[V]) => ReactNode }

export const Asked = <V extends ViewName>({ speaker, server, name, ask, retry, children }: Props<V>): ReactNode => {
  const { words } = speaker
  const { shown, reload } = useView({ server, name, ask })
  if (shown.state === 'loading') return <LoadingSpinner label={words.loading} showLabel layout="centered" />
  if (shown.state === 'ready') return children(shown.view)
  const isForbidden = shown.state === 'forbidden'
  return (
    <ErrorState title={isForbidden ? words.forbidden : words.failed} type={isForbidden ? 'lock' : 'error'}>
      <Text>{isForbidden ? words.forbiddenText : words.failedText}</Text>
      <Reference speaker={speaker} failure={shown.failure} />
      {!isForbidden && <Button variant={retry} onClick={() => void reload()}>{words.retry}</Button>}
    </ErrorState>
  )
}
