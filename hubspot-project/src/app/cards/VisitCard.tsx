import { Accordion, Alert, Button, ButtonRow, Divider, EmptyState, Flex, hubspot, LoadingButton, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import { useCard, type Card, type CardProps } from './card.ts'
import { ChooseSlot } from './choose-slot.tsx'
import { Outcome } from './outcome.tsx'
import { Facts, Person } from './person.tsx'
import { InState, Nowhere } from './states.tsx'
import { TourFacts, TourLine } from './tour.tsx'
import { useView } from './use-view.ts'
import { useWrite, type Write, type Writing } from './use-write.ts'
import type { Tour, VisitView } from './views.ts'
import { Why } from './why.tsx'

// The next tour at a glance, and what can be done with it.
export const VisitCard = (props: CardProps): ReactNode => {
  const card = useCard(props)
  return 'missing' in card ? <Nowhere card={card} /> : <Visit {...card} />
}

// One thing at a time, so that there is one primary button. The tour is the one that was on the screen when it began.
type Mode = { mode: 'rest' } | { mode: 'book' } | { mode: 'move'; tour: Tour } | { mode: 'sure'; tour: Tour; to: 'no_show' | 'cancelled' }

const Visit = ({ speaker, server, record, actions }: Card): ReactNode => {
  const [mode, setMode] = useState<Mode>({ mode: 'rest' })
  const viewing = useView({ server, name: 'visit', ask: {} })
  const { writing, write, forget } = useWrite(server, ({ ok, say }) => {
    void viewing.reload()
    if (!ok) return
    setMode({ mode: 'rest' })
    actions.addAlert({ type: 'success', title: speaker.words.saved, message: say })
    actions.refreshObjectProperties()
  })
  const go = (to: Mode): void => {
    forget()
    setMode(to)
  }
  return (
    <InState speaker={speaker} record={record} viewing={viewing}>
      {(view) => (
        <>
          <Person speaker={speaker} server={server} actions={actions} person={view.person} stage={view.stage} />
          <Outcome speaker={speaker} writing={writing} />
          <Work {...{ speaker, server, view, mode, go, writing, write }} />
          <Divider />
          <Facts speaker={speaker} server={server} facts={view.facts} />
          {view.history.length > 0 && (
            <Accordion title={speaker.words.history(view.history.length)} size="small">
              {view.history.map((tour) => <TourLine key={tour.tour} speaker={speaker} tour={tour} />)}
            </Accordion>
          )}
        </>
      )}
    </InState>
  )
}

type WorkProps = Pick<Card, 'speaker' | 'server'> & { view: VisitView; mode: Mode; go(to: Mode): void; writing: Writing; write: Write }

const Work = ({ speaker, server, view, mode, go, writing, write }: WorkProps): ReactNode => {
  const { words } = speaker
  const leave = (): void => go({ mode: 'rest' })
  const choosing = { speaker, server, homes: view.homes, writing, leave }
  if (mode.mode === 'book') return <ChooseSlot {...choosing} verb={words.confirmBook} choose={(slot) => void write('book', { slot })} />
  if (mode.mode === 'move') {
    const { tour, version, home } = mode.tour
    return <ChooseSlot {...choosing} fixed={home} verb={words.confirmMove} choose={(slot) => void write('move', { tour, version, slot })} />
  }
  if (mode.mode === 'sure') return <Sure speaker={speaker} mode={mode} writing={writing} write={write} leave={leave} />
  if (!view.next)
    return (
      <EmptyState title={words.noTour} layout="vertical">
        <Text>{words.noTourText}</Text>
        <Button variant="primary" onClick={() => go({ mode: 'book' })}>{words.book}</Button>
      </EmptyState>
    )
  return <Next speaker={speaker} server={server} tour={view.next} isUnmarked={view.isUnmarked === true} go={go} writing={writing} write={write} />
}

type NextProps = Pick<WorkProps, 'speaker' | 'server' | 'go' | 'writing' | 'write'> & { tour: Tour; isUnmarked: boolean }

// Of one that is over there is only one thing left to say.
const Next = ({ speaker, server, tour, isUnmarked, go, writing, write }: NextProps): ReactNode => {
  const { words } = speaker
  const isBusy = writing.state === 'busy'
  return (
    <Flex direction="column" gap="small">
      <Flex direction="row" gap="small" align="center">
        <Text format={{ fontWeight: 'demibold' }}>{isUnmarked ? words.howWasIt : words.nextTour}</Text>
        <Why speaker={speaker} server={server} field="next" />
      </Flex>
      <TourFacts speaker={speaker} tour={tour} />
      <ButtonRow>
        {!isUnmarked && <Button variant="primary" disabled={isBusy} onClick={() => go({ mode: 'move', tour })}>{words.move}</Button>}
        <LoadingButton variant={isUnmarked ? 'primary' : 'secondary'} loading={isBusy} disabled={isBusy} onClick={() => void write('mark', { tour: tour.tour, version: tour.version, to: 'completed' })}>{words.completed}</LoadingButton>
        <Button variant="secondary" disabled={isBusy} onClick={() => go({ mode: 'sure', tour, to: 'no_show' })}>{words.noShow}</Button>
        {!isUnmarked && <Button variant="secondary" disabled={isBusy} onClick={() => go({ mode: 'sure', tour, to: 'cancelled' })}>{words.cancelTour}</Button>}
      </ButtonRow>
    </Flex>
  )
}

const Sure = ({ speaker, mode: { tour, to }, writing, write, leave }: Pick<WorkProps, 'speaker' | 'writing' | 'write'> & { mode: Extract<Mode, { mode: 'sure' }>; leave(): void }): ReactNode => {
  const { words } = speaker
  const isBusy = writing.state === 'busy'
  const isCancel = to === 'cancelled'
  return (
    <Flex direction="column" gap="small">
      <TourLine speaker={speaker} tour={tour} />
      <Alert title={isCancel ? words.sureCancel : words.sureNoShow} variant="warning">{isCancel ? words.sureCancelText : words.sureNoShowText}</Alert>
      <ButtonRow>
        <LoadingButton variant="destructive" loading={isBusy} disabled={isBusy} onClick={() => void write('mark', { tour: tour.tour, version: tour.version, to })}>{isCancel ? words.yesCancel : words.yesNoShow}</LoadingButton>
        <Button variant="secondary" disabled={isBusy} onClick={leave}>{words.keep}</Button>
      </ButtonRow>
    </Flex>
  )
}

hubspot.extend<'crm.record.tab'>(({ context, actions }) => <VisitCard context={context} actions={actions} />)
