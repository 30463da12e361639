// Where a sealed value stands; part of what its ciphertext is bound to (spine/vault.ts).
export const personName = (person: string): string => `person.name:${person}`
export const personEmail = (person: string): string => `person.email:${person}`
export const invitationEmail = (tour: string, role: string): string => `invitation.email:${tour}:${role}`
export const claimValue = (kind: string, person: string): string => `claim.${kind}:${person}`
export const messageBody = (message: string): string => `message.body:${message}`
export const leadFacts = (lead: string): string => `lead.facts:${lead}`
export const escalationSummary = (escalation: string): string => `escalation.summary:${escalation}`
export const noteText = (note: string): string => `note.text:${note}`
export const mediaBytes = (person: string, digest: Buffer): string => `media.bytes:${person}:${digest.toString('hex')}`
export const privacyDetails = (privacyCase: string): string => `privacy_case.details:${privacyCase}`
export const conflictValues = (conflict: string): string => `crm_conflict.values:${conflict}`
