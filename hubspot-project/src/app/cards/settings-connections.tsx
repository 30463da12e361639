import { Alert, EmptyState, Flex, LoadingButton, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import { isForbidden, type Answer } from './ask-server.ts'
import type { Page, Section } from './page.ts'
import { Reference } from './states.tsx'
import type { ProbeView, SettingsView } from './views.ts'

// Each connection, and whether it works right now.
export const ConnectionSettings = ({ page, view: { connections } }: Section): ReactNode => {
  const { said } = page
  if (connections.length === 0)
    return (
      <EmptyState title={said.noHealth} layout="vertical">
        <Text>{said.noHealthText}</Text>
      </EmptyState>
    )
  return (
    <Flex direction="column" gap="medium">
      {connections.map((connection) => <Probe key={connection.connection} page={page} connection={connection} />)}
    </Flex>
  )
}

type Connection = SettingsView['connections'][number]
const Probe = ({ page: { speaker, said, server }, connection: { connection, vendor, account } }: { page: Page; connection: Connection }): ReactNode => {
  const [answer, setAnswer] = useState<Answer<ProbeView> | 'busy'>()
  const isBusy = answer === 'busy'
  const probe = async (): Promise<void> => {
    setAnswer('busy')
    setAnswer(await server('probe', { connection }))
  }
  return (
    <Flex direction="column" gap="extra-small">
      <Text format={{ fontWeight: 'demibold' }}>{`${vendor} · ${account}`}</Text>
      <LoadingButton variant="secondary" loading={isBusy} disabled={isBusy} onClick={() => void probe()}>{said.probe(vendor)}</LoadingButton>
      {answer !== undefined && answer !== 'busy' && <Probed speaker={speaker} said={said} answer={answer} />}
    </Flex>
  )
}

const Probed = ({ speaker, said, answer }: Pick<Page, 'speaker' | 'said'> & { answer: Answer<ProbeView> }): ReactNode => {
  const { words } = speaker
  if (answer.ok) return <Alert title={answer.view.ok ? said.probed.good : said.probed.bad} variant={answer.view.ok ? 'success' : 'warning'}>{answer.view.say}</Alert>
  const isLocked = isForbidden(answer.failure)
  return (
    <Alert title={isLocked ? words.forbidden : words.failed} variant="danger">
      <Text>{isLocked ? words.forbiddenText : words.failedText}</Text>
      <Reference speaker={speaker} failure={answer.failure} />
    </Alert>
  )
}
