import { Button, ButtonRow, Flex, LoadingButton, Select, Table, TableBody, TableCell, TableRow, Text } from '@hubspot/ui-extensions'
import { useState, type ReactNode } from 'react'
import type { Section } from './page.ts'
import type { SettingsView } from './views.ts'

// Who is asked when a prospect wants a person, the first one first.
type Owner = SettingsView['owners']['list'][number]

export const OwnerSettings = (section: Section): ReactNode => <Order key={section.view.owners.version} section={section} />

const Order = ({ section: { page: { said }, view: { agents, buildings, owners }, isBusy, write, forget } }: { section: Section }): ReactNode => {
  const [list, setList] = useState<Owner[]>(owners.list)
  const put = (to: Owner[]): void => {
    forget()
    setList(to)
  }
  const told = ({ agent, language, building }: Owner): string =>
    [agents.find((each) => each.agent === agent)?.name ?? agent, language ? said.languageName[language] : said.anyLanguage, buildings.find((each) => each.building === building)?.name ?? said.anyBuilding].join(' · ')
  const isChanged = JSON.stringify(list) !== JSON.stringify(owners.list)
  return (
    <Flex direction="column" gap="small">
      <Text>{said.ownersText}</Text>
      {list.length === 0 && <Text>{said.noOwners}</Text>}
      {list.length > 0 && (
        <Table bordered density="condensed">
          <TableBody>
            {list.map((owner, place) => (
              <TableRow key={`${place}/${told(owner)}`}>
                <TableCell>{`${place + 1}. ${told(owner)}`}</TableCell>
                <TableCell align="right">
                  <ButtonRow>
                    <Button variant="secondary" size="xs" disabled={place === 0} onClick={() => put(raised(list, place))}>{said.up}</Button>
                    <Button variant="secondary" size="xs" onClick={() => put(list.filter((_each, other) => other !== place))}>{said.remove}</Button>
                  </ButtonRow>
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      <NewOwner said={said} agents={agents} buildings={buildings} add={(owner) => put([...list, owner])} />
      <ButtonRow>
        <LoadingButton variant="primary" loading={isBusy} disabled={isBusy || !isChanged} onClick={() => void write('owners', { version: owners.version, list })}>{said.save}</LoadingButton>
        <Button variant="secondary" disabled={isBusy || !isChanged} onClick={() => put(owners.list)}>{said.cancel}</Button>
      </ButtonRow>
    </Flex>
  )
}
const raised = (list: readonly Owner[], place: number): Owner[] => [...list.slice(0, place - 1), ...list.slice(place, place + 1), ...list.slice(place - 1, place), ...list.slice(place + 1)]

type New = { said: Section['page']['said']; agents: SettingsView['agents']; buildings: SettingsView['buildings']; add(owner: Owner): void }
const NewOwner = ({ said, agents, buildings, add }: New): ReactNode => {
  const [agent, setAgent] = useState('')
  const [language, setLanguage] = useState<Owner['language']>()
  const [building, setBuilding] = useState('')
  const speak = (['es-MX', 'en'] as const).map((value) => ({ value, label: said.languageName[value] }))
  return (
    <Flex direction="row" gap="small" align="end" wrap="wrap">
      <Select name="agent" label={said.agent} value={agent} options={agents.filter(({ isActive }) => isActive).map(({ agent: value, name }) => ({ value, label: name }))} onChange={(value) => setAgent(String(value))} />
      <Select name="language" label={said.language} value={language ?? ''} options={[{ value: '', label: said.anyLanguage }, ...speak]} onChange={(value) => setLanguage(speak.find((each) => each.value === value)?.value)} />
      <Select name="building" label={said.building} value={building} options={[{ value: '', label: said.anyBuilding }, ...buildings.map(({ building: value, name }) => ({ value, label: name }))]} onChange={(value) => setBuilding(String(value))} />
      <Button variant="secondary" disabled={agent === ''} onClick={() => add({ agent, ...(language && { language }), ...(building !== '' && { building }) })}>{said.addOwner}</Button>
    </Flex>
  )
}
