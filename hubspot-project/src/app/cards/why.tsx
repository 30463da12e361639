import { Button, Flex, List, Panel, PanelBody, PanelSection, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import { Asked } from './asked.tsx'
import type { Card } from './card.ts'
import { wordOf } from './speaker.ts'

// Why a field says what it says: the message, what Portero did about it, what was written. It is asked when the panel is opened.
type Asking = Pick<Card, 'speaker' | 'server'> & { field: string }

export const Why = ({ speaker, server, field }: Asking): ReactNode => {
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

const Steps = ({ speaker, server, field }: Asking): ReactNode => {
  const { words, moment } = speaker
  return (
    <Asked speaker={speaker} server={server} name="why" ask={{ field }} retry="primary">
      {({ steps }) =>
        steps.length === 0 ? (
          <Text>{words.noWhy}</Text>
        ) : (
          <List variant="ordered-styled">
            {steps.map(({ at, kind, text, by }) => (
              <Flex key={`${at}/${kind}/${text}`} direction="column">
                <Text variant="microcopy">{[words.step[kind], moment(at), ...(by === undefined ? [] : [words.by(by)])].join(' · ')}</Text>
                <Text>{text}</Text>
              </Flex>
            ))}
          </List>
        )
      }
    </Asked>
  )
}
