import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { assert, property, string } from 'fast-check'
import { readable } from '@portero/tool-server/agent/hear.ts'
import type { Catalogue } from '@portero/tool-server/domain/homes.ts'
import { kmBetween, placeInWords } from '@portero/tool-server/domain/near-homes.ts'
import { senseOf, speaksOfDocuments } from '@portero/tool-server/domain/sense-media.ts'
import { transcript } from '@portero/tool-server/store/transcripts.ts'
import { sampleOf, type Kind } from './lab/bird/samples.ts'
import { openAgent, type AgentStage } from './support/agent-stage.ts'

// What the model gets to read of what isn't text: what a voice note says, what a picture shows where it may be looked at, and whereabouts a place is. Never a document.
describe('what may be heard or seen', () => {
  const sent = { kind: 'image', caption: '', names: [], around: ['hola', 'busco depa en la Roma'] }
  test('is a voice note, and a picture of which nobody said that it may be a document', () => {
    expect([senseOf(sent), senseOf({ ...sent, kind: 'audio' }), senseOf({ ...sent, caption: 'me gusta uno así' }), senseOf({ ...sent, caption: '¿es esta la fachada?', names: ['IMG-20261122-WA0003.jpg'] })]).toEqual(['image', 'voice', 'image', 'image'])
  })
  test.each(['file', 'video', 'location', 'text', 'other'])('is never a %s', (kind) => expect(senseOf({ ...sent, kind })).toBeUndefined())
  test.each(['mi INE', 'ine_frente.jpg', 'INE-frente.PNG', 'aquí está mi identificación', 'pasaporte', 'recibo de nómina', 'mi nómina de octubre', 'comprobante de domicilio', 'recibo de luz', 'estado de cuenta', 'edo de cuenta, es mi comprobante', 'contrato firmado', 'CURP', 'constancia de situación fiscal', 'mi licencia', 'carta laboral', 'declaración anual', 'acta de nacimiento', 'estos son mis papeles', 'documentos', 'CamScanner 11-22.jpg', 'my ID', 'passport', 'payslip october', 'bank statement', 'proof of income', 'driver’s license', 'visa', 'FM3', 'mi tarjeta', 'comprobante de pago', 'aval: su ine'])('is no picture named or captioned “%s”, nor one that follows it', (words) => {
    expect([senseOf({ ...sent, caption: words }), senseOf({ ...sent, names: [words] }), senseOf({ ...sent, around: ['hola', words] })]).toEqual([undefined, undefined, undefined])
  })
  test.each(['¿Me mandas tu INE y tu comprobante de ingresos?', '¿Qué documentos necesito?', 'Please send your ID and payslips'])('is no picture after “%s”', (asked) => expect(senseOf({ ...sent, around: ['sí', asked] })).toBeUndefined())
  test.each(['me gusta la cocina', 'la vista está padre', 'this view is nice', 'mi perrito', 'línea del metro', 'cine cerca', 'inés viene conmigo', 'quiero este'])('nobody speaks of documents in: %s', (text) => expect(speaksOfDocuments(text)).toBe(false))
})

const building = (id: string, name: string, position?: { latitude: number; longitude: number }) => ({ id, name, neighbourhood: 'Roma', ...(position && { position }) })
const catalogueOf = (...buildings: ReturnType<typeof building>[]): Catalogue => ({ homes: buildings.map((building) => ({ isOpen: true, building })), agents: [] }) as any
describe('a place', () => {
  const catalogue = catalogueOf(building('a', 'Lejos', { latitude: 19.5, longitude: -99.2 }), building('b', 'Cerca', { latitude: 19.4195, longitude: -99.1631 }), building('b', 'Cerca', { latitude: 19.4195, longitude: -99.1631 }), building('c', 'Sin lugar'))
  test('is told only about, with what of ours is near', () => {
    const told = placeInWords({ latitude: 19.417812, longitude: -99.162134 }, catalogue)
    expect(told).toBe('Está cerca de: 19.42, -99.16. De lo nuestro, lo más cercano: Cerca (Roma), a unos 200 m; Lejos (Roma), a unos 10 km.')
  })
  test('is told without anything of ours near, where we know of none', () => expect(placeInWords({ latitude: 1, longitude: 2 }, catalogueOf(building('c', 'Sin lugar')))).toBe('Está cerca de: 1.00, 2.00.'))
  test('is as far as it is', () => expect(kmBetween({ latitude: 19.4326, longitude: -99.1332 }, { latitude: 20.6597, longitude: -103.3496 })).toBeCloseTo(460, -1))
})

describe('a message reads as', () => {
  const catalogue = catalogueOf()
  test.each([
    [{ kind: 'text', text: ' hola ' }, 'hola'], [{ kind: 'audio', text: '', told: 'quiero verlo el martes' }, '[nota de voz] quiero verlo el martes'], [{ kind: 'audio', text: '', isUntold: true }, '[nota de voz] (nota de voz sin transcribir: pídele que lo escriba)'], [{ kind: 'audio', text: '' }, '[nota de voz]'],
    [{ kind: 'image', text: 'uno así', told: 'Una cocina blanca.' }, '[foto] (se ve: Una cocina blanca.) uno así'], [{ kind: 'image', text: '' }, '[foto]'], [{ kind: 'file', text: 'mi recibo' }, '[documento, que no puedes ver] mi recibo'], [{ kind: 'video', text: '' }, '[video]'],
    [{ kind: 'location', text: '19.4178123, -99.1621987', position: { latitude: 19.4178123, longitude: -99.1621987 } }, '[ubicación] Está cerca de: 19.42, -99.16.'], [{ kind: 'location', text: 'Fuente de Cibeles' }, '[ubicación] Fuente de Cibeles'],
  ])('%j', (line, text) => expect(readable(line, catalogue)).toBe(text))
  test('something, whatever it is', () => assert(property(string(), string(), (kind, text) => typeof readable({ kind, text }, catalogue) === 'string')))
})

describe('with the simulated Bird and OpenAI', () => {
  let stage: AgentStage
  let count = 0
  let number: string
  const learn = (text: string) => stage.openai.controls.hear({ bytes: sampleOf('voice').bytes.toString('base64'), text })
  beforeAll(async () => void (stage = await openAgent()))
  afterAll(() => stage.end())
  beforeEach(() => void (number = `+5255410000${String(++count).padStart(2, '0')}`))
  const sends = async (media: { kind: Kind; caption?: string }): Promise<void> => {
    stage.bird.phone.write(number, { media })
    await stage.follow(20_000)
  }
  const db = () => stage.house.db.bare
  const read = (): string => JSON.stringify(stage.asked().at(-1)?.input ?? [])
  const transcriptions = (): number => stage.desk.requests().filter(({ path }) => /transcriptions/.test(path)).length
  const pictures = (): number => stage.desk.requests().filter(({ body }) => JSON.stringify(body ?? '').includes('input_image')).length
  const told = async () => (await sql<{ message: string; told: Buffer | null; at: number | null }>`select d.message_id as message, d.told_sealed as told, d.told_at as at from media d join message m on m.tenant_id = d.tenant_id and m.id = d.message_id where m.conversation_id = ${await stage.conversation(number)}`.execute(db())).rows

  test('a voice note is written down once, sealed, read by the model and shown to our people', async () => {
    const before = transcriptions()
    await sends({ kind: 'voice' })
    const [row] = await told()
    expect([transcriptions() - before, row?.at !== null, row?.told?.includes('nota')]).toEqual([1, true, false])
    const shown = await transcript({ db: stage.house.db, vault: stage.house.vault, tenant: stage.house.tenant }, await stage.conversation(number))
    const words = shown?.lines.flatMap(({ media = [] }) => media.map((file) => file.told))[0]
    expect(words).toMatch(/\S/)
    expect(read()).toContain(`[nota de voz] ${words}`)
  })
  test('a voice note that cannot be written down is asked for in writing, and is tried once', async () => {
    const before = transcriptions()
    stage.desk.fault({ on: 'POST /v1/audio/transcriptions', fault: 'misshapen' })
    await sends({ kind: 'voice' })
    const [row] = await told()
    expect([transcriptions() - before, row?.at !== null, row?.told]).toEqual([1, true, null])
    expect(read()).toContain('(nota de voz sin transcribir: pídele que lo escriba)')
  })
  test('what is spoken is guarded as what is written is, and no model answers it', async () => {
    const before = stage.asked().length
    await learn('hay una fuga de gas en mi depa')
    await sends({ kind: 'voice' })
    const { rows } = await sql<{ reason: string }>`select reason from escalation where conversation_id = ${await stage.conversation(number)}`.execute(db())
    expect([stage.heard(number).filter(({ text }) => /llama ahora al 911/.test(text)).length, rows, stage.asked().length - before]).toEqual([1, [{ reason: 'emergency' }], 0])
    await learn('Quiero agendar una visita para mañana por la tarde.')
  })
  test('no picture is looked at unless the connection says so', async () => {
    const before = pictures()
    await sends({ kind: 'image', caption: 'uno así' })
    expect([pictures() - before, read()]).toEqual([0, expect.stringContaining('[foto] uno así')])
  })
  test('where it says so, pictures are looked at, and no document, file or picture after one', async () => {
    await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'openai', account: 'lab', settings: { baseUrl: `${stage.lab.url}/openai/v1`, apiKey: 'sk-lab-agent-of-the-stage', media: { voice: true, images: true } } })
    const before = pictures()
    await sends({ kind: 'image', caption: 'uno así' })
    expect([pictures() - before > 0, read()]).toEqual([true, expect.stringContaining('[foto] (se ve: Se ve')])
    const looked = pictures()
    number = `+5255410001${String(count)}`
    await sends({ kind: 'file', caption: 'uno así' })
    await sends({ kind: 'image', caption: 'mi INE' })
    await sends({ kind: 'image' })
    expect(pictures()).toBe(looked)
    expect(read()).toContain('[documento, que no puedes ver] uno así')
  })
})
