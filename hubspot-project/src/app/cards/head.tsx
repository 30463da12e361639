import { DescriptionList, DescriptionListItem, Heading } from '@hubspot/ui-extensions'
import { useCrmProperties } from '@hubspot/ui-extensions/crm'
import type { ReactNode } from 'react'
import { wordOf, type Speaker } from './speaker.ts'
import type { CardRecord } from './views.ts'

// What HubSpot itself knows of the record, there at once, while Portero is still asked.
export const useHead = ({ type }: CardRecord, { words, fact }: Speaker): ReactNode => {
  const { properties } = useCrmProperties(names[type])
  const title = titles[type].flatMap((name) => properties[name] ?? []).join(' ')
  const facts = Object.entries(factOf).flatMap(([property, name]) => (properties[property] ? [{ name, value: properties[property] }] : []))
  if (title === '' && facts.length === 0) return null
  return (
    <>
      {title !== '' && <Heading>{title}</Heading>}
      {facts.length > 0 && (
        <DescriptionList direction="row">
          {facts.map(({ name, value }) => <DescriptionListItem key={name} label={wordOf(words.fact, name)}>{fact(name, value)}</DescriptionListItem>)}
        </DescriptionList>
      )}
    </>
  )
}

const titles: Record<CardRecord['type'], string[]> = { contact: ['firstname', 'lastname'], deal: ['dealname'], ticket: ['subject'] }
const factOf: Readonly<Record<string, string>> = { portero_home: 'home', portero_budget: 'budgetMxn', portero_bedrooms: 'bedrooms', portero_move_in: 'moveIn' }
const names: typeof titles = { ...titles, deal: [...titles.deal, ...Object.keys(factOf)] }
