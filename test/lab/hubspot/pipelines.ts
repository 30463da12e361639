import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { created, gone, invalid, iso, missing, ok, parsed } from './answers.ts'
import type { Option } from './property.ts'

// The pipelines of deals and tickets, and the stages in them. An id is given once and outlives every label.
// https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide
const piped = { deals: 'deals', deal: 'deals', '0-3': 'deals', tickets: 'tickets', ticket: 'tickets', '0-5': 'tickets' } as const
type Piped = 'deals' | 'tickets'
type Dated = { createdAt: number; updatedAt: number; archivedAt?: number }
type Stage = Dated & { id: string; label: string; displayOrder: number; metadata: Record<string, string> }
type Pipeline = Dated & { id: string; label: string; displayOrder: number; stages: Stage[] }
export type StageWish = { type: Piped; stage: string; label?: string | undefined; archived?: boolean | undefined }
export type Pipelines = {
  optionsOf(type: string, name: string): Option[] | undefined // of the properties whose options are pipelines and stages
  faultIn(type: string, values: Record<string, string>): { name: string; error: string; message: string } | undefined
  change(wish: StageWish): void // as an admin would, whatever hangs on it
  routes: Record<string, Route>
}
export const namesOf: Record<Piped, { pipeline: string; stage: string }> = { deals: { pipeline: 'pipeline', stage: 'dealstage' }, tickets: { pipeline: 'hs_pipeline', stage: 'hs_pipeline_stage' } }

const stageInput = z.object({ label: z.string().min(1), displayOrder: z.int(), metadata: z.record(z.string(), z.string()).default({}), stageId: z.string().optional() })
const pipelineInput = z.object({ label: z.string().min(1), displayOrder: z.int(), stages: z.array(stageInput), pipelineId: z.string().optional() })
const patch = z.object({ label: z.string().min(1).optional(), displayOrder: z.int().optional(), archived: z.boolean().optional() })
const stagePatch = patch.extend({ metadata: z.record(z.string(), z.string()).optional() })

// isUsed: whether a record stands in that stage.
type Needs = { now(): number; account: { pipeline: string; stages: Readonly<Record<string, string>> }; isUsed(type: Piped, stage: string): boolean }
export const makePipelines = ({ now, account, isUsed }: Needs): Pipelines => {
  const since = { createdAt: Date.UTC(2026, 0, 5), updatedAt: Date.UTC(2026, 0, 5) }
  let lastId = 71_200_000
  const stagesOf = (stages: readonly [id: string, label: string][], metadata: (at: number) => Record<string, string>): Stage[] => stages.map(([id, label], displayOrder) => ({ id, label, displayOrder, metadata: metadata(displayOrder), ...since }))
  const dealStages = Object.entries(account.stages)
  const pipelines: Record<Piped, Pipeline[]> = {
    deals: [{ id: account.pipeline, label: 'Renta', displayOrder: 0, ...since, stages: stagesOf(dealStages.map(([label, id]) => [id, label]), (at) => ofDeal(dealStages[at]?.[0] ?? '', at / dealStages.length)) }],
    tickets: [{ id: '0', label: 'Support Pipeline', displayOrder: 0, ...since, stages: stagesOf([['1', 'New'], ['2', 'Waiting on contact'], ['3', 'Waiting on us'], ['4', 'Closed']], (at) => ({ ticketState: at === 3 ? 'CLOSED' : 'OPEN', isClosed: String(at === 3) })) }],
  }
  const living = <T extends Dated>(all: readonly T[]): T[] => all.filter(({ archivedAt }) => archivedAt === undefined)
  const typeIn = (name = ''): Piped => {
    const found = Object.entries(piped).find(([each]) => each === name.toLowerCase())
    if (found) return found[1]
    throw invalid(`${name} has no pipelines`)
  }
  const one = <T extends Dated & { id: string }>(all: readonly T[], id = ''): T => {
    const found = living(all).find((each) => each.id === id)
    if (found) return found
    throw missing()
  }
  const pipelineOf = ({ type, pipeline }: Record<string, string>): Pipeline => one(pipelines[typeIn(type)], pipeline)
  const newStage = ({ stageId, ...stage }: z.infer<typeof stageInput>): Stage => ({ id: stageId ?? String(++lastId), ...stage, createdAt: now(), updatedAt: now() })
  const newPipeline = ({ pipelineId, stages, ...pipeline }: z.infer<typeof pipelineInput>): Pipeline => ({ id: pipelineId ?? String(++lastId), ...pipeline, stages: stages.map(newStage), createdAt: now(), updatedAt: now() })
  const changed = <T extends Dated>(thing: T, change: object): T => Object.assign(thing, Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)), { updatedAt: now() })
  const checkLabel = (all: readonly { label: string }[], label: string): void => {
    if (all.some((each) => each.label === label)) throw invalid(`There is already one with the label ${label}`, [{ message: `${label} is taken`, code: 'PIPELINE_LABEL_EXISTS' }])
  }
  const archive = (type: Piped, stages: readonly Stage[], thing: Dated, query: Record<string, string>): void => {
    const isChecked = query['validateReferencesBeforeDelete'] === 'true' || query['validateDealStageUsagesBeforeDelete'] === 'true'
    if (isChecked && stages.some(({ id }) => isUsed(type, id))) throw invalid('Stages that are in use cannot be deleted', [{ message: 'in use', code: 'STAGE_ID_IN_USE' }])
    thing.archivedAt = now()
  }

  const all = '/crm/v3/pipelines/:type'
  const each = `${all}/:pipeline`
  return {
    optionsOf(type, name) {
      if (type !== 'deals' && type !== 'tickets') return undefined
      if (name === namesOf[type].pipeline) return living(pipelines[type]).map(option)
      return name === namesOf[type].stage ? living(pipelines[type]).flatMap(({ stages }) => living(stages).map(option)) : undefined
    },
    faultIn(type, values) {
      if (type !== 'deals' && type !== 'tickets') return undefined
      const { pipeline: inPipeline, stage: name } = namesOf[type]
      const [pipeline, stage] = [values[inPipeline] ?? pipelines[type][0]?.id, values[name]]
      const stages = living(pipelines[type].find(({ id }) => id === pipeline)?.stages ?? [])
      return !stage || stages.some(({ id }) => id === stage) ? undefined : { name, error: 'INVALID_OPTION', message: `${stage} was not one of the allowed options of pipeline ${pipeline}: [${stages.map(({ id }) => id).join(', ')}]` }
    },
    change({ type, stage: id, label, archived }) {
      const stage = pipelines[type].flatMap(({ stages }) => stages).find((found) => found.id === id)
      if (!stage) throw new Error(`no stage of ${type} is ${id}`)
      if (label !== undefined) changed(stage, { label })
      if (archived === true) stage.archivedAt = now()
      if (archived === false) delete stage.archivedAt
    },
    routes: {
      [`GET ${all}`]: ({ parts }) => ok({ results: living(pipelines[typeIn(parts['type'])]).map(shown) }),
      [`POST ${all}`]: ({ parts, body }) => {
        const made = newPipeline(parsed(pipelineInput, body))
        const siblings = pipelines[typeIn(parts['type'])]
        checkLabel(living(siblings), made.label)
        siblings.push(made)
        return created(shown(made))
      },
      [`GET ${each}`]: ({ parts }) => ok(shown(pipelineOf(parts))),
      [`PATCH ${each}`]: ({ parts, body }) => {
        const { archived: _archived, ...change } = parsed(patch, body)
        return ok(shown(changed(pipelineOf(parts), change)))
      },
      [`PUT ${each}`]: ({ parts, body }) => {
        const { id: _id, createdAt: _createdAt, ...replaced } = newPipeline(parsed(pipelineInput, body))
        return ok(shown(changed(pipelineOf(parts), replaced)))
      },
      [`DELETE ${each}`]: ({ parts, query }) => {
        const pipeline = pipelineOf(parts)
        archive(typeIn(parts['type']), pipeline.stages, pipeline, query)
        return gone
      },
      [`GET ${each}/stages`]: ({ parts }) => ok({ results: living(pipelineOf(parts).stages).map(shownStage) }),
      [`POST ${each}/stages`]: ({ parts, body }) => {
        const { stages } = pipelineOf(parts)
        const made = newStage(parsed(stageInput, body))
        checkLabel(living(stages), made.label)
        stages.push(made)
        return created(shownStage(made))
      },
      [`GET ${each}/stages/:stage`]: ({ parts }) => ok(shownStage(one(pipelineOf(parts).stages, parts['stage']))),
      [`PATCH ${each}/stages/:stage`]: ({ parts, body }) => {
        const { archived: _archived, ...change } = parsed(stagePatch, body)
        return ok(shownStage(changed(one(pipelineOf(parts).stages, parts['stage']), change)))
      },
      [`PUT ${each}/stages/:stage`]: ({ parts, body }) => {
        const { stageId: _stageId, ...replaced } = parsed(stageInput, body)
        return ok(shownStage(changed(one(pipelineOf(parts).stages, parts['stage']), replaced)))
      },
      [`DELETE ${each}/stages/:stage`]: ({ parts, query }) => {
        const stage = one(pipelineOf(parts).stages, parts['stage'])
        archive(typeIn(parts['type']), [stage], stage, query)
        return gone
      },
    },
  }
}

// HubSpot knows a deal that is closed by its probability.
const ofDeal = (label: string, share: number): Record<string, string> => {
  const probability = label === 'won' ? 1 : label === 'lost' ? 0 : Math.max(0.1, Math.round(share * 10) / 10)
  return { probability: String(probability), isClosed: String(label === 'won' || label === 'lost') }
}
const option = ({ id, label, displayOrder }: { id: string; label: string; displayOrder: number }): Option => ({ value: id, label, displayOrder, hidden: false })
const dates = ({ createdAt, updatedAt, archivedAt }: Dated): object => ({ createdAt: iso(createdAt), updatedAt: iso(updatedAt), archived: archivedAt !== undefined, ...(archivedAt !== undefined && { archivedAt: iso(archivedAt) }) })
const shownStage = (stage: Stage): object => ({ id: stage.id, label: stage.label, displayOrder: stage.displayOrder, metadata: stage.metadata, writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT', ...dates(stage) })
const shown = (pipeline: Pipeline): object => ({ id: pipeline.id, label: pipeline.label, displayOrder: pipeline.displayOrder, ...dates(pipeline), stages: pipeline.stages.filter(({ archivedAt }) => archivedAt === undefined).map(shownStage) })
