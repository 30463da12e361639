import { z } from 'zod'

// What every tool answers: business that can't be done is an answer too. say is one sentence, ready to be spoken.
const failure = z.strictObject({ code: z.string(), retryable: z.boolean(), alternatives: z.array(z.strictObject({ slot_id: z.string(), start: z.string(), label: z.string(), seats_left: z.int() })).nullish() })
export const reply = <D extends z.ZodObject>(data: D) => z.strictObject({ ok: z.boolean(), say: z.string(), data: data.nullish(), next: z.string().nullish(), error: failure.nullish() })
export type Failure = { ok: false; say: string; next?: string; error: z.infer<typeof failure> }
export const failed = (code: string, say: string, { retryable = false, alternatives }: { retryable?: boolean; alternatives?: z.infer<typeof failure>['alternatives'] } = {}): Failure => ({
  ok: false, say, error: { code, retryable, ...(alternatives && { alternatives }) },
})
// What can't be had, with what can be instead; where there is nothing, what is left to do.
export const failedNear = (code: string, say: string, alternatives: NonNullable<z.infer<typeof failure>['alternatives']>, none: string): Failure =>
  alternatives.length > 0 ? failed(code, say, { alternatives }) : { ...failed(code, none, { alternatives }), next: 'Si quiere esperar a que se libere un horario, llama a join_waitlist con ese home; si no, ofrécele otra vivienda.' }
