import { Alert, Button, ButtonRow, DateInput, ErrorState, Flex, LoadingButton, LoadingSpinner, Select, Text, ToggleGroup } from '@hubspot/ui-extensions'
import { useEffect, useState, type ReactNode } from 'react'
import type { Card } from './card.ts'
import { Reference } from './states.tsx'
import { useView } from './use-view.ts'
import type { Writing } from './use-write.ts'
import type { Slot, SlotsView, VisitView } from './views.ts'

// A home, a day, and one of Portero's free times. What is free only Portero says.
type Props = Pick<Card, 'speaker' | 'server'> & { homes: VisitView['homes']; fixed?: string; verb: string; writing: Writing; choose(slot: string): void; leave(): void }

export const ChooseSlot = ({ speaker, server, homes, fixed, verb, writing, choose, leave }: Props): ReactNode => {
  const { words } = speaker
  const [home, setHome] = useState(fixed ?? homes[0]?.home)
  const [day, setDay] = useState<Day>()
  const [slot, setSlot] = useState<string>()
  const isBusy = writing.state === 'busy'
  const isDeclined = writing.state === 'declined'
  const offered = isDeclined ? writing.answer.alternatives : undefined
  // A time of another list is no choice of this one.
  useEffect(() => setSlot(undefined), [home, day, isDeclined])
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
        <FreeSlots key={`${home}/${isoDay(day)}/${isDeclined}`} {...{ speaker, server, home, slot, setSlot }} {...(day && { fromDay: isoDay(day) })} label={words.slot} />
      )}
      <ButtonRow>
        <LoadingButton variant="primary" loading={isBusy} disabled={slot === undefined || isBusy} onClick={() => (slot === undefined ? undefined : choose(slot))}>{verb}</LoadingButton>
        <Button variant="secondary" disabled={isBusy} onClick={leave}>{words.back}</Button>
      </ButtonRow>
    </Flex>
  )
}

type Picking = { label: string; slot: string | undefined; setSlot(slot: string): void }

const FreeSlots = ({ speaker, server, home, fromDay, ...picking }: Pick<Card, 'speaker' | 'server'> & Picking & { home: string; fromDay?: string }): ReactNode => {
  const { words } = speaker
  const { shown, reload } = useView({ server, name: 'slots', ask: { home, ...(fromDay !== undefined && { fromDay }) } })
  if (shown.state === 'loading') return <LoadingSpinner label={words.loading} showLabel layout="centered" />
  if (shown.state !== 'ready')
    return (
      <ErrorState title={shown.state === 'forbidden' ? words.forbidden : words.failed} type={shown.state === 'forbidden' ? 'lock' : 'error'}>
        <Text>{shown.state === 'forbidden' ? words.forbiddenText : words.failedText}</Text>
        <Reference speaker={speaker} failure={shown.failure} />
        {shown.state === 'failed' && <Button variant="secondary" onClick={() => void reload()}>{words.retry}</Button>}
      </ErrorState>
    )
  if (shown.view.slots.length === 0) return <Alert title={words.noSlots} variant="info" />
  return <SlotList {...picking} slots={shown.view.slots} />
}

const SlotList = ({ label, slots, slot, setSlot }: Picking & { slots: SlotsView['slots'] }): ReactNode => (
  <ToggleGroup toggleType="radioButtonList" name="slot" label={label} required options={slots.map((each: Slot) => ({ label: each.label, value: each.slot }))} {...(slot !== undefined && { value: slot })} onChange={(value: string) => setSlot(value)} />
)

// HubSpot counts months from nought.
type Day = { year: number; month: number; date: number }
const isoDay = (day: Day | undefined): string => (day ? `${day.year}-${String(day.month + 1).padStart(2, '0')}-${String(day.date).padStart(2, '0')}` : '')
