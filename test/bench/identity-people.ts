// Invented people as three systems hold them: what WhatsApp's webhooks say, Bird's list of contacts, and what leasing agents typed into HubSpot. It knows nothing of how they will be told apart.
export type Raw =
  | { system: 'whatsapp'; contact: string; from?: string; bsuid?: string; profile?: string; at: number }
  | { system: 'bird'; contact: string; identifier?: string; name?: string; at: number }
  | { system: 'hubspot'; record: string; firstname?: string; lastname?: string; phone?: string; email?: string; at: number }
// Kept apart from the records: who it truly is, by which number and mailbox it could be known, and whether what is written as a name tells anything.
export type Truth = { person: number; at: number; number?: string; mailbox?: string; bsuid?: string; contact?: string; isTelling: boolean }
export type Population = { people: number; records: Raw[]; truths: Truth[] }

const day = 86_400_000
const restDays = 120 // so long, at least, a number that was given up is nobody's
const today = Date.UTC(2026, 10, 21)
const usernamesCame = Date.UTC(2026, 3, 1) // since when webhooks carry WhatsApp's own id

const women = 'María Guadalupe Juana Margarita Verónica Leticia Rosa Alejandra Elizabeth Gabriela Patricia Adriana Araceli Fernanda Sofía Valeria Ximena Daniela Ana Laura Regina Camila Andrea Paola Mariana Diana Karla Mónica Silvia Teresa Carmen Martha Lucía Natalia Renata Brenda Claudia Norma Alicia Isabel'.split(' ')
const men = 'José Juan Luis Francisco Jesús Miguel Antonio Alejandro Pedro Manuel Carlos Jorge Roberto Fernando Ricardo Eduardo Javier Sergio Rafael Daniel Martín Raúl Arturo Enrique Óscar Víctor Alberto Mario Guillermo Santiago Mateo Diego Emiliano Leonardo Marco Ignacio Gerardo Andrés Héctor Iván'.split(' ')
const surnames = 'Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Cruz Flores Gómez Morales Vázquez Jiménez Reyes Díaz Torres Gutiérrez Ruiz Mendoza Aguilar Ortiz Moreno Castillo Romero Álvarez Méndez Chávez Rivera Juárez Ramos Domínguez Herrera Medina Castro Vargas Guzmán Velázquez Rojas Contreras Salazar Luna Ortega Guerrero Estrada Bautista Cortés Soto Alvarado Espinoza Lara Ávila Ríos Cervantes Silva Delgado Vega Márquez Sandoval Carrillo León Mejía Solís Rosas Ibarra Valdez Nájera Peña Quiñones Treviño Zúñiga Montes Barrera Cárdenas'.split(' ').concat('de la Cruz', 'de León', 'del Río', 'de la Rosa')
const callNames: Record<string, string[]> = {
  José: ['Pepe'], Francisco: ['Paco', 'Pancho'], Ignacio: ['Nacho'], Guillermo: ['Memo'], Eduardo: ['Lalo'], Antonio: ['Toño'], Jesús: ['Chuy'], Alberto: ['Beto'], Roberto: ['Beto'], Enrique: ['Quique'], Fernando: ['Fer'], Fernanda: ['Fer'],
  Guadalupe: ['Lupita', 'Lupe'], Patricia: ['Paty'], Gabriela: ['Gaby'], Teresa: ['Tere'], Verónica: ['Vero'], Mónica: ['Moni'], Alejandra: ['Ale'], Alejandro: ['Ale', 'Alex'], Daniela: ['Dani'], Daniel: ['Dani'], Sofía: ['Sofi'], Juan: ['Juanito'], Ana: ['Anita'], Rafael: ['Rafa'], Isabel: ['Isa'], Valeria: ['Vale'],
}
const abbreviated: Record<string, string> = { María: 'Ma.', Guadalupe: 'Gpe.', Francisco: 'Fco.', Hernández: 'Hdz', González: 'Glz', Rodríguez: 'Rdz', Martínez: 'Mtz' }
const whims = ['🌸', '✨🏠✨', 'Disponible', '🦁', 'Mamá de tres', '...', 'VENTAS', 'Soy yo', '💜💜', 'Los de la casa azul']
const placeholders = { phones: ['5555555555', '0000000000', '1111111111', 'no tiene', 'pendiente', '55 1234', 'N/A', '123'], emails: ['no@tiene.com', 'sincorreo@correo.com', 'x@x.com', 'pendiente'] }
const areas = ['55', '55', '55', '56', '33', '81', '222', '442', '664', '656', '998', '614', '477', '444', '999', '662', '722', '229']

export const invent = ({ people: wanted, seed }: { people: number; seed: number }): Population => {
  const chance = generator(seed)
  const isSo = (share: number): boolean => chance() < share
  const upTo = (count: number): number => Math.floor(chance() * count)
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)]!
  const common = <T>(from: readonly T[]): T => from[Math.floor(chance() ** 1.8 * from.length)]! // the first ones are the most frequent
  const digits = (count: number): string => Array.from({ length: count }, () => upTo(10)).join('')
  const token = (count: number): string => Array.from({ length: count }, () => pick('ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'.split(''))).join('')
  const before = (at: number, fromDays: number, toDays: number): number => at - Math.floor((fromDays + chance() * (toDays - fromDays)) * day)

  const given = new Set<string>()
  const unused = (make: () => string): string => {
    for (;;) {
      const made = make()
      if (!given.has(made) && given.add(made)) return made
    }
  }
  const newNumber = (): string => unused(() => {
    const area = pick(areas)
    return isSo(0.03) ? `1${pick(['213', '619', '956', '210', '312'])}${2 + upTo(8)}${digits(6)}` : `52${area}${1 + upTo(9)}${digits(9 - area.length)}`
  })

  type Person = { id: number; given: string[]; family: [string, string]; number: string; mailbox: string; from: number; until: number; contact: string; lent?: string; office?: string }
  const everybody: Person[] = []
  const born = (over: Partial<Person> = {}): Person => {
    const names = isSo(0.5) ? women : men
    const first = over.given?.[0] ?? common(names)
    const second = isSo(0.4) ? common(names) : first
    const family: [string, string] = over.family ?? [common(surnames), common(surnames)]
    const until = isSo(0.7) ? before(today, 0, 120) : before(today, 120, 700)
    const mailbox = unused(() => pick([
      `${plain(first)}.${plain(family[0])}${upTo(99)}`, `${plain(first)[0]}${plain(family[0])}${plain(family[1])}${upTo(999)}`, `${plain(family[0])}_${plain(first)}${1960 + upTo(48)}`, `${token(6).toLowerCase()}${upTo(99)}`,
    ]) + pick(['@gmail.com', '@gmail.com', '@gmail.com', '@hotmail.com', '@outlook.com', '@yahoo.com.mx', '@empresa.example']))
    const person: Person = { id: everybody.length, given: second === first ? [first] : [first, second], family, number: newNumber(), mailbox, until, from: before(until, 0, 300), contact: `bc-${token(12)}`, ...over }
    everybody.push(person)
    return person
  }
  while (everybody.length < wanted) {
    const kind = chance()
    if (kind < 0.05) { // a couple: one phone is given for both, sometimes one mailbox
      const [one, other] = [born(), born()]
      if (isSo(0.8)) other.lent = one.number
      if (isSo(0.3)) other.mailbox = one.mailbox
    } else if (kind < 0.065) { // an office: its landline for everybody in it
      const office = newNumber()
      for (let left = 3 + upTo(4); left > 0; left--) born({ office })
    } else if (kind < 0.08) { // a family at home: the same surnames, one landline; now and then the same given name
      const home = newNumber()
      const parent = born({ office: home })
      born({ office: home, family: [parent.family[0], common(surnames)], ...(isSo(0.1) && { given: [parent.given[0]!] }) })
      born({ office: home, family: [parent.family[0], parent.family[1]] })
    } else if (kind < 0.12) { // a number that somebody gave up, and somebody else has now; Bird may keep its contact
      const former = born()
      former.until = before(today, 620, 1_200)
      former.from = before(former.until, 0, 300)
      const from = former.until + Math.floor((restDays + chance() * 480) * day)
      born({ number: former.number, from, until: Math.min(today, from + Math.floor(chance() * 200 * day)), ...(isSo(0.5) && { contact: former.contact }) })
    } else {
      born()
    }
  }

  const records: Raw[] = []
  const truths: Truth[] = []
  const add = (record: Raw, truth: Truth): void => {
    records.push(record)
    truths.push(truth)
  }
  const when = ({ from, until }: Person): number => from + Math.floor(chance() * (until - from))
  const slip = (word: string): string => {
    if (word.length < 5 || word.includes(' ')) return word
    const at = 1 + upTo(word.length - 3)
    return pick([word.slice(0, at) + word.slice(at + 1), word.slice(0, at) + word[at] + word.slice(at), word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2), word.slice(0, at) + pick('aeiorst'.split('')) + word.slice(at + 1)])
  }
  const written = (words: string[]): string => {
    let text = words.map((word) => (isSo(0.06) ? abbreviated[word] ?? word : word)).map((word) => (isSo(0.015) ? slip(word) : word)).join(' ')
    if (isSo(0.45)) text = bare(text)
    return isSo(0.12) ? text.toUpperCase() : isSo(0.15) ? text.toLowerCase() : text
  }
  // firstname and lastname as people fill them in.
  const typedName = ({ given: names, family }: Person): { firstname?: string; lastname?: string; isTelling: boolean } => {
    const kind = chance()
    const call = callNames[names[0]!]
    if (kind < 0.45) return { firstname: written(names), lastname: written(family), isTelling: true }
    if (kind < 0.68) return { firstname: written(names), lastname: written([family[0]]), isTelling: true }
    if (kind < 0.78) return { firstname: written([names[0]!]), lastname: written([family[0]]), isTelling: true }
    if (kind < 0.84) return { firstname: written([...family, ...names]), isTelling: true }
    if (kind < 0.88) return { firstname: written(family), lastname: written(names), isTelling: true }
    if (kind < 0.93 && call) return { firstname: pick(call), lastname: written([family[0]]), isTelling: true }
    if (kind < 0.97) return { firstname: written([names[0]!]), isTelling: true }
    return isSo(0.5) ? { lastname: written([family[0]]), isTelling: false } : { isTelling: false }
  }
  const profile = ({ given: names, family }: Person): { name?: string; isTelling: boolean } => {
    const kind = chance()
    const call = callNames[names[0]!]
    if (kind < 0.35) return { name: written([names[0]!, family[0]]), isTelling: true }
    if (kind < 0.5) return { name: written([...names, ...family]), isTelling: true }
    if (kind < 0.72) return { name: written([names[0]!]) + (isSo(0.2) ? ' 🌻' : ''), isTelling: true }
    if (kind < 0.8 && call) return { name: pick(call), isTelling: true }
    return isSo(0.6) ? { name: pick(whims), isTelling: false } : { isTelling: false }
  }
  const typedPhone = (number: string): string => {
    if (number.startsWith('1')) return pick([`+${number}`, `+1 (${number.slice(1, 4)}) ${number.slice(4, 7)}-${number.slice(7)}`, `001${number.slice(1)}`, number])
    const ten = number.slice(2)
    const area = /^(55|56|33|81)/.test(ten) ? ten.slice(0, 2) : ten.slice(0, 3)
    const [left, right] = [ten.slice(area.length, -4), ten.slice(-4)]
    return pick([
      ten, ten, `${area} ${left} ${right}`, `(${area}) ${left}-${right}`, `${area}-${left}-${right}`, `+52${ten}`, `+52 ${area} ${left} ${right}`, `52${ten}`, `+521${ten}`, `521${ten}`, `+52 1 ${area} ${left} ${right}`, `044${ten}`, `044 ${area} ${left}${right}`,
      `045${ten}`, `045 (${area}) ${left} ${right}`, `01${ten}`, `01 (${area}) ${left}-${right}`, `0052${ten}`, `00521${ten}`, `tel. ${area} ${left} ${right}`, `Cel: ${ten}`, `${ten} (casa)`, `${area}.${left}.${right}`, `${ten} / ${ten}`,
    ])
  }
  const typedEmail = (mailbox: string): string => {
    const [local = '', host = ''] = mailbox.split('@')
    if (host === 'gmail.com' && isSo(0.12)) return isSo(0.5) ? `${local.replaceAll('.', '')}@${host}` : `${local}+depas@${host}`
    return pick([mailbox, mailbox, mailbox, ` ${mailbox} `, mailbox.toUpperCase(), `${local[0]!.toUpperCase()}${local.slice(1)}@${host}`])
  }

  for (const person of everybody) {
    const bsuid = `MX.${token(20)}`
    const writes = isSo(0.8) ? 1 + upTo(3) : 0
    const isHidden = isSo(0.05) // behind a username: WhatsApp shows no number
    for (let n = 0; n < writes; n++) {
      const at = when(person)
      const { name, isTelling } = profile(person)
      const ten = /^52(\d{10})$/.exec(person.number)?.[1]
      const wire = ten && isSo(0.6) ? `521${ten}` : person.number
      const hasId = at > usernamesCame
      const showsNumber = !(isHidden && hasId)
      add({ system: 'whatsapp', contact: person.contact, at, ...(showsNumber && { from: isSo(0.5) ? `+${wire}` : wire }), ...(hasId && { bsuid }), ...(name && { profile: name }) },
        { person: person.id, at, contact: person.contact, isTelling, ...(showsNumber && { number: person.number }), ...(hasId && { bsuid }) })
    }
    if (writes > 0 && isSo(0.9)) {
      const { name, isTelling } = profile(person)
      const hides = isHidden && person.from > usernamesCame
      const at = when(person)
      add({ system: 'bird', contact: person.contact, at, ...(!hides && { identifier: `+${person.number}` }), ...(name && { name }) }, { person: person.id, at, contact: person.contact, isTelling, ...(!hides && { number: person.number }) })
    }
    for (let left = writes === 0 ? 1 + upTo(3) : upTo(3); left > 0; left--) {
      const { isTelling, ...name } = typedName(person)
      const kind = chance()
      const number = kind < 0.15 ? undefined : person.office && isSo(0.6) ? person.office : person.lent && isSo(0.6) ? person.lent : person.number
      const phone = number ? typedPhone(number) + (number === person.office && isSo(0.3) ? ` ext. ${100 + upTo(900)}` : '') : isSo(0.1) ? pick(placeholders.phones) : undefined
      const mailbox = isSo(0.6) ? person.mailbox : undefined
      const email = mailbox ? typedEmail(mailbox) : isSo(0.03) ? pick(placeholders.emails) : undefined
      const at = when(person)
      add({ system: 'hubspot', record: String(records.length + 1), at, ...name, ...(phone && { phone }), ...(email && { email }) }, { person: person.id, at, isTelling, ...(number && { number }), ...(mailbox && { mailbox }) })
    }
  }
  return { people: everybody.length, records, truths }
}

const bare = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '')
const plain = (text: string): string => bare(text).toLowerCase().replace(/[^a-z]/g, '')

// mulberry32
const generator = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}
