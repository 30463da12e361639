import { describe, expect, test } from '@jest/globals'
import { asking } from './contract/asking.ts'
import { inbound } from './contract/inbound.ts'
import { outbound } from './contract/outbound.ts'
import { privacy } from './contract/privacy.ts'
import { signature } from './contract/signature.ts'
import { connectorNames, contractNames, vendors } from './contract/vendors.ts'

// Every connector against its contract: the same tests for each, made from the data beside it.
test('every connector has its contract', () => {
  expect(contractNames).toEqual(connectorNames)
})

signature()

describe.each(vendors)('$name', (vendor) => {
  const { connector, contract } = vendor

  test('has a contract for all that it does', () => {
    const contracted = { webhook: contract.webhook !== undefined, does: names(contract.does), reads: [...new Set(names(contract.reads).map((name) => name.split('.')[0]))], pulls: names(contract.pulls), watch: contract.watch !== undefined }
    expect(contracted).toEqual({
      webhook: connector.webhook !== undefined, does: (connector.does ?? []).map(({ command }) => command.name).toSorted(), reads: names(connector.reads), pulls: names(connector.pulls), watch: connector.watch !== undefined,
    })
  })

  if (contract.webhook) inbound(vendor, contract.webhook)
  if (contract.does) outbound(vendor)
  if (contract.reads ?? contract.pulls ?? contract.watch) asking(vendor) // one may only be told
  privacy(vendor)
})

const names = (record: object = {}): string[] => Object.keys(record).toSorted()
