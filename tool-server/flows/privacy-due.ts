import { privacyDue as due, privacyLapse as lapse } from '../actions/privacy-clock.ts'
import { lapseCase } from '../actions/privacy-desk.ts'
import { breachTimer, tellAffected } from '../actions/registers.ts'
import { remindPrivacy } from '../actions/remind-privacy.ts'
import { senderOf } from '../domain/ports/mail.ts'
import { defineFlow, type Reads } from '../domain/reads.ts'

// What is due about people's requests on their data.
const outwardOf = async ({ mail, handles }: Reads): Promise<{ mail: boolean; page: string }> => ({ mail: (await senderOf(mail)) !== undefined, page: (await handles.conversationsUrl()).replace(/conversations\/$/, 'privacy/') })

export const privacyDue = defineFlow({
  ...due,
  gather: (_payload, reads) => outwardOf(reads),
  async decide(payload, reach, { act }) {
    await act(remindPrivacy, { ...payload, ...reach })
  },
})
export const privacyLapse = defineFlow({
  ...lapse,
  gather: (_payload, reads) => outwardOf(reads),
  async decide({ case: id }, { mail }, { act }) {
    await act(lapseCase, { case: id, mail })
  },
})
export const privacyBreach = defineFlow({
  ...breachTimer,
  gather: (_payload, reads) => outwardOf(reads),
  async decide(payload, { mail }, { act }) {
    await act(tellAffected, { ...payload, mail })
  },
})
