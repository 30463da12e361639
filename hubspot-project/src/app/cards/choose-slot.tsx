import { Alert, Button, ButtonRow, DateInput, Flex, LoadingButton, Select, Text, ToggleGroup } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import { Asked } from './asked.tsx'
import type { Card } from './card.ts'
import type { Writing } from './use-write.ts'
import type { Slot, VisitView } from './views.ts'

// A home, a day, and one of Portero's free times. What is free only Portero says.
type Props = Pick<Card, 'speaker' | 'server'> & { homes: VisitView['homes']; fixed?: string; verb: string; writing: Writing; choose(slot: string): void; leave(): void }

export const ChooseSlot = ({ speaker, server, homes, fixed, verb, writing, choose, leave }: Props): ReactNode => {
  const { words } = speaker
  const [home, setHome] = useState(fixed ?? homes[0]?.home)
  const [day, setDay] = useState<Day>()
  const [slot, setSlot] = useState<string>()
  const [chosenIn, setChosenIn] = useState<string>()
  const isBusy = writing.state === 'busy'
  const isDeclined = writing.state === 'declined'
  const offered = isDeclined ? writing.answer.alternatives : undefined
  const list = `${home}/${isoDay(day)}/${isDeclined}`
  // A time of another list is no choice of this one.
  if (chosenIn !== list) {
    setChosenIn(list)
    setSlot(undefined)
  }
  if (home === undefined)
    return (
      <Flex direction="column" gap="small">
        <Text>{words.noHomes}</Text>
        <Button variant="secondary" onClick={leave}>{words.back}</Button>
      </Flex>
    )
  return (
    <Flex direction="column" gap="small">
      {fixed === undefined && <Select label={words.home} name="home" value={home} options={homes.map(({ home: value, title, area }) => ({ value, label: `${title} · ${area}` }))} onChange={(value) => setHome(String(value))} />}
      <DateInput label={words.fromDay} name="fromDay" format="standard" timezone="portalTz" {...(day && { value: day })} onChange={(value) => setDay(value ?? undefined)} />
      {offered && offered.length > 0 ? (
        <SlotList label={words.gone} slots={offered} slot={slot} setSlot={setSlot} />
      ) : (
        <Asked key={list} speaker={speaker} server={server} name="slots" ask={{ home, ...(day && { fromDay: isoDay(day) }) }} retry="secondary">
          {({ slots }) => (slots.length === 0 ? <Alert title={words.noSlots} variant="info" /> : <SlotList label={words.slot} slots={slots} slot={slot} setSlot={setSlot} />)}
        </Asked>
      )}
      <ButtonRow>
        <LoadingButton variant="primary" loading={isBusy} disabled={slot === undefined || isBusy} onClick={() => (slot === undefined ? undefined : choose(slot))}>{verb}</LoadingButton>
        <Button variant="secondary" disabled={isBusy} onClick={leave}>{words.back}</Button>
      </ButtonRow>
    </Flex>
  )
}

const SlotList = ({ label, slots, slot, setSlot }: { label: string; slots: Slot[]; slot: string | undefined; setSlot(slot: string): void }): ReactNode => (
  <ToggleGroup toggleType="radioButtonList" name="slot" label={label} required options={slots.map((each) => ({ label: each.label, value: each.slot }))} {...(slot !== undefined && { value: slot })} onChange={(value: string) => setSlot(value)} />
)

// HubSpot counts months from nought.
type Day = { year: number; month: number; date: number }
const isoDay = (day: Day | undefined): string => (day ? `${day.year}-${String(day.month + 1).padStart(2, '0')}-${String(day.date).padStart(2, '0')}` : '')
