import { z } from 'zod'

// A property as somebody makes or changes it, and as it is kept.
const valueTypes = ['bool', 'date', 'datetime', 'enumeration', 'number', 'phone_number', 'string'] as const
const fieldTypes = ['booleancheckbox', 'calculation_equation', 'checkbox', 'date', 'file', 'html', 'number', 'phonenumber', 'radio', 'select', 'text', 'textarea'] as const
const option = z.object({ value: z.string(), label: z.string(), displayOrder: z.int().default(-1), hidden: z.boolean().default(false), description: z.string().optional() })
export const makeable = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'lower case letters, digits and _'),
  label: z.string().min(1),
  type: z.enum(valueTypes),
  fieldType: z.enum(fieldTypes),
  groupName: z.string().min(1),
  description: z.string().default(''),
  options: z.array(option).default([]),
  hasUniqueValue: z.boolean().default(false),
  formField: z.boolean().default(false),
  hidden: z.boolean().default(false),
  displayOrder: z.int().default(-1),
})
export type Option = z.infer<typeof option>
export type Property = z.infer<typeof makeable> & { hubspotDefined: boolean; readOnly: boolean; required: boolean; updatedAt: number; createdAt?: number; archivedAt?: number }
export const changeable = z.object({ label: z.string().min(1), type: z.enum(valueTypes), fieldType: z.enum(fieldTypes), groupName: z.string(), description: z.string(), options: z.array(option), formField: z.boolean(), hidden: z.boolean(), displayOrder: z.int() }).partial()
