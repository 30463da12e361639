import { describe, expect, test } from '@jest/globals'
import { graph as connector } from '@portero/tool-server/connectors/graph/index.ts'
import { ianaOf, whenWas } from '@portero/tool-server/connectors/graph/zones.ts'

// How Graph's times are read, and where its tokens come from.
const hour = 3_600_000
const pushSecrets = ['a-secret-of-pushes-that-nobody-knows']

describe('times', () => {
  test.each([
    ['UTC', 17], ['Central Standard Time (Mexico)', 23], ['Pacific Standard Time (Mexico)', 25], ['US Mountain Standard Time', 24], ['Mountain Standard Time (Mexico)', 24], ['Eastern Standard Time (Mexico)', 22],
    ['Mountain Standard Time', 24], ['Central Standard Time', 23], ['America/Mexico_City', 23], ['tzone://Microsoft/Utc', 17],
  ])('in %s', (timeZone, hours) => {
    const told = Date.UTC(2027, 0, 20, hours)
    expect(whenWas({ dateTime: '2027-01-20T17:00:00.0000000', timeZone })).toEqual({ earliest: told, latest: told })
  })
  test('in a zone with another summer than ours', () => {
    expect(whenWas({ dateTime: '2027-07-20T17:00:00', timeZone: 'Pacific Standard Time (Mexico)' }).earliest).toBe(Date.UTC(2027, 6, 21, 0))
    expect(whenWas({ dateTime: '2027-07-20T17:00:00', timeZone: 'Mountain Standard Time (Mexico)' }).earliest).toBe(Date.UTC(2027, 6, 21, 0))
  })
  test('in a zone that nobody knows are whenever they might be', () => {
    expect(ianaOf('Customized Time Zone')).toBeUndefined()
    const wall = Date.UTC(2027, 0, 20, 17)
    expect(whenWas({ dateTime: '2027-01-20T17:00:00', timeZone: 'Customized Time Zone' })).toEqual({ earliest: wall - 14 * hour, latest: wall + 12 * hour })
  })
})

describe('a grant', () => {
  const settings = (grant: object) => connector.settings.parse({ grant, pushSecrets })
  const from = (grant: object) => (connector.auth.kind === 'token' ? connector.auth.from(settings(grant)) : undefined)
  test('is given, of a person, or of the app', () => {
    expect(from({ by: 'given', token: 'token-that-was-given' })).toEqual({ by: 'given', token: 'token-that-was-given' })
    expect(from({ by: 'person' })).toEqual({ by: 'person', server: { issuer: 'https://login.microsoftonline.com/organizations/v2.0', authorizationUrl: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize', tokenUrl: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token' } })
    expect(from({ by: 'app', tenant: '84bd8158-6d4d-4958-8b9f-9d6445542f95', clientId: 'client', clientSecret: 'a-secret-of-the-app' })).toMatchObject({ by: 'app', server: { tokenUrl: 'https://login.microsoftonline.com/84bd8158-6d4d-4958-8b9f-9d6445542f95/oauth2/v2.0/token' }, scopes: ['https://graph.microsoft.com/.default'] })
  })
})
