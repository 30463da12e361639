import type { Rule } from './source.ts'

// A small tree that breaks a rule, with where it must be found, or one that comes close and must pass.
export type Tree = Record<string, string>
export type Planted = [title: string, tree: Tree, found: string[]]
export type Case = { rule: Rule; says: string; planted: Planted[] }

export const plant = (tree: Tree): { path: string; text: string }[] => Object.entries(tree).map(([path, text]) => ({ path, text }))
// The place of each finding, without its sentence.
export const places = (findings: string[]): string[] => findings.map((finding) => finding.replace(/ .*/, '')).toSorted()
// One line of code in one file, found there or not.
export const line = (path: string, text: string, isFound: boolean): Planted => [`${text}  in ${path}`, { [path]: text }, isFound ? [`${path}:1`] : []]
