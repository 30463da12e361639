import { hubspot, Tab, Tabs } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import { usePage, type Page, type PageProps } from './page.ts'
import { BlackoutSettings } from './settings-blackouts.tsx'
import { ConnectionSettings } from './settings-connections.tsx'
import { HoursSettings } from './settings-hours.tsx'
import { OwnerSettings } from './settings-owners.tsx'
import { Outcome } from './outcome.tsx'
import { Nowhere, Stated } from './states.tsx'
import { useView } from './use-view.ts'
import { useWrite } from './use-write.ts'

// What an admin sets: when homes are shown, when not, and who is asked when a prospect wants a person.
export const SettingsPage = (props: PageProps): ReactNode => {
  const page = usePage(props)
  return 'missing' in page ? <Nowhere card={page} /> : <Settings {...page} />
}

const sections = { hours: HoursSettings, blackouts: BlackoutSettings, owners: OwnerSettings, connections: ConnectionSettings }
const names = ['hours', 'blackouts', 'owners', 'connections'] as const

const Settings = (page: Page): ReactNode => {
  const { speaker, said, server, actions } = page
  const [open, setOpen] = useState<(typeof names)[number]>('hours')
  const [done, setDone] = useState(0)
  const viewing = useView({ server, name: 'settings', ask: {} })
  const { writing, write, forget } = useWrite(server, ({ ok, say }) => {
    void viewing.reload()
    if (!ok) return
    setDone((before) => before + 1)
    actions.addAlert({ type: 'success', title: speaker.words.saved, message: say })
  })
  const choose = (name: string | number): void => {
    forget()
    setOpen(names.find((each) => each === name) ?? open)
  }
  const Open = sections[open]
  return (
    <Stated speaker={speaker} head={null} viewing={viewing}>
      {(view) => (
        <>
          <Tabs selected={open} onSelectedChange={choose}>{names.map((name) => <Tab key={name} tabId={name} title={said.tabs[name]} />)}</Tabs>
          <Outcome speaker={speaker} writing={writing} />
          <Open key={`${open}/${done}`} page={page} view={view} isBusy={writing.state === 'busy'} write={write} forget={forget} />
        </>
      )}
    </Stated>
  )
}

hubspot.extend<'settings'>(({ context, actions }) => <SettingsPage context={context} actions={actions} />)
