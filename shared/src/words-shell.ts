import type { Language } from './words.ts'

// What stands around every page of the console.
const es = { more: (waiting: number) => (waiting === 0 ? 'Más' : `Más (${waiting.toLocaleString('es-MX')})`), menu: (waiting: number) => (waiting === 0 ? 'Menú' : `Menú (${waiting.toLocaleString('es-MX')})`), languages: 'Idioma' }
export type ShellWords = typeof es
const en: ShellWords = { more: (waiting) => (waiting === 0 ? 'More' : `More (${waiting.toLocaleString('en')})`), menu: (waiting) => (waiting === 0 ? 'Menu' : `Menu (${waiting.toLocaleString('en')})`), languages: 'Language' }
export const shellWords: Record<Language, ShellWords> = { 'es-MX': es, en }
