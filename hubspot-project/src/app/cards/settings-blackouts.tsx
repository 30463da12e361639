import { Alert, Button, ButtonRow, DateInput, Flex, Heading, LoadingButton, Select, Table, TableBody, TableCell, TableRow, Text, TimeInput } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import type { Section } from './page.ts'
import type { SettingsView } from './views.ts'

// When nobody shows a home: of a building, of an agent, or of both. One thing at a time, so that there is one primary button.
type Blackout = SettingsView['blackouts'][number]
type Mode = { mode: 'list' } | { mode: 'add' } | { mode: 'sure'; blackout: Blackout }

export const BlackoutSettings = (section: Section): ReactNode => {
  const { page: { said }, view: { blackouts }, forget } = section
  const [mode, setMode] = useState<Mode>({ mode: 'list' })
  const go = (to: Mode): void => {
    forget()
    setMode(to)
  }
  if (mode.mode === 'add') return <NewBlackout section={section} leave={() => go({ mode: 'list' })} />
  if (mode.mode === 'sure') return <Sure section={section} blackout={mode.blackout} leave={() => go({ mode: 'list' })} />
  return (
    <Flex direction="column" gap="small">
      {blackouts.length === 0 ? <Text>{said.noBlackouts}</Text> : <Heading>{said.closed(blackouts.length)}</Heading>}
      {blackouts.length > 0 && (
        <Table bordered density="condensed">
          <TableBody>
            {blackouts.map((blackout) => (
              <TableRow key={blackout.blackout}>
                <TableCell><Told section={section} blackout={blackout} /></TableCell>
                <TableCell align="right"><Button variant="secondary" size="xs" onClick={() => go({ mode: 'sure', blackout })}>{said.removeBlackout}</Button></TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      <ButtonRow>
        <Button variant="primary" onClick={() => go({ mode: 'add' })}>{said.addBlackout}</Button>
      </ButtonRow>
    </Flex>
  )
}

const Told = ({ section: { page: { speaker: { moment }, said }, view: { buildings, agents } }, blackout: { building, agent, startsAt, endsAt, zone } }: { section: Section; blackout: Blackout }): ReactNode => (
  <Flex direction="column">
    <Text>{said.range(moment(startsAt, zone), moment(endsAt, zone))}</Text>
    <Text variant="microcopy">{[buildings.find((each) => each.building === building)?.name ?? said.everyBuilding, agents.find((each) => each.agent === agent)?.name ?? said.everyAgent].join(' · ')}</Text>
  </Flex>
)

const Sure = ({ section, blackout, leave }: { section: Section; blackout: Blackout; leave(): void }): ReactNode => {
  const { page: { said }, isBusy, write } = section
  return (
    <Flex direction="column" gap="small">
      <Told section={section} blackout={blackout} />
      <Alert title={said.sureRemove} variant="warning">{said.sureRemoveText}</Alert>
      <ButtonRow>
        <LoadingButton variant="destructive" loading={isBusy} disabled={isBusy} onClick={() => void write('reopen', { blackout: blackout.blackout })}>{said.yesRemove}</LoadingButton>
        <Button variant="secondary" disabled={isBusy} onClick={leave}>{said.keep}</Button>
      </ButtonRow>
    </Flex>
  )
}

type Day = { year: number; month: number; date: number }
type Time = { hours: number; minutes: number }
const two = (value: number): string => String(value).padStart(2, '0')
const momentOf = ({ year, month, date }: Day, time: Time | undefined): string => `${year}-${two(month + 1)}-${two(date)}${time ? `T${two(time.hours)}:${two(time.minutes)}` : ''}`

const NewBlackout = ({ section: { page: { said }, view: { buildings, agents }, isBusy, write }, leave }: { section: Section; leave(): void }): ReactNode => {
  const [building, setBuilding] = useState('')
  const [agent, setAgent] = useState('')
  const [from, setFrom] = useState<Day>()
  const [to, setTo] = useState<Day>()
  const [fromTime, setFromTime] = useState<Time>()
  const [toTime, setToTime] = useState<Time>()
  const save = (): void => {
    if (!from || !to) return
    void write('blackout', { from: momentOf(from, fromTime), to: momentOf(to, toTime), ...(building !== '' && { building }), ...(agent !== '' && { agent }) })
  }
  return (
    <Flex direction="column" gap="small">
      <Select name="building" label={said.building} value={building} options={[{ value: '', label: said.everyBuilding }, ...buildings.map(({ building: value, name }) => ({ value, label: name }))]} onChange={(value) => setBuilding(String(value))} />
      <Select name="agent" label={said.agent} value={agent} options={[{ value: '', label: said.everyAgent }, ...agents.map(({ agent: value, name }) => ({ value, label: name }))]} onChange={(value) => setAgent(String(value))} />
      <Flex direction="row" gap="small" wrap="wrap">
        <DateInput name="from" label={said.from} {...(from && { value: from })} onChange={setFrom} />
        <TimeInput name="from-time" label={said.fromTime} description={said.allDay} {...(fromTime && { value: fromTime })} onChange={setFromTime} />
      </Flex>
      <Flex direction="row" gap="small" wrap="wrap">
        <DateInput name="to" label={said.to} {...(to && { value: to })} onChange={setTo} />
        <TimeInput name="to-time" label={said.toTime} description={said.allDay} {...(toTime && { value: toTime })} onChange={setToTime} />
      </Flex>
      <ButtonRow>
        <LoadingButton variant="primary" loading={isBusy} disabled={isBusy || !from || !to || (building === '' && agent === '')} onClick={save}>{said.save}</LoadingButton>
        <Button variant="secondary" disabled={isBusy} onClick={leave}>{said.cancel}</Button>
      </ButtonRow>
    </Flex>
  )
}
