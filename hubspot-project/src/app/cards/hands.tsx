import { Button, ButtonRow, Flex, LoadingButton, Select, StatusTag, Text, TextArea } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import type { Card } from './card.ts'
import { Drafted } from './draft.tsx'
import { Outcome } from './outcome.tsx'
import { useDraft, type SetText } from './use-draft.ts'
import { useWrite, type Write } from './use-write.ts'
import type { EscalationReason, TranscriptView } from './views.ts'

// Who answers, and what a person of ours can do about it: take the conversation over, answer, note, call somebody, give it back. One primary button at a time.
type Props = Pick<Card, 'speaker' | 'server' | 'actions'> & { view: TranscriptView; reload(): Promise<void> }
type Mode = 'rest' | 'note' | 'call'

export const Hands = ({ speaker, server, actions, view, reload }: Props): ReactNode => {
  const { words } = speaker
  const [mode, setMode] = useState<Mode>('rest')
  const [text, setText] = useState('')
  const { writing, write, forget } = useWrite(server, ({ ok, say }) => {
    void reload()
    if (!ok) return
    setMode('rest')
    setText('')
    actions.addAlert({ type: 'success', title: words.saved, message: say })
  })
  const go = (to: Mode): void => {
    forget()
    setText('')
    setMode(to)
  }
  const isBusy = writing.state === 'busy'
  const typed = { speaker, text, setText, isBusy, write, leave: () => go('rest') }
  const isBot = view.state === 'bot'
  return (
    <Flex direction="column" gap="small">
      <InHand speaker={speaker} view={view} />
      <Outcome speaker={speaker} writing={writing} />
      {mode === 'note' && <Note {...typed} />}
      {mode === 'call' && <Call {...typed} />}
      {mode === 'rest' && !isBot && <Reply {...typed} server={server} canDraft={view.canDraft === true} />}
      {mode === 'rest' && (
        <ButtonRow>
          {isBot && <LoadingButton variant="primary" loading={isBusy} disabled={isBusy} onClick={() => void write('takeover', { to: 'human' })}>{words.takeOver}</LoadingButton>}
          {(!isBot || view.escalation !== undefined) && <Button variant="secondary" disabled={isBusy} onClick={() => void write('takeover', { to: 'bot' })}>{isBot ? words.settled : words.giveBack}</Button>}
          <Button variant="secondary" disabled={isBusy} onClick={() => go('note')}>{words.note}</Button>
          {view.escalation === undefined && <Button variant="secondary" disabled={isBusy} onClick={() => go('call')}>{words.call}</Button>}
        </ButtonRow>
      )}
    </Flex>
  )
}

const InHand = ({ speaker: { words, moment }, view: { state, taken, zone } }: Pick<Props, 'speaker' | 'view'>): ReactNode => (
  <Flex direction="row" gap="small" align="center">
    <StatusTag variant={state === 'human' ? 'info' : state === 'paused' ? 'warning' : 'default'}>{words.state[state]}</StatusTag>
    {taken && <Text>{words.takenSince(taken.name ?? words.taken[taken.by], moment(taken.since, zone))}</Text>}
  </Flex>
)

type Typed = Pick<Card, 'speaker'> & { text: string; setText: SetText; isBusy: boolean; write: Write; leave(): void }
const longest = 4_000

const Reply = ({ speaker, server, canDraft, text, setText, isBusy, write }: Typed & Pick<Card, 'server'> & { canDraft: boolean }): ReactNode => {
  const { words } = speaker
  const { drafting, draft, forget } = useDraft(server, text, setText)
  const isProposal = drafting.state === 'filled' && text === drafting.text
  const isDrafting = drafting.state === 'busy'
  const send = (): void => {
    if (drafting.state !== 'filled') forget()
    void write('reply', { text })
  }
  return (
    <Flex direction="column" gap="small">
      <TextArea label={words.reply} name="reply" description={isProposal ? words.draftHint : words.replyHint} value={text} rows={3} maxLength={longest} onInput={setText} />
      <Drafted speaker={speaker} drafting={drafting} text={text} again={() => void draft()} />
      <ButtonRow>
        <LoadingButton variant="primary" loading={isBusy} disabled={isBusy || text.trim() === ''} onClick={send}>{words.send}</LoadingButton>
        {canDraft && <LoadingButton variant="secondary" loading={isDrafting} disabled={isDrafting || isBusy || (text.trim() !== '' && !isProposal)} onClick={() => void draft()}>{words.draft}</LoadingButton>}
      </ButtonRow>
    </Flex>
  )
}

const Note = ({ speaker: { words }, text, setText, isBusy, write, leave }: Typed): ReactNode => (
  <Flex direction="column" gap="small">
    <TextArea label={words.note} name="note" description={words.noteHint} value={text} rows={3} maxLength={longest} onInput={setText} />
    <ButtonRow>
      <LoadingButton variant="primary" loading={isBusy} disabled={isBusy || text.trim() === ''} onClick={() => void write('note', { text })}>{words.saveNote}</LoadingButton>
      <Button variant="secondary" disabled={isBusy} onClick={leave}>{words.back}</Button>
    </ButtonRow>
  </Flex>
)

const reasons: readonly EscalationReason[] = ['asked_for_person', 'complaint', 'payment', 'contract', 'emergency', 'not_understood', 'other']

const Call = ({ speaker: { words }, text, setText, isBusy, write, leave }: Typed): ReactNode => {
  const [reason, setReason] = useState<EscalationReason>('other')
  return (
    <Flex direction="column" gap="small">
      <Select label={words.callWhy} name="reason" value={reason} options={reasons.map((each) => ({ value: each, label: words.reason[each] }))} onChange={(value) => setReason(reasons.find((each) => each === value) ?? 'other')} />
      <TextArea label={words.callSummary} name="summary" description={words.noteHint} value={text} rows={2} maxLength={1_000} onInput={setText} />
      <ButtonRow>
        <LoadingButton variant="primary" loading={isBusy} disabled={isBusy || text.trim() === ''} onClick={() => void write('escalate', { reason, summary: text })}>{words.callNow}</LoadingButton>
        <Button variant="secondary" disabled={isBusy} onClick={leave}>{words.back}</Button>
      </ButtonRow>
    </Flex>
  )
}
