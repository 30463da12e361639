import type { z } from 'zod'
import { views } from '@portero/shared'
import { cardDoor, type CardDoor, type Visitor } from '../spine/cards.ts'
import type { Acting } from '../spine/act.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { BoundSubject } from '../spine/tool-bind.ts'
import type { Vault } from '../spine/vault.ts'
import type { Own } from '../domain/reads.ts'
import { personOfRecord } from '../store/card-people.ts'
import type { Tickets } from '../store/card-tickets.ts'
import { makeVisitHands, type VisitCame } from './visit-hands.ts'

// What a leasing agent does about visits from a card: book, move and mark them, for whom the open record is about.
type Needs = { db: Db; clock: Clock; vault: Vault; acting: Acting; tickets: Tickets; own(tenant: string): Own }
type Asked = Pick<z.infer<typeof views.bookAsk>, 'record' | 'language'>

export const cardWrites = ({ db, clock, vault, acting, tickets, own }: Needs): Record<string, CardDoor> => {
  const hands = makeVisitHands({ db, clock, vault, acting, own })
  const bound = async <A extends Asked>(visitor: Visitor, ask: A, write: (subject: BoundSubject, ask: A) => Promise<VisitCame>): Promise<VisitCame> => {
    const person = await personOfRecord({ db, vault, tickets, tenant: visitor.tenant }, ask.record)
    const conversation = person?.conversations[0]?.id
    if (!person || conversation === undefined) return { ok: false, code: 'no_conversation', say: views.cardAnswers[ask.language ?? 'es-MX'].noConversation }
    return write({ ...visitor, person: person.id, conversation }, ask)
  }
  return {
    book: cardDoor('agent', views.bookAsk, views.writeView, (ask, visitor) => bound(visitor, ask, hands.book)),
    move: cardDoor('agent', views.moveAsk, views.writeView, (ask, visitor) => bound(visitor, ask, hands.move)),
    mark: cardDoor('agent', views.markAsk, views.writeView, (ask, visitor) => bound(visitor, ask, hands.mark)),
  }
}
