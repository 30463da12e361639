import { PropertyCreateFieldTypeEnum as Field, PropertyCreateTypeEnum as Type, type PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Watch } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { hubSpotOver, replyOf, type HubSpot } from './gateway.ts'
import type { Settings } from './settings.ts'

// The properties that we need at HubSpot are looked at once a day, and made where they are missing.
export const idProperty = 'portero_id'

export const watch: Watch<Settings> = {
  async ensure({ http }) {
    const hubSpot = hubSpotOver(http)
    for (const [type, wanted] of Object.entries(needed)) await ensureProperties(hubSpot, type, wanted)
    return { expiresAt: null } // nothing of it ends; who has no end is asked again after a day
  },
}

// https://developers.hubspot.com/docs/api-reference/crm-properties-v3/core/get-crm-v3-properties-objectType
const ensureProperties = async ({ properties, groups }: HubSpot, type: string, wanted: readonly Wanted[]): Promise<void> => {
  const { results } = read('hubspot', known, await replyOf(properties.getAllWithHttpInfo(type)))
  const ours = results.find(({ name }) => name === idProperty)
  // It can't be made unique afterwards, and without that a second put would be a second record.
  if (ours && !ours.hasUniqueValue) throw new AppError('conflict', `${idProperty} of ${type} exists at hubspot and is not unique: it has to be deleted there`)
  const missing = wanted.filter(({ name }) => !results.some((one) => one.name === name))
  if (missing.length === 0) return
  // https://developers.hubspot.com/docs/api-reference/crm-properties-v3/groups/post-crm-v3-properties-objectType-groups
  await made(replyOf(groups.createWithHttpInfo(type, { name: groupName, label: 'Portero' })))
  // https://developers.hubspot.com/docs/api-reference/crm-properties-v3/core/post-crm-v3-properties-objectType
  for (const one of missing) await made(replyOf(properties.createWithHttpInfo(type, { ...one, groupName })))
}

// 409: it is there already.
const made = async (reply: ReturnType<typeof replyOf>): Promise<void> => {
  try {
    read('hubspot', named, await reply)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'conflict') throw thrown
  }
}
const named = z.object({ name: z.string().min(1) })
const known = z.object({ results: z.array(named.extend({ hasUniqueValue: z.boolean().default(false) })) })

type Wanted = Omit<PropertyCreate, 'groupName'>
const groupName = 'portero'
const options = (labels: Record<string, string>): NonNullable<Wanted['options']> => Object.entries(labels).map(([value, label], displayOrder) => ({ value, label, displayOrder, hidden: false }))

const id: Wanted = { name: idProperty, label: 'Portero: id', type: Type.String, fieldType: Field.Text, hasUniqueValue: true, formField: false, description: 'El identificador de Portero. No lo edites.' }
const needed: Record<string, readonly Wanted[]> = {
  contacts: [
    id,
    { name: 'portero_escalation', label: 'Pide a una persona', type: Type.Bool, fieldType: Field.Booleancheckbox, options: options({ true: 'Sí', false: 'No' }) },
  ],
  deals: [
    id,
    { name: 'portero_budget', label: 'Presupuesto de renta (MXN)', type: Type.Number, fieldType: Field.Number },
    { name: 'portero_bedrooms', label: 'Recámaras', type: Type.Number, fieldType: Field.Number },
    { name: 'portero_occupants', label: 'Personas que vivirán ahí', type: Type.Number, fieldType: Field.Number },
    { name: 'portero_pets', label: 'Mascotas', type: Type.Bool, fieldType: Field.Booleancheckbox, options: options({ true: 'Sí', false: 'No' }) },
    { name: 'portero_move_in', label: 'Fecha de mudanza', type: Type.Date, fieldType: Field.Date },
    { name: 'portero_months', label: 'Meses de contrato', type: Type.Number, fieldType: Field.Number },
    { name: 'portero_guarantee', label: 'Garantía', type: Type.Enumeration, fieldType: Field.Select, options: options({ guarantor: 'Aval', policy: 'Póliza jurídica', deposit: 'Depósito', none: 'Ninguna' }) },
    { name: 'portero_home', label: 'Departamento de interés', type: Type.String, fieldType: Field.Text },
  ],
  meetings: [id],
  communications: [id],
  tasks: [id],
}
