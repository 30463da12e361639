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
export const mediaTold = (message: string, place: number): string => `media.told:${message}:${place}`
export const privacyDetails = (privacyCase: string): string => `privacy_case.details:${privacyCase}`
export const privacyAsker = (privacyCase: string): string => `privacy_case.asker:${privacyCase}`
export const privacyText = (step: string): string => `privacy_step.text:${step}`
export const breachWhat = (breach: string): string => `breach.what:${breach}`
export const breachNotice = (breach: string): string => `breach.notice:${breach}`
export const conflictValues = (conflict: string): string => `crm_conflict.values:${conflict}`
export const metTitle = (met: string): string => `met.title:${met}`
export const consentReason = (consent: string): string => `consent.reason:${consent}`
export const agentItems = (item: string): string => `agent_item.items:${item}`
export const tombstoneName = (person: string, kind: string): string => `privacy.name:${person}:${kind}`
export const shadowValues = (row: string): string => `shadow_row.values:${row}`
