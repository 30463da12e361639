import { z } from 'zod'
import type { AccountAnswers } from './account.ts'
import type { Associations } from './associations.ts'
import { partialWish, refuseWish, type HubspotFaults } from './faults.ts'
import type { TokenState } from './guard.ts'
import { ownerWish, type Owners } from './owners.ts'
import type { Pipelines } from './pipelines.ts'
import { limitsWish, type Quota } from './quota.ts'
import type { Author, Records } from './records.ts'
import { ruleWish, type Rules } from './rules.ts'
import { types } from './types.ts'
import { values } from './objects.ts'
import { deliveryWish, webhookWish, type Webhooks } from './webhooks.ts'

// What a test or a person may ask of the simulated HubSpot: POST /_lab/hubspot/{control}. They are listed in simulator.ts.
const type = z.enum(types)
const id = z.string().regex(/^\d+$/)
// Who did it. Without a word it was somebody in HubSpot itself.
const as = z.strictObject({ source: z.enum(['CRM_UI', 'INTEGRATION', 'IMPORT', 'AUTOMATION_PLATFORM', 'API', 'FORM']).default('CRM_UI'), sourceId: z.string().optional(), user: z.string().default('9411') }).prefault({})
const one = z.strictObject({ type, id, as })
const asked = <S extends z.ZodType>(schema: S, run: (wanted: z.infer<S>) => unknown) => (wanted: unknown): unknown => run(schema.parse(wanted)) ?? {}

type Needs = {
  account: AccountAnswers; quota: Quota; faults: HubspotFaults; records: Records; associations: Associations; pipelines: Pipelines; owners: Owners; rules: Rules; webhooks: Webhooks
  token(state: TokenState): void
  lag(ms: number): void
  by<T>(author: Author, run: () => T): T // whoever does it is told of
}
export type ControlName =
  | 'grant' | 'become' | 'token' | 'limits' | 'refuse' | 'partial' | 'lag'
  | 'create' | 'change' | 'archive' | 'restore' | 'merge' | 'forget' | 'link' | 'unlink' | 'import' | 'stage' | 'owner' | 'require' | 'webhooks' | 'delivery'
export const controlsOf = ({ account, quota, faults, records, associations, pipelines, owners, rules, webhooks, token, lag, by }: Needs): Record<ControlName, (wanted: unknown) => unknown> => {
  let imports = 0
  const deed = <S extends z.ZodType<{ as: z.infer<typeof as> }>>(schema: S, run: (wanted: z.infer<S>, author: Author) => unknown) => asked(schema, (wanted) => by(authorOf(wanted.as), () => run(wanted, authorOf(wanted.as))))
  const linking = z.strictObject({ from: type, id, to: type, toId: id, as })
  return {
    grant: asked(z.strictObject({ scopes: z.array(z.string()) }), ({ scopes }) => account.grant(scopes)),
    become: asked(z.strictObject({ accountType: z.string() }), ({ accountType }) => account.become(accountType)),
    token: asked(z.strictObject({ state: z.enum(['good', 'expired', 'revoked']) }), ({ state }) => token(state)),
    limits: asked(limitsWish, quota.limit),
    refuse: asked(refuseWish, faults.refuse),
    partial: asked(partialWish, faults.partial),
    lag: asked(z.strictObject({ ms: z.int().min(0) }), ({ ms }) => lag(ms)),

    create: deed(z.strictObject({ type, properties: values, as }), (wanted, author) => ({ id: records.preparedNew(wanted.type, wanted.properties, author)().id })),
    change: deed(one.extend({ properties: values }), (wanted, author) => ({ id: records.preparedChange(records.byNumber(wanted.type, wanted.id), wanted.properties, author)().id })),
    archive: deed(one, (wanted, author) => records.archive(wanted.type, wanted.id, author)),
    restore: deed(one, (wanted, author) => ({ id: records.restore(wanted.type, wanted.id, author).id })),
    merge: deed(z.strictObject({ type, primary: id, other: id, as }), ({ type: kind, primary, other }, author) => ({ id: records.merge(kind, primary, other, author).id })),
    forget: deed(one, (wanted, author) => records.forget(records.byNumber(wanted.type, wanted.id), author)),
    link: deed(linking, ({ from, id: one, to, toId }) => associations.link(from, one, to, toId)),
    unlink: deed(linking, ({ from, id: one, to, toId }) => associations.unlink(from, one, to, toId)),
    import: asked(z.strictObject({ type, rows: z.array(values).min(1) }), ({ type: kind, rows }) => {
      const author: Author = { source: 'IMPORT', sourceId: String(++imports) }
      return { ids: rows.map((each) => records.preparedNew(kind, each, author)().id) }
    }),

    stage: asked(z.strictObject({ type: z.enum(['deals', 'tickets']), stage: z.string(), label: z.string().optional(), archived: z.boolean().optional() }), pipelines.change),
    owner: asked(ownerWish, owners.put),
    require: asked(ruleWish, rules.put),
    webhooks: asked(webhookWish.nullable(), (wish) => webhooks.target(wish ?? undefined)),
    delivery: asked(deliveryWish, webhooks.deliver),
  }
}

const authorOf = ({ source, sourceId, user }: z.infer<typeof as>): Author => (source === 'CRM_UI' ? { source, sourceId: sourceId ?? `userId:${user}`, userId: Number(user) } : { source, sourceId: sourceId ?? 'another-app' })
