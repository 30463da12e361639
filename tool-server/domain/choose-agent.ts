import { AppError } from '@portero/shared'

// Weighted round robin: whoever is furthest behind their share of what these candidates have shown. Weight 0 shows only where nobody else can.
export const chooseAgent = (candidates: readonly string[], { weights, shown }: { weights: ReadonlyMap<string, number>; shown: ReadonlyMap<string, number> }): string => {
  const willing = candidates.filter((agent) => (weights.get(agent) ?? 0) > 0)
  const asked = willing.length > 0 ? willing : candidates
  const weightOf = (agent: string): number => (willing.length > 0 ? (weights.get(agent) ?? 0) : 1)
  const allWeights = asked.reduce((sum, agent) => sum + weightOf(agent), 0)
  const allShown = Math.max(1, asked.reduce((sum, agent) => sum + (shown.get(agent) ?? 0), 0))
  // Both shares times both totals: no division, so that a tie is a tie.
  const behind = (agent: string): number => weightOf(agent) * allShown - (shown.get(agent) ?? 0) * allWeights
  const [first, ...others] = asked
  if (first === undefined) throw new AppError('bug', 'nobody to choose from')
  return others.reduce((best, agent) => (behind(agent) > behind(best) ? agent : best), first)
}
