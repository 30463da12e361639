import { z } from 'zod'
import { AppError } from '@portero/shared'
import { read } from '../../domain/ports/answers.ts'
import { stages } from '../../domain/ports/crm.ts'
import type { Properties } from './mapping.ts'
import type { Settings } from './settings.ts'
import { replyOf, type HubSpot } from './typed.ts'

// A stage that somebody took away holds no deal back: it stays where it is, and one that is new stands in the nearest that is open, until what is amiss is mended.
export type Stage = (typeof stages)[number]
export const stageProperties = ['pipeline', 'dealstage'] as const
export const lost = (before: Properties, after: Properties): boolean => before['dealstage'] !== undefined && after['dealstage'] === undefined

// HubSpot makes no deal that stands nowhere.
export const standIn = async (hubSpot: HubSpot, settings: Settings, { wanted = '', thrown }: { wanted: string | undefined; thrown: unknown }): Promise<{ stage: Stage; properties: Properties }> => {
  if (!(thrown instanceof AppError) || !JSON.stringify(thrown.detail ?? '').includes('REQUIRED_PROPERTIES_MISSING')) throw thrown
  // https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/pipelines/get-crm-v3-pipelines-objectType-pipelineId
  const { stages: there } = read('hubspot', pipeline, await replyOf(hubSpot.pipelines.getByIdWithHttpInfo('deals', settings.pipeline)))
  const place = stages.findIndex((stage) => settings.stages[stage] === wanted)
  const away = (stage: Stage): number => place - stages.indexOf(stage) // those before it come first
  const open = stages.filter((stage) => stage !== 'won' && stage !== 'lost' && there.some(({ id, archived }) => id === settings.stages[stage] && !archived))
  const [nearest] = open.toSorted((a, b) => Number(away(a) < 0) - Number(away(b) < 0) || Math.abs(away(a)) - Math.abs(away(b)))
  if (!nearest) throw thrown
  return { stage: nearest, properties: { pipeline: settings.pipeline, dealstage: settings.stages[nearest] } }
}
const pipeline = z.object({ stages: z.array(z.object({ id: z.string(), archived: z.boolean().default(false) })) })

// What a stage is called is people's; only a name that is another one's is worth a word.
const sounds: Readonly<Record<Stage, RegExp>> = {
  new: /nuev|new|sin contactar/i, qualified: /(?<!no )calific|(?<!not |un)qualif|perfil/i, visit_scheduled: /(visit|cita|recorrido|tour|appointment).*(agend|program|schedul)|(agend|program|schedul).*(visit|cita|recorrido|tour)/i,
  visit_done: /(visit|cita|recorrido|tour).*(hech|realiz|done|held|complet)|visited|visitó/i, application: /solicitud|aplicaci|application|investigaci/i, won: /ganad|won|rentad|firmad/i, lost: /perdid|lost|descart|^no /i,
}
export const doubtAbout = (stage: Stage, label: string): string => {
  const like = stages.filter((each) => sounds[each].test(label.replaceAll('_', ' ')))
  return like.length === 0 || like.includes(stage) ? '' : `, which sounds like ${like.join(' or ')}: see that the ids of the settings are the right ones`
}
