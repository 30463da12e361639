import type { z } from 'zod'
import { takeoverWords, views, type Language } from '@portero/shared'
import type { Acting } from '../spine/act.ts'
import { cardDoor, type CardDoor, type Visitor } from '../spine/cards.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { personOfRecord } from '../store/card-people.ts'
import type { Tickets } from '../store/card-tickets.ts'
import { makeHands, type Wish } from './hands.ts'

// What a leasing agent does in a conversation from its card: take it over or give it back, answer, note, call somebody.
type Needs = { db: Db; clock: Clock; vault: Vault; acting: Acting; tickets: Tickets }
type View = z.infer<typeof views.writeView>
type Asked = { record: views.CardRecord; key: string; language?: Language | undefined }

export const cardTakeover = ({ db, clock, vault, acting, tickets }: Needs): Record<string, CardDoor> => {
  const hands = makeHands({ db, clock, vault, acting })
  const wished = async (visitor: Visitor, { record, key, language = 'es-MX' }: Asked, wish: Wish): Promise<View> => {
    const person = await personOfRecord({ db, vault, tickets, tenant: visitor.tenant }, record)
    const conversation = person?.conversations[0]?.id
    if (!person || conversation === undefined) return { ok: false, say: takeoverWords[language].noConversation, code: 'no_conversation' }
    return hands({ ...visitor, person: person.id, conversation }, wish, { key, language })
  }
  return {
    takeover: cardDoor('agent', views.takeoverAsk, views.writeView, (ask, visitor) => wished(visitor, ask, { do: ask.to === 'human' ? 'take-over' : 'hand-back' })),
    reply: cardDoor('agent', views.replyAsk, views.writeView, (ask, visitor) => wished(visitor, ask, { do: 'reply', text: ask.text })),
    note: cardDoor('agent', views.noteAsk, views.writeView, (ask, visitor) => wished(visitor, ask, { do: 'note', text: ask.text })),
    escalate: cardDoor('agent', views.escalateAsk, views.writeView, (ask, visitor) => wished(visitor, ask, { do: 'escalate', reason: ask.reason, summary: ask.summary })),
  }
}
