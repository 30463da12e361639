// Which version of HubSpot's API is called: the one place that says so. Its own client knows v3 and v4 alone, which HubSpot keeps until September 2027; the same calls have dated addresses, and go there.
// https://developers.hubspot.com/docs/api-reference/legacy/migration-guide
export const apiVersion: string = '2026-09' // empty: as the client has it

// /crm/v3/objects/contacts/search is /crm/objects/2026-09/contacts/search, and so on: https://developers.hubspot.com/docs/api-reference/latest/overview
// Of an association of two records it is /crm/v4/objects/…, of its labels /crm/associations/v4/…
const versioned = /^\/crm\/(?:v\d\/(\w+)|(\w+)\/v\d)(.*?)\/?(\?.*)?$/
export const pathOf = (path: string, version = apiVersion): string =>
  version === '' ? path : path.replace(versioned, (_all, before: string | undefined, after: string | undefined, rest: string, query = '') => `/crm/${before ?? after}/${version}${rest}${query}`)
