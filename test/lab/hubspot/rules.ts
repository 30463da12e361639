import { z } from 'zod'
import { invalid } from './answers.ts'
import { types, type Type } from './types.ts'

// What an account's admins require of a record. From 2026-09 on it holds for what apps write too; by the addresses of before it doesn't.
// https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
// when: only where another property has that value; without it, of whoever makes one. off: no more.
export const ruleWish = z.strictObject({ type: z.enum(types), property: z.string(), when: z.strictObject({ property: z.string(), value: z.string() }).optional(), off: z.boolean().default(false) })
type Rule = z.infer<typeof ruleWish>
type Write = { type: Type; values: Record<string, string>; given: Record<string, string>; isNew: boolean } // values: as they will be
export type Rules = { put(rule: Rule): void; during<T>(isDated: boolean, run: () => T): T; check(write: Write): void }

export const makeRules = (): Rules => {
  let rules: Rule[] = []
  let isHeld = false
  return {
    put: (rule) => void (rules = [...rules.filter(({ type, property }) => type !== rule.type || property !== rule.property), ...(rule.off ? [] : [rule])]),
    during(isDated, run) {
      isHeld = isDated
      try {
        return run()
      } finally {
        isHeld = false
      }
    },
    check({ type, values, given, isNew }) {
      const broken = isHeld ? rules.find((rule) => rule.type === type && !values[rule.property] && (rule.when ? given[rule.when.property] === rule.when.value : isNew)) : undefined
      if (!broken) return
      const { property, when } = broken
      throw invalid('The property values provided are invalid', [{
        code: when ? 'MISSING_CONDITIONAL_REQUIRED_PROPERTY' : 'MISSING_REQUIRED_PROPERTY', context: { propertyName: [property] },
        message: when ? `${property} is required because of a conditional property rule based on [${when.property}]` : `A value for ${property} must be provided`,
      }])
    },
  }
}
