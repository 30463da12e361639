// What somebody may agree to, refuse and take back, each by itself; which of it needs no word of theirs, and which does: LFPDPPP, arts. 7 to 11.
// messages: being written to at all. visits: what is around their visits. marketing: offers. profiling: what is offered by how people usually do. financial: their income and guarantees. automated: that a machine answers them.
export const consentPurposes = ['messages', 'visits', 'marketing', 'profiling', 'financial', 'automated'] as const
export type ConsentPurpose = (typeof consentPurposes)[number]
// What people may oppose by itself: a visit is called off instead, and income is nothing that we ask for.
export const opposable = ['messages', 'marketing', 'profiling', 'automated'] as const satisfies readonly ConsentPurpose[]
// What one of ours may note that somebody agreed to elsewhere. Whoever wanted no more messages takes that back themselves, by ALTA: nobody else can say it for them.
export const notable = ['visits', 'marketing', 'profiling', 'financial', 'automated'] as const satisfies readonly ConsentPurpose[]
// refused: said no when asked, without ever having said yes.
export const consentStatuses = ['granted', 'revoked', 'refused'] as const
export type ConsentStatus = (typeof consentStatuses)[number]
export type ConsentMode = 'tacit' | 'express' | 'written'
// crm: what a lost database was made again from. vendor: what they told whoever carries our messages.
export const consentChannels = ['whatsapp', 'sms', 'mail', 'phone', 'person', 'web', 'crm', 'vendor'] as const
export type ConsentChannel = (typeof consentChannels)[number]

// A promotion by template needs their yes to offers. The follow-ups of whoever went silent need none, once they were shown the notice in force, which tells of them and how to say no: tacit, art. 7.
export const takesOffers = (status: ConsentStatus | null | undefined): boolean => status === 'granted'
export const takesFollowUps = (status: ConsentStatus | null | undefined, isShownNotice: boolean): boolean => takesOffers(status) || (status == null && isShownNotice)
export const isNo = (status: ConsentStatus | null | undefined): boolean => status === 'revoked' || status === 'refused'
