// Where a sealed value stands; part of what its ciphertext is bound to (spine/vault.ts).
export const personName = (person: string): string => `person.name:${person}`
export const claimValue = (kind: string, person: string): string => `claim.${kind}:${person}`
export const messageBody = (message: string): string => `message.body:${message}`
export const leadFacts = (lead: string): string => `lead.facts:${lead}`
export const escalationSummary = (escalation: string): string => `escalation.summary:${escalation}`
export const mediaBytes = (person: string, digest: Buffer): string => `media.bytes:${person}:${digest.toString('hex')}`
export const privacyDetails = (privacyCase: string): string => `privacy_case.details:${privacyCase}`
export const conflictValues = (conflict: string): string => `crm_conflict.values:${conflict}`
