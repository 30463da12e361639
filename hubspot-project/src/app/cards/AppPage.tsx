import { Divider, hubspot } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import { Charts } from './charts.tsx'
import { Nowhere, Stated } from './states.tsx'
import { usePage, type Page, type PageProps } from './page.ts'
import { Connections, Escalations, ToursToday } from './today.tsx'
import { usePulse } from './use-pulse.ts'
import { useView } from './use-view.ts'

// The day of the whole house, for whoever looks after it.
export const AppPage = (props: PageProps): ReactNode => {
  const page = usePage(props)
  return 'missing' in page ? <Nowhere card={page} /> : <Today {...page} />
}

const Today = (page: Page): ReactNode => {
  const { speaker, server } = page
  const viewing = useView({ server, name: 'today', ask: {} })
  const { shown } = viewing
  const { asOf: _asOf, ...seen } = shown.state === 'ready' ? shown.view : { asOf: '' }
  const rest = usePulse(viewing.reload, { sign: JSON.stringify(seen), isOn: shown.state === 'ready' })
  return (
    <Stated speaker={speaker} head={null} viewing={viewing} rest={rest}>
      {(view) => (
        <>
          <Escalations page={page} view={view} />
          <Divider />
          <ToursToday page={page} view={view} />
          <Divider />
          <Charts page={page} view={view} />
          <Divider />
          <Connections page={page} view={view} />
        </>
      )}
    </Stated>
  )
}

hubspot.extend<'pages'>(({ context, actions }) => <AppPage context={context} actions={actions} />)
