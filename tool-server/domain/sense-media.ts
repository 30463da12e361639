import { anywhere } from './opt-out.ts'
import { plainWords } from './search-homes.ts'

// What of what somebody sends a model may hear or see. A document never: no file, whatever it is, and no picture that may be one.
// Nobody can tell a picture of an INE from another before looking, so it goes by what is said around it: its name, its caption, and what was spoken of just before, or after.
export type Sense = 'voice' | 'image'
export type Sensed = { sense: Sense; bytes: Buffer; type: string }
type Sent = { kind: string; caption: string; names: readonly string[]; around: readonly string[] } // around: what either side said last, by now
export const senseOf = ({ kind, caption, names, around }: Sent): Sense | undefined => {
  if (kind === 'audio') return 'voice'
  return kind === 'image' && ![caption, ...names, ...around].some(speaksOfDocuments) ? 'image' : undefined
}
export const speaksOfDocuments = (text: string): boolean => documents.test(plainWords(text.replaceAll('_', ' ')))

const documents = anywhere(
  '(?:ine|ife|curp|rfc|nss)', '(?:las|los|sus|nuestras) ines', 'identificacion(?:es)?', 'identidad', 'pasaportes?', 'licencias?', 'cedulas?', 'visas?', 'residencia (?:temporal|permanente)', 'fm[23]', 'actas?', 'recibos?', 'nominas?', 'comprobantes?', 'comprobar', 'estados? de cuenta', 'bancari[oa]s?', 'transferencias?', 'depositos?', 'voucher', 'ticket', 'pago', 'pague', 'contratos?', 'constancias?', 'declaracion(?:es)?', 'cartas?', 'escrituras?', 'predial', 'polizas?', 'facturas?', 'ingresos?', 'sueldos?', 'salarios?', 'buro', 'credenciales?', 'credencial', 'tarjetas?', 'clabe', 'documentos?', 'documentacion', 'docs?', 'papeles', 'papeleria', 'expediente', 'requisitos?', 'firma(?:do|da)?', 'escane\\w*', 'scan\\w*', 'camscanner', 'aval', 'fiador',
  'ids?(?: card)?', 'identification', 'passports?', 'driver s? ?licen[cs]e', 'licen[cs]e', 'pay ?(?:slip|stub|check)s?', 'bank statements?', 'statements?', 'proof', 'receipts?', 'lease', 'contract', 'documents?', 'paperwork', 'income', 'salary', 'tax(?:es)?', 'card', 'signed', 'invoices?',
)

export const mostVoiceBytes = 5 * 2 ** 20 // about half an hour of what WhatsApp records
export const longestTold = 4_000
export const mostTold = 30 // of one person in a day
