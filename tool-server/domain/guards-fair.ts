import { anywhere, either } from './opt-out.ts'

// Who may live somewhere, told apart by what they are: nobody is refused for it, and nobody is kept away from others for it (Mexico: Ley Federal para Prevenir y Eliminar la Discriminación, art. 9).
// Only where somebody asks whether such people are taken, or wants them not to be there: what only names them, such as a church or a Chinese restaurant, is ordinary.
const nation = either('extranjer[oa]s?', 'migrantes?', 'inmigrantes?', 'indocumentad[oa]s?', 'refugiad[oa]s?', 'venezolan[oa]s?', 'colombian[oa]s?', 'haitian[oa]s?', 'argentin[oa]s?', 'cuban[oa]s?', 'hondur[ea]n[oa]s?', 'guatemaltec[oa]s?', 'salvadoren[oa]s?', 'centroamerican[oa]s?', 'sudamerican[oa]s?', 'peruan[oa]s?', 'ecuatorian[oa]s?', 'brasilen[oa]s?', 'espanol(?:as?|es)?', 'chin[oa]s?', 'asiatic[oa]s?', 'corean[oa]s?', 'japones(?:as?|es)?', 'gring[oa]s?', 'american[oa]s', 'norteamerican[oa]s?', 'estadounidenses?', 'canadienses?', 'indi[oa]s', 'african[oa]s?', 'arabes?', 'rus[oa]s?', 'mexican[oa]s?', 'chilang[oa]s?', 'otra nacionalidad', 'otros paises', 'otro pais', 'foreigners?', 'immigrants?', 'mexicans?', 'americans', 'venezuelans?', 'colombians?', 'chinese', 'haitians?', 'arabs?', 'indians?', 'africans?')
const colour = either('negr[oa]s?', 'moren[oa]s?', 'priet[oa]s?', 'nac[oa]s?', 'blanc[oa]s?', 'guer[oa]s', 'afro\\w*', 'indigenas?', '(?:personas|gente) de color', 'otra raza', 'otras razas', 'blacks?', 'whites', '(?:black|white|brown) people', 'people of colou?r')
const faith = either('judi[oa]s?', 'musulman(?:[oa]?s|es)?', 'islamic[oa]s?', 'cristian[oa]s?', 'catolic[oa]s?', 'evangelic[oa]s?', 'testigos de jehova', 'mormon(?:es)?', 'ateos?', 'otra religion', 'otras religiones', 'jews?', 'jewish(?: people)?', 'muslims?', 'christians?', 'catholics?')
const love = either('gays?', 'homosexuales?', 'lesbianas?', 'lesbic[oa]s?', 'bisexuales?', 'trans', 'transexuales?', 'transgenero', 'travestis?', 'lgbt\\w*', 'no binari[oa]s?', 'jot[oa]s', 'putos', 'maricon(?:es)?', '(?:parejas? )?del mismo sexo', 'mismo sexo', 'heterosexuales', 'heteros', 'lesbians?', 'same sex(?: couples?)?', 'queer')
const body = either('(?:alguna )?discapacidad', 'discapacitad[oa]s?', '(?:en )?silla de ruedas', 'cieg[oa]s?', 'sord[oa]s?', 'autistas?', 'autismo', 'sindrome de down', 'vih', 'sida', 'seropositiv[oa]s?', 'embarazad[oa]s?', 'embarazo', 'disabled', 'disabilit(?:y|ies)', 'wheelchairs?', 'pregnant(?: women)?', 'hiv')
const family = either('madres? solter[oa]s?', 'mamas? solteras?', 'divorciad[oa]s?', 'viud[oa]s?', 'ancian[oa]s?', 'viejit[oa]s?', 'viej[oa]s', '(?:adultos|personas) mayores', 'tercera edad', 'jubilad[oa]s?', 'single (?:mothers?|moms?|parents?)', 'elderly(?: people)?', 'seniors')
const children = either('nin[oa]s?', 'chamac[oa]s', 'bebes?', 'hij[oa]s?', 'menores(?: de edad)?', 'recien nacid[oa]s?', 'familias?', 'chiquit[oa]s', 'kids?', 'child(?:ren)?', 'bab(?:y|ies)', 'toddlers?', 'famil(?:y|ies)')
const people = either(nation, colour, faith, love, body, family)

// Five words at most stand between: aceptan a una pareja de chicas lesbianas.
const few = '(?: (?!en |cerca |frente |junto |al lado )\\w+){0,5}?'
const take = either('acept[ae]n?', 'aceptas', 'aceptarian?', 'admiten?', 'reciben?', 'permiten?', 'dejan (?:entrar|vivir)', '(?:le |les )?rent(?:an?|as|arian?)(?: a| con)', 'discriminan', 'rechazan', '(?:le |les )?dan(?: el| un)? (?:depa|departamento|contrato)', 'son bienvenid[oa]s', 'do you (?:accept|take|allow|rent to)', 'you (?:accept|allow|rent to)')
const welcomed = either('bienvenid[oa]s?', 'aceptad[oa]s', 'permitid[oa]s', 'se aceptan', 'se permiten', 'se admiten', 'welcome', 'allowed', 'accepted', 'okay', 'ok', '(?:gay|lgbt\\w*|kid|child|family) ?friendly')
const matter = either('(?:hay|habria|tienen|tendrian|seria|es|tendria) (?:algun |un )?(?:problema|inconveniente|impedimento|bronca)', 'les? (?:molesta|importa|afecta)', '(?:importa|afecta|pasa algo)', 'is it (?:a problem|ok|okay|an issue)', 'any (?:problem|issue)', 'does it matter', 'do you mind')
const being = either('si (?:soy|somos|estoy|estamos|es|son|tengo|tenemos|uso|vivo con)', 'que (?:sea|seamos|este|sean|tenga|tengamos|use|usemos|viva con)', 'con(?: que sea)?', 'por ser', 'siendo', 'if (?:i am|im|we are|were|i have|we have|my)', 'with', 'that (?:i am|im|we are)')
const mayLive = either('pued(?:o|en|e|emos) (?:rentar|vivir|aplicar|alquilar)', 'podr(?:ia|ian|iamos) (?:rentar|vivir|aplicar)', 'me (?:rentan|rentarian|aceptan|aceptarian)', 'nos (?:rentan|rentarian|aceptan|aceptarian)', 'can (?:i|we|they) (?:rent|live|apply)', 'would you rent to')
const askedAbout = (whom: string): RegExp =>
  anywhere(`${take}${few} ${whom}`, `${whom}(?: (?:son|is|are))? ${welcomed}`, `${welcomed}(?: (?:a|las?|los|for|to))*${few} ${whom}`, `${matter} ${being}${few} ${whom}`, `${being}${few} ${whom}(?: \\w+){0,4}? ${matter}`, `${mayLive}(?: \\w+){0,3}? ${being}${few} ${whom}`, `(?:soy|somos|estoy|tengo|tenemos|im|i am|we are|i have|we have)${few} ${whom}(?: \\w+){0,3}? (?:y |and )*(?:${mayLive}|${matter})`, `${mayLive}${few} ${whom}`, `${whom}(?: \\w+){0,4}? (?:pueden?|can) (?:rentar|vivir|aplicar|rent|live|apply)`, `(?:can|may) ${whom} (?:rent|live|apply)`)
const friendly = anywhere('(?:gay|lgbt\\w*) ?friendly')
const childFriendly = anywhere('(?:kid|child|family) ?friendly')
const asksPeople = askedAbout(either(people, 'de (?:venezuela|colombia|haiti|cuba|argentina|peru|honduras|guatemala|el salvador|nicaragua|ecuador|brasil|chile|china|india|rusia|africa|estados unidos|espana)'))
const asksChildren = askedAbout(children)

// Wanted away, or wanted alone.
const neighbour = either('vecin[oa]s?', 'inquilin[oa]s?', 'roomies?', 'roommates?', 'gente', 'personas', 'residentes', 'neighbou?rs?', 'tenants?', 'people')
const away = either(
  `(?:no (?:quiero|queremos|quisiera|soporto|aguanto|me gustan?|me agradan?|acepto|tolero)|odio|detesto|prefiero no|evitar|(?:dont|do not) (?:want|like)|i hate)(?: (?:ver|tener|vivir|estar|compartir|convivir|que haya|que vivan|a|con|cerca de|junto a|entre|puros?|to|live|living|near|next|have|any|los|las))*(?: ${neighbour})?(?: (?:que sean|de|con|a|who are|that are))*`,
  `(?:sin|donde no haya|que no haya|que no vivan|que no sean|que no tengan?|libre de|lejos de|without|no|away from|where there are no)(?: (?:vivan|tantos|muchos|puros|ningun|any|los|las|el|la))*(?: ${neighbour})?(?: (?:que sean|de|con))*`,
)
const alone = either('sol[oa](?:mente)?', 'unicamente', 'nada mas', 'nomas', 'exclusiv[oa](?:mente)?', 'puros?', 'only', 'just')
const apart = (whom: string): RegExp => anywhere(`${away} ${whom}`, `${alone}(?: (?:para|entre|con|haya|vivan|sean|rent[ae]n|rento|aceptan?|a|quiero|for|with|want))*(?: ${neighbour})?(?: que sean)? ${whom}`)
const counted = anywhere(`(?:hay|viven|habitan|cuant[oa]s|que tant[oa]s|are there|how many)(?: (?:much[oa]s?|puros?|tant[oa]s?|gente|vecin[oa]s|personas|many|any|a lot of))*(?: de)? ${either(nation, colour, faith, love)}(?! (?:restaur|comida|tienda|colegio|escuela|iglesia|temple|food|restaurant))`)
const apartPeople = apart(people)
const apartChildren = apart(either('nin[oa]s', 'chamac[oa]s', 'bebes', 'menores', 'kids', 'children', 'babies'))
// Walls are white, kitchens are American, and some foods are Chinese.
const things = anywhere(
  '(?:comida|restaurante|cocina|barra|escuela|colegio|iglesia|templo|zona|color|paredes?|pisos?|muebles?|puertas?|closets?|acabados?|sillon|tono|mascota|perr[oa]s?|gat[oa]s?|hospital|embajada|consulado|credito|tarjeta|pasaporte|aval|cocinas?|calle|colonia|barrio|linea|agua|vino|arroz|caja|lista|humor|auto|coche|estilo|mobiliario|muros?|granito|marmol|ventanas?|canceleria|school|church|food|restaurant|furniture|walls?|floors?|kitchen|cabinets?) (?:\\w+ )?(?:chin[oa]s?|american[oa]s?|mexican[oa]s?|negr[oa]s?|blanc[oa]s?|moren[oa]s?|cristian[oa]s?|catolic[oa]s?|judi[oa]s?|arabes?|espanol(?:as?|es)?|japones(?:as?|es)?|extranjer[oa]s?|black|white|chinese)',
  '(?:en|moneda|peso|pesos|dolar|dolares|tarjetas?|bancos?|cuentas?|licencia|visa|aval(?:es)?|fiador(?:es)?|documentos?|pasaportes?) (?:extranjer[oa]s?|mexican[oa]s?|american[oa]s?|en el extranjero|canadienses?)', 'american express', 'en (?:el )?(?:extranjero|espanol|ingles|japones)',
)

export type Fair = 'welcome' | 'children' | 'apart'
export const fairIn = (clause: string): { kind: Fair; said: string } | undefined => {
  if (things.test(clause)) return undefined
  for (const [kind, pattern] of kinds) {
    const [said] = pattern.exec(clause) ?? []
    if (said !== undefined) return { kind, said }
  }
  return undefined
}
const kinds: readonly (readonly [Fair, RegExp])[] = [['welcome', friendly], ['apart', apartPeople], ['apart', apartChildren], ['apart', counted], ['welcome', asksPeople], ['children', childFriendly], ['children', asksChildren]]
