// How far one answer may go. Past any of these a person is called.
export const bounds = {
  turns: 8, calls: 12, repairs: 2, same: 2, // same: how often one call is made with the same arguments
  wallMs: 45_000,
  tokens: 4_000, // of one turn, its thinking included
}

// What it may cost, in millionths of a US dollar: one answer, all that one person is answered in a day, and the whole day, the drafts for our own people included.
export type Spending = { perRun: number; perPersonAndDay: number; perDay: number }
const dollar = 1_000_000
type Dollars = { perAnswer?: number | undefined; perPersonAndDay?: number | undefined; perDay?: number | undefined }
export const spendingOf = ({ perAnswer = 0.25, perPersonAndDay = 1, perDay = 100 }: Dollars = {}): Spending =>
  ({ perRun: perAnswer * dollar, perPersonAndDay: perPersonAndDay * dollar, perDay: perDay * dollar })

// Where nobody knows the price, that of a model of the middle.
export const costOf = ({ input, output, micros }: { input: number; output: number; micros?: number | undefined }): number => micros ?? Math.ceil(input + output * 5)
