import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { incidentIn } from '@portero/tool-server/actions/incident-printed.ts'
import { rooms } from '@portero/tool-server/app.ts'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { incident, type Came, type Incident, type Meaning } from '@portero/tool-server/domain/incident.ts'
import { makeAudit } from '@portero/tool-server/spine/audit.ts'
import { makeConnections } from '@portero/tool-server/spine/connections.ts'
import { makeDb } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { makeChance, type Chance } from './scheduler.ts'
import { numberOf, type Event, type Story, type Vendor, type What } from './story.ts'
import { masterKey, type World } from './world.ts'

// What happened in production, as `portero incident` writes it, becomes a story: invented people say in words of ours what was meant, and what is known to the minute happens somewhere in it, where the seed says.
const root = new URL('../../', import.meta.url)
const catalogue = parseCatalogue(readFileSync(fileURLToPath(new URL('tool-server/catalogue.sample.yaml', root)), 'utf8'), 'catalogue.sample.yaml')
const areas = [...new Set(catalogue.buildings.map(({ neighbourhood }) => neighbourhood))]

const words: Readonly<Record<Exclude<Meaning['wish'], 'search' | 'pick' | 'press' | 'privacy'>, string>> = {
  hello: 'hola', thanks: 'gracias', yes: 'sí', no: 'no', name: 'soy Ana Vera', facts: 'tengo aval', question: '¿aceptan mascotas?', details: 'dame más información', photos: 'mándame fotos', times: '¿qué horarios hay?', book: 'el 1', visits: 'mis visitas',
  change: 'quiero cambiar mi visita', cancel: 'cancela mi visita', wait: 'avísame cuando se libera', gone: 'ya no me interesa', person: 'quiero hablar con una persona', complaint: 'tengo una queja', payment: 'es sobre mi pago', contract: 'es sobre el contrato', emergency: 'hay una fuga de gas',
  stop: 'BAJA', start: 'ALTA', ask: 'cancelar todo', other: 'pues a ver',
}
const privacy = { access: 'quiero ver mis datos', rectify: 'corrijan mis datos', cancel: 'borren mis datos', oppose: 'no usen mis datos', stop: 'ya no me escriban' } as const
export const wordsFor = (means: Meaning): string => {
  if (means.wish === 'search') return `Busco depa${means.bedrooms === undefined ? '' : ` de ${means.bedrooms} recámaras`}${means.area === undefined ? '' : ` en ${areas[(means.area - 1) % areas.length]}`}`
  if (means.wish === 'pick') return `el ${means.place}`
  return means.wish === 'privacy' ? privacy[means.kind] : means.wish === 'press' ? 'sí' : words[means.wish]
}

const stageIds: Readonly<Record<string, string>> = { new: '1001', qualified: '1002', visit_scheduled: '1003', visit_done: '1004', application: '1005', won: '1006', lost: '1007' }
const vendors: readonly Vendor[] = ['bird', 'hubspot', 'google', 'graph', 'openai']
const vendorOf = (name: string): Vendor | undefined => vendors.find((each) => each === name)
// What lets a call fail by that code. Whether one of no answer had arrived nobody knows afterwards: one seed says so, another not.
const faultOf = (code: string, chance: Chance): Extract<What, { do: 'fault' }>['fault'] =>
  code === 'timeout' ? 'slow' : code === 'throttled' ? 'throttled' : code === 'bad_response' ? chance.one(['garbled', 'misshapen'] as const) : chance.one(['down', 'lost', 'away'] as const)

const minuteMs = 60_000
const whatOf = (each: Came, chance: Chance): { laterMs: number; what: What } | undefined => {
  const now = (what: What): { laterMs: number; what: What } => ({ laterMs: 0, what })
  const withinMinute = (what: What): { laterMs: number; what: What } => ({ laterMs: chance.int(minuteMs), what })
  switch (each.is) {
    case 'wrote': return now(each.means.wish === 'press' ? { do: 'press', person: 0, about: `${each.means.about}:${each.means.verb}` } : { do: 'write', person: 0, text: wordsFor(each.means) })
    case 'answered': return now({ do: 'answer', person: 0 })
    case 'taken': return now({ do: 'take', person: 0 })
    case 'given-back': return now({ do: 'give-back', person: 0 })
    case 'renamed': return now({ do: 'rename', person: 0, name: 'Ana Vera' })
    case 'deal-moved': return stageIds[each.to] === undefined ? undefined : now({ do: 'move-deal', person: 0, stage: stageIds[each.to]! })
    case 'event-moved': return now({ do: 'move-event', at: each.at === 'graph' ? 'graph' : 'google', minutes: each.minutes })
    case 'event-dropped': return now({ do: 'drop-event', at: each.at === 'graph' ? 'graph' : 'google' })
    case 'began-again': return withinMinute({ do: 'kill', afterSteps: chance.int(300), awayMs: Math.max(1_000, each.awayMs) })
    default: {
      const vendor = vendorOf(each.vendor)
      if (!vendor) return undefined
      if (each.forMs > 0 && (each.code === 'disconnected' || each.code === 'unauthorized') && (vendor === 'bird' || vendor === 'google' || vendor === 'graph')) return now({ do: 'revoke', vendor, forMs: each.forMs })
      if (each.forMs > minuteMs && (each.code === 'unavailable' || each.code === 'timeout')) return now({ do: 'outage', vendor, forMs: each.forMs })
      return withinMinute({ do: 'fault', vendor, fault: faultOf(each.code, chance), times: Math.min(20, each.times) })
    }
  }
}

const lived = 10 * minuteMs // of a long silence, before and after the machine sleeps
const mondayMs = Date.UTC(2026, 10, 23, 6) // midnight in Mexico
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
export const storyOf = ({ agent, began, came }: Incident, seed: number): Story => {
  const chance = makeChance(seed ^ 0x1b873593)
  const outside = came.flatMap((each): Event[] => {
    const told = whatOf(each, chance)
    return told ? [{ atMs: each.atMs + told.laterMs, what: told.what }] : []
  }).toSorted((a, b) => a.atMs - b.atMs)
  const events = outside.flatMap((event, place): Event[] => {
    const before = outside[place - 1]?.atMs ?? 0
    const gap = event.atMs - before
    return gap > 3 * lived ? [{ atMs: before + lived, what: { do: 'leap', ms: gap - 2 * lived } }, event] : [event]
  })
  return { seed, agent, people: 1, events, startMs: mondayMs + weekdays.indexOf(began.weekday) * 24 * 60 * minuteMs + (began.minute - 1) * minuteMs, lastsMs: (outside.at(-1)?.atMs ?? 0) + minuteMs }
}

export const readIncident = (file: string): Incident => incident.parse(JSON.parse(readFileSync(file, 'utf8')))

// As portero incident would write it, of a world that is over but not gone.
export const incidentOfWorld = async ({ engine, lab, clock }: World, person = 0): Promise<Incident> => {
  const db = makeDb(engine)
  const vault = makeVault({ db, clock, keys: keyring([masterKey]) })
  const registry = makeRegistry(rooms)
  const connections = makeConnections({ db, clock, vault, log: makeLog({ level: 'silent', clock }), registry, baseUrls: {} })
  return incidentIn({ db, vault, audit: makeAudit({ db, clock, vault }), connections, tenant: firstTenant }, { named: lab.bird.conversationFor(numberOf(person)), from: 0, to: clock.now() }, { registry, tools: rooms.tools })
}
