// Whether two written names may be one person's. A name never makes two records one; it only backs or speaks against what else they share.
// whole: three words or more. full: two, so a given name and a surname most often. part: too little to go by alone, and nothing against it. unknown: nothing to compare.
// doubt: a single word that doesn't fit, as profiles have them. kin: alike, yet another's, as relatives' and namesakes' are. conflict: nothing alike.
export type Agreement = 'whole' | 'full' | 'part' | 'unknown' | 'doubt' | 'kin' | 'conflict'

export const compareNames = (one: string | undefined, other: string | undefined): Agreement => {
  const [short, long] = [wordsOf(one), wordsOf(other)].toSorted((a, b) => a.length - b.length || (a.join(' ') < b.join(' ') ? -1 : 1))
  if (!short || !long || short.length === 0) return 'unknown'
  const { sure, pairs } = paired(short, long)
  const [leftShort, leftLong] = [rest(short, pairs.map(([a]) => a)), rest(long, pairs.map(([, b]) => b))]
  const startsAlike = pairs.some(([a]) => a === 0) && pairs.some(([, b]) => b === 0)
  // "Ana Sofía García" and "Ana García López" each leave a name out, at different places; "Ana Sofía García" and "Ana Lucía García" are sisters.
  if (leftShort.length > 0) {
    const isCut = leftShort.length === 1 && sure >= 2 && startsAlike && !leftLong.includes(leftShort[0] ?? 0)
    return isCut ? 'part' : short.length === 1 ? 'doubt' : sure > 0 ? 'kin' : 'conflict'
  }
  if (short.length >= 3) return 'whole'
  return short.length === 2 && pairs.some(([, b]) => b === 0) ? 'full' : 'part'
}

const ofNoWeight = new Set('de del la las los y e da do san santa lic ing arq dr dra sr sra srta don dona mtro mtra cp prof profa'.split(' '))
const abbreviations = new Map(Object.entries({
  ma: 'maria', mª: 'maria', fco: 'francisco', gpe: 'guadalupe', jna: 'juana', alej: 'alejandro', glz: 'gonzalez', gzz: 'gonzalez', hdz: 'hernandez', hdez: 'hernandez', rdz: 'rodriguez', mtz: 'martinez', mtnz: 'martinez',
  fdz: 'fernandez', lpz: 'lopez', gtz: 'gutierrez', jmz: 'jimenez', dgz: 'dominguez', vzq: 'vazquez', vzqz: 'vazquez', rmz: 'ramirez', prz: 'perez', snz: 'sanchez', schz: 'sanchez',
}))
const folded = (word: string): string => word.replaceAll('z', 's').replaceAll('v', 'b').replaceAll('ph', 'f').replaceAll('k', 'c').replaceAll('y', 'i') // Vázquez, Vasquez; Karla, Carla
const wordsOf = (name: string | undefined): string[] => {
  const words = (name ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().split(/[^\p{L}]+/u)
  return words.filter((word) => word !== '' && !ofNoWeight.has(word)).map((word) => folded(abbreviations.get(word) ?? word))
}

const nicknames: Record<string, string> = {
  pepe: 'jose', chepe: 'jose', paco: 'francisco', pancho: 'francisco', nacho: 'ignacio', memo: 'guillermo', lalo: 'eduardo', tono: 'antonio', chuy: 'jesus', beto: 'alberto roberto humberto gilberto heriberto norberto',
  quique: 'enrique', kike: 'enrique', rafa: 'rafael', lupe: 'guadalupe', lupita: 'guadalupe', chela: 'graciela', concha: 'concepcion', conchita: 'concepcion', lola: 'dolores', paty: 'patricia', gaby: 'gabriela', maru: 'maria eugenia',
  alex: 'alejandro alejandra', mary: 'maria', licha: 'alicia', chayo: 'rosario', charo: 'rosario', tere: 'teresa', caro: 'carolina', vero: 'veronica', moni: 'monica', chabela: 'isabel', nando: 'fernando', neto: 'ernesto', checo: 'sergio', gero: 'gerardo', manolo: 'manuel',
  poncho: 'alfonso', goyo: 'gregorio', tavo: 'gustavo', gus: 'gustavo', mague: 'margarita', mago: 'margarita', nena: 'elena', lulu: 'lourdes', bety: 'beatriz', coco: 'socorro', cuca: 'refugio', chava: 'salvador', mundo: 'edmundo',
}
const meaning = new Map(Object.entries(nicknames).map(([nickname, names]) => [folded(nickname), names.split(' ').map(folded)]))

type Pair = [number, number]
// One word for one word; those that are sure first.
const paired = (short: string[], long: string[]): { sure: number; pairs: Pair[] } => {
  const pairs: Pair[] = []
  const take = (alike: (a: string, b: string) => boolean): number => {
    for (const [a, word] of short.entries()) {
      const b = long.findIndex((each, at) => !pairs.some(([, taken]) => taken === at) && alike(word, each))
      if (b >= 0 && !pairs.some(([taken]) => taken === a)) pairs.push([a, b])
    }
    return pairs.length
  }
  take((a, b) => a === b)
  const sure = take(isNickname)
  take(isShortened)
  if (pairs.length > 0 || short.length === 1) take(isMistyped) // beside something that is right
  return { sure, pairs }
}
const rest = (words: string[], taken: number[]): number[] => [...words.keys()].filter((at) => !taken.includes(at))

const isNickname = (a: string, b: string): boolean => (meaning.get(a)?.includes(b) ?? false) || (meaning.get(b)?.includes(a) ?? false)
// An initial, "Fer", "Sofi" or "Juanito"; but not Juan and Juana.
const isShortened = (a: string, b: string): boolean => {
  const [brief, whole] = a.length <= b.length ? [a, b] : [b, a]
  if (brief.length !== 2 && brief.length <= 4 && whole.startsWith(brief)) return whole.length >= brief.length + 2 || /[aeiou]$/.test(brief)
  return /it[oa]$/.test(whole) && whole.replace(/it(?=[oa]$)/, '') === brief
}
// One letter wrong, missing, too many, or two swapped; not the last one, which tells Mario from María.
const isMistyped = (a: string, b: string): boolean => {
  if (Math.max(a.length, b.length) < 5 || Math.abs(a.length - b.length) > 1 || a.at(-1) !== b.at(-1)) return false
  let from = 0
  while (a[from] === b[from] && from < a.length) from++
  let back = 0
  while (a.at(-1 - back) === b.at(-1 - back) && back < Math.min(a.length, b.length) - from) back++
  const [middleA, middleB] = [a.slice(from, a.length - back), b.slice(from, b.length - back)]
  return (middleA.length <= 1 && middleB.length <= 1) || (middleA.length === 2 && middleB === `${middleA[1]}${middleA[0]}`)
}
