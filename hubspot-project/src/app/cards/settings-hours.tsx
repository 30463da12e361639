import { Button, ButtonRow, EmptyState, Flex, Input, LoadingButton, Select, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import { stretchesIn, written, type Stretch } from './hours-text.ts'
import type { Section } from './page.ts'
import type { SettingsView } from './views.ts'

// When an agent shows homes: a line for each weekday.
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
type Agent = SettingsView['agents'][number]

export const HoursSettings = (section: Section): ReactNode => {
  const { page: { said }, view: { agents } } = section
  const [chosen, setChosen] = useState<string>()
  const agent = agents.find((each) => each.agent === chosen) ?? agents[0]
  if (!agent)
    return (
      <EmptyState title={said.noAgents} layout="vertical">
        <Text>{said.noAgentsText}</Text>
      </EmptyState>
    )
  const options = agents.map(({ agent: value, name, isActive }) => ({ value, label: isActive ? name : `${name} (${said.inactive})` }))
  return (
    <Flex direction="column" gap="small">
      <Select name="agent" label={said.agentToEdit} value={agent.agent} options={options} onChange={(value) => setChosen(String(value))} />
      <Week key={`${agent.agent}/${agent.version}`} section={section} agent={agent} />
    </Flex>
  )
}

const Week = ({ section: { page: { said }, isBusy, write, forget }, agent: { agent, version, hours } }: { section: Section; agent: Agent }): ReactNode => {
  const [lines, setLines] = useState<Partial<Record<Stretch['day'], string>>>({})
  const lineOf = (day: Stretch['day']): string => lines[day] ?? written(hours, day)
  const week = weekdays.map((day) => stretchesIn(lineOf(day), day))
  const isWrong = week.includes(undefined)
  const change = (day: Stretch['day'], line: string): void => {
    forget()
    setLines((before) => ({ ...before, [day]: line }))
  }
  const isChanged = weekdays.some((day) => lineOf(day) !== written(hours, day))
  return (
    <Flex direction="column" gap="small">
      <Text>{said.hoursHint}</Text>
      {weekdays.map((day, place) => (
        <Input key={day} name={day} label={said.weekday[day]} value={lineOf(day)} error={week[place] === undefined} {...(week[place] === undefined && { validationMessage: said.hoursWrong })} onChange={(line) => change(day, line)} />
      ))}
      <ButtonRow>
        <LoadingButton variant="primary" loading={isBusy} disabled={isBusy || isWrong || !isChanged} onClick={() => void write('hours', { agent, version, hours: week.flatMap((day) => day ?? []) })}>{said.save}</LoadingButton>
        <Button variant="secondary" disabled={isBusy || !isChanged} onClick={() => setLines({})}>{said.cancel}</Button>
      </ButtonRow>
    </Flex>
  )
}
