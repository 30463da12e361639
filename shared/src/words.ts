// Everything that people read is written in both; es-MX comes first.
export type Language = 'es-MX' | 'en'
export const languages: readonly Language[] = ['es-MX', 'en']
export type Words = Record<Language, string>
