import { Button, ErrorState, Flex, List, LoadingSpinner, Panel, PanelBody, PanelSection, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import type { Card } from './card.ts'
import { wordOf } from './speaker.ts'
import { Reference } from './states.tsx'
import { useView } from './use-view.ts'

// Why a field says what it says: the message, what Portero did about it, what was written. It is asked when the panel is opened.
type Asked = Pick<Card, 'speaker' | 'server'> & { field: string }

export const Why = ({ speaker, server, field }: Asked): ReactNode => {
  const { words } = speaker
  const [isOpen, setIsOpen] = useState(false)
  const panel = (
    <Panel id={`why-${field}`} title={words.whyOf(wordOf(words.fact, field))} onOpen={() => setIsOpen(true)} onClose={() => setIsOpen(false)}>
      <PanelBody>
        <PanelSection>{isOpen && <Steps speaker={speaker} server={server} field={field} />}</PanelSection>
      </PanelBody>
    </Panel>
  )
  return <Button variant="transparent" size="xs" onClick={() => setIsOpen(true)} overlay={panel}>{words.why}</Button>
}

const Steps = ({ speaker, server, field }: Asked): ReactNode => {
  const { words, moment } = speaker
  const { shown, reload } = useView({ server, name: 'why', ask: { field } })
  if (shown.state === 'loading') return <LoadingSpinner label={words.loading} showLabel layout="centered" />
  if (shown.state !== 'ready')
    return (
      <ErrorState title={shown.state === 'forbidden' ? words.forbidden : words.failed} type={shown.state === 'forbidden' ? 'lock' : 'error'}>
        <Text>{shown.state === 'forbidden' ? words.forbiddenText : words.failedText}</Text>
        <Reference speaker={speaker} failure={shown.failure} />
        {shown.state === 'failed' && <Button variant="primary" onClick={() => void reload()}>{words.retry}</Button>}
      </ErrorState>
    )
  if (shown.view.steps.length === 0) return <Text>{words.noWhy}</Text>
  return (
    <List variant="ordered-styled">
      {shown.view.steps.map(({ at, kind, text, by }) => (
        <Flex key={`${at}/${kind}/${text}`} direction="column">
          <Text variant="microcopy">{[words.step[kind], moment(at), ...(by === undefined ? [] : [words.by(by)])].join(' · ')}</Text>
          <Text>{text}</Text>
        </Flex>
      ))}
    </List>
  )
}
