import type { Finding } from './doctor-connection.ts'

// The way of docs/admin.md: which lines of the doctor say that a step is done. A test compares the two.
export const guide: readonly { part: string; steps: readonly (readonly string[])[] }[] = [
  { part: 'The house', steps: [['portero'], ['configuration'], ['master key'], ['privacy notice'], ['catalogue'], ['database', 'disk', 'server'], ['operators']] },
  { part: 'HubSpot', steps: [['hubspot permitted URLs'], ['hubspot connection', 'hubspot scopes', 'hubspot account', 'hubspot client secret', 'hubspot staff'], ['hubspot setup'], ['hubspot cards', 'hubspot webhook']] },
  { part: 'Bird', steps: [['bird connection', 'bird key'], ['bird setup'], ['bird webhook'], ['tool keys']] },
  { part: 'Mail', steps: [['smtp connection', 'smtp login', 'smtp sender', 'who is told']] },
  { part: 'An agent of our own', steps: [['openai connection', 'openai model']] },
  { part: 'The first visit', steps: [['first visit']] },
]
const steps = guide.flatMap(({ part, steps: some }) => some.map((lines) => ({ part, lines }))).map((step, at) => ({ ...step, number: at + 1 }))

export type Placed = Finding & { step: number | undefined } // step: of the guide; what it has no step for comes last
export const inOrder = (findings: readonly Finding[]): Placed[] => [
  ...steps.flatMap(({ lines, number }) => lines.flatMap((what) => findings.flatMap((finding) => (finding.what === what ? [{ ...finding, step: number }] : [])))),
  ...findings.flatMap((finding) => (steps.some(({ lines }) => lines.includes(finding.what)) ? [] : [{ ...finding, step: undefined }])),
]

// The first that isn't done: something of it is to be mended, or nothing of it can be seen yet. undefined: all of them are.
export const nextStep = (findings: readonly Finding[]): { number: number; part: string } | undefined =>
  steps.find(({ lines }) => {
    const theirs = findings.filter(({ what }) => lines.includes(what))
    return theirs.length === 0 || theirs.some(({ mend }) => mend !== undefined)
  })

export const lineOf = ({ what, told, mend }: Finding): string => (mend === undefined ? `OK    ${what}: ${told}` : `MEND  ${what}: ${told}\n      -> ${mend}`)

// As people read it: by the steps of the guide, then how it stands, then where to go on.
export const printed = (findings: readonly Finding[]): string[] => {
  const placed = inOrder(findings)
  const wrong = placed.filter(({ mend }) => mend !== undefined).length
  const next = nextStep(findings)
  const groups = [...Map.groupBy(placed, ({ step }) => step)]
  return [
    ...groups.flatMap(([step, some]) => [step === undefined ? 'Besides' : `Step ${step} (${steps[step - 1]?.part ?? ''})`, ...some.map(lineOf)]),
    wrong === 0 && next === undefined ? 'All is well.' : `${wrong} of ${placed.length} to mend.`,
    ...(next ? [`Next: step ${next.number} of docs/admin.md (${next.part}).`] : []),
  ]
}
// For a machine that looks each morning: ids of lines stay as they are.
export const asJson = (findings: readonly Finding[]): string => {
  const placed = inOrder(findings)
  return JSON.stringify({ well: isWell(findings), next: nextStep(findings)?.number ?? null, lines: placed.map(({ step = null, what, told, mend }) => ({ step, what, ok: mend === undefined, told, ...(mend !== undefined && { mend }) })) }, undefined, 2)
}
export const isWell = (findings: readonly Finding[]): boolean => findings.every(({ mend }) => mend === undefined) && nextStep(findings) === undefined
