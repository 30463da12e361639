import { lasted, mailWords, troubleWords, views, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'

// What can be wrong for longer than a moment: with a connection, or with the house itself. Who is told of it, and in which words, is the same for all of them.
export const houseTroubles = ['dead', 'unseen', 'work', 'disk', 'audit'] as const
export const connectionTroubles = ['key', 'scopes', 'setup', 'grant', 'agents', 'silent'] as const
export type HouseTrouble = (typeof houseTroubles)[number]
export type ConnectionTrouble = (typeof connectionTroubles)[number]
export type TroubleKind = HouseTrouble | ConnectionTrouble
export const ofHouse = (what: TroubleKind): what is HouseTrouble => houseTroubles.some((kind) => kind === what)

// What a machine is told, and where whoever is called looks. page: of the console.
type Call = { alert: string; severity: 'critical' | 'warning'; page: '' | '/queue' | '/connections'; runbook: string }
export const calls = {
  key: { alert: 'connection.key', severity: 'critical', page: '/queue', runbook: 'porteroconnectiontrouble' },
  scopes: { alert: 'connection.scopes', severity: 'warning', page: '/queue', runbook: 'porteroconnectiontrouble' },
  setup: { alert: 'connection.setup', severity: 'warning', page: '/queue', runbook: 'porteroconnectiontrouble' },
  grant: { alert: 'connection.grant', severity: 'critical', page: '/connections', runbook: 'porterograntrefused' },
  agents: { alert: 'connection.agents', severity: 'critical', page: '/queue', runbook: 'porteroconnectiontrouble' },
  silent: { alert: 'connection.silent', severity: 'warning', page: '/connections', runbook: 'porterovendorsilent' },
  dead: { alert: 'work.dead', severity: 'warning', page: '/queue', runbook: 'porterodeadletters' },
  unseen: { alert: 'escalations.unseen', severity: 'critical', page: '', runbook: 'porteroescalationslate' },
  work: { alert: 'work.late', severity: 'critical', page: '/queue', runbook: 'porteroturnslate' },
  disk: { alert: 'house.disk', severity: 'warning', page: '/queue', runbook: 'porterodiskfilling' },
  audit: { alert: 'audit.unsealed', severity: 'warning', page: '/queue', runbook: 'porteroauditunsealed' },
} as const satisfies Record<TroubleKind, Call>

// state: over has its end, lastedMs after since. sinceText: as people of that language read it.
type Trouble = { what: TroubleKind; vendor: string; said: string; waiting: number }
type When = { language: Language; sinceText: string; overAfterMs?: Millis | undefined }
export type Told = { subject: string; paragraphs: string[]; open: string }
export const wordsFor = ({ what, vendor, said, waiting }: Trouble, { language, sinceText, overAfterMs }: When): Told => {
  const name = vendor === '' ? '' : views.vendorName(vendor)
  const at = { since: sinceText, said, waiting }
  if (ofHouse(what)) {
    const words = troubleWords[language][what]
    return { ...(overAfterMs === undefined ? words.begun(name, at) : words.over(name, lasted(overAfterMs), waiting)), open: words.open }
  }
  const { trouble: words } = mailWords[language]
  return overAfterMs === undefined ? { ...words[what](name, at), open: what === 'grant' ? words.reconnect : words.open } : { ...words.over(name, overAfterMs, waiting), open: words.open }
}
