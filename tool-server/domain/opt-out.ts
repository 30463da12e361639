import { plainWords } from './search-homes.ts'

// What is heard before any model: whoever wants no more messages, whoever wants a person, whoever is in danger. Spanish and English, by rules that can be read.
export type Wish = 'stop' | 'start' | 'ask' // ask: they may mean the visit, or not all messages

export const either = (...phrases: readonly string[]): string => `(?:${phrases.join('|')})`
export const whole = (...phrases: readonly string[]): RegExp => new RegExp(`^${either(...phrases)}$`)
export const anywhere = (...phrases: readonly string[]): RegExp => new RegExp(`(?:^|\\b)${either(...phrases)}(?:\\b|$)`)

// A message is read clause by clause, each without what is only polite.
export const clausesOf = (text: string): string[] =>
  text.slice(0, 1_000).normalize('NFKC').replace(/['’´`]/g, '').split(/[.,;:!?¡¿…()"“”*\n]+/).map(plainWords).filter((clause) => clause !== '')
const stripping = (...phrases: readonly string[]) => {
  const [first, last] = [new RegExp(`^${either(...phrases)}(?: |$)`), new RegExp(`(?:^| )${either(...phrases)}$`)]
  const strip = (said: string): string => {
    const left = said.replace(first, '').replace(last, '')
    return left === said ? left : strip(left)
  }
  return strip
}

const thanks = either(
  '(?:muchas |mil )?gracias(?: por (?:todo|su (?:ayuda|tiempo|atencion)))?', 'thank you(?: (?:so|very) much)?', 'thanks', 'thx', 'ok', 'okay', 'okey', 'oki', 'vale', 'va', 'sale', 'listo', 'perfecto', 'excelente', 'super', 'genial',
  'de acuerdo', 'entendido', 'enterad[oa]', 'muy bien', 'esta bien', 'bien', 'igualmente', 'saludos', 'que tengan? (?:buen|bonito|excelente) dia', 'nos vemos(?: (?:manana|ahi|alla|pronto|luego))?', 'hasta (?:luego|pronto|manana)', 'perfect', 'great', 'got it', 'see you', 'bye', 'adios',
)
const greetings = either('hola', 'hi', 'hello', 'hey', 'buen dia', 'buen[oa]s (?:dias|tardes|noches)', 'buenas', 'disculpen?', 'perdon', 'oigan?')
const please = either('por favor', 'porfa(?:vor|s)?', 'favor(?! de\\b)', 'please', 'pls', 'plis', 'plz', 'ya', 'urgente')
const reasons = either('(?:ya )?no (?:me interesa(?! recibir)|estoy interesad[oa])', '(?:ya )?(?:encontre|rente|tengo|consegui) (?:otr[oa] )?(?:depa|departamento|casa|lugar|donde vivir)', '(?:im )?not interested')
export const withoutThanks = stripping(thanks)
export const withoutCourtesy = stripping(greetings, thanks, please, reasons)

// Whoever says that they look no more, and nothing else: who goes on may mean one home of several.
const home = either('depas?', 'departamentos?', 'casas?', 'lugar', 'lado', 'algo', 'opcion', 'donde vivir', 'place', 'apartment', 'home', 'house', 'flat', 'something', 'somewhere')
const notLooking = either(
  'no (?:me|nos) interesa', 'no est(?:oy|amos) (?:interesad[oa]s?|buscando)', `no (?:busco|buscamos|necesito|necesitamos|voy a rentar|vamos a rentar)(?: (?:nada|mas|${home}))*`,
  `(?:encontre|encontramos|rente|rentamos|consegui|conseguimos|tengo|tenemos)(?: (?:en|un|una|otr[oa]))* ${home}`,
  '(?:(?:im|i am|we are) )?(?:no longer|not) (?:looking|interested)(?: any ?more)?', `(?:(?:i|we|ive|weve) )?(?:have )?(?:already )?(?:found|rented)(?: (?:a|an|another))? ${home}(?: else)?`,
)
const besides = either('lo siento', 'fij(?:ate|ese|ense) que', 'al final', 'la verdad', 'pues', 'por (?:el momento|ahora)', '(?:im )?sorry', 'actually')
const withoutNotLooking = stripping(greetings, thanks, please, besides, notLooking)
export const saysNotLooking = (text: string): boolean => {
  const clauses = clausesOf(text)
  return !/[?¿]/.test(text) && anywhere(notLooking).test(clauses.join(' ')) && clauses.every((clause) => withoutNotLooking(clause) === '')
}

// The verbs of being written to, as they are forbidden: escriban, escribirme. Never escriben, which only tells.
const forbiddenVerb = either('escrib(?:an?|as)', 'mand(?:en?|es)', 'envi(?:en?|es)', 'contact(?:en?|es)', 'molest(?:en?|es)', 'texteen')
const toWrite = either('escribir', 'mandar', 'enviar', 'contactar', 'molestar', 'buscar', 'chingar', 'textear', 'fastidiar')
const writing = either('escribiendo', 'mandando', 'enviando', 'contactando', 'molestando', 'buscando', 'chingando', 'texteando', 'fastidiando')
const messages = either('mensajes?', 'mensajitos', 'whats?apps?', 'correos', 'sms', 'publicidad', 'promociones', 'promos', 'ofertas', 'spam', 'notificaciones', 'anuncios')
const anything = either(messages, 'nada', 'informacion', 'info', 'cosas', 'esto')
const some = `(?: (?:mas|tantos?|sus?|estos?))* ${anything}(?: (?:de ustedes|suy[oa]s?))?`
const evermore = '(?: (?:mas|nunca mas|nunca|jamas|otra vez|de nuevo|aqui|por aqui|por este medio|por whats?app|again|any ?more|ever again|ever))*'
const number = '(?:mi|este) (?:numero|contacto|telefono|celular)'
const ourList = '(?: (?:la|su|tu|sus|esta|este))* (?:listas?|bases?(?: de datos)?|grupo|contactos|sistema)(?: de (?:contactos|difusion|envios?|distribucion|datos))?'
const service = '(?:(?:la|su|tu|esta|el|los|sus|estos|este|mi|de) )*(?:mensajes?|listas?|servicios?|whats?app|suscripcion|promociones|publicidad)'
const remove = '(?:me )?(?:quit|sac|saqu|borr|elimin)(?:en?|an|as|ar?|es)(?:me)?'

const keys = either('baja+', 'alto', 'stop', 'stop all', 'stopall', 'quit')
const stopWords = whole(`${keys}(?: (?:(?:ya|por favor|porfa|please) )?${keys})*`, 'basta', 'parenle', 'paren', 'no molest(?:ar|en|es|e)', 'dar de baja', 'baja definitiva', '(?:quiero|deseo) (?:mi )?baja', '(?:borr|quit|saqu|elimin)enme(?: de aqui)?', 'opt ?out', 'desuscri(?:bir|banme|bete)', 'unsubscribe(?: me)?', 'remove me')
const stopPhrases = [
  `no (?:(?:quiero|deseo|necesito|queremos|autorizo|acepto|permito) que )?(?:me |nos )?${either(forbiddenVerb, `vuelv(?:an?|as) a (?:me )?${toWrite}(?:me|nos)?`, `(?:sig|est)(?:an?|as|en?|es) ${writing}(?:me|nos)?`, `${toWrite}(?:me|nos)?`)}(?:${some})?`,
  'no (?:me|nos) busqu(?:en?|es)',
  `no (?:quiero|deseo|queremos|me interesa|autorizo) (?:(?:volver a |seguir )?(?:recibir|recibiendo|saber)${some}|(?:mas |sus )*${messages}|nada de ustedes)`,
  `(?:no mas|alto|stop)(?: (?:a|con|de|the|los|sus|estos))* ${messages}`,
  `(?:dej(?:a|ar|an|en?|es)|paren?) de (?:recibir${some}|(?:estar )?${either(toWrite, writing)}(?:me|nos)?(?:${some})?)`,
  'dej(?:enme|ame|en) en paz',
  `${remove}(?: ${number})? del?${ourList}`, `${either(remove, '(?:dar|den|da) de baja')} ${number}`,
  `${either('me (?:(?:quiero|pueden|podrian|puedes|podrias) )?(?:dar|doy|dan|das|den)', 'darme', 'darnos', 'denme', 'dame', 'deme')} de baja(?: (?:del?|a) ${service})?`, `baja (?:del?|a) ${service}`, '(?:solicito|pido) (?:la |mi )?baja',
  `(?:cancel|anul|elimin)(?:ar|en|a|o) (?:(?:la|mi|esta|tu|su|los|sus) )?(?:suscripcion|mensajes)(?: (?:del?|a) ${service})?`, '(?:me )?desuscrib(?:ir(?:me)?|o|anme)', 'cancel (?:my |the )?subscription', 'unsubscribe(?: me)?(?: from (?:this|your|the) (?:list|messages))?',
  'stop (?:(?:texting|messaging|contacting|writing(?: to)?|bothering|spamming) (?:me|us)|(?:sending (?:me |us )?|the )?(?:any )?(?:more )?(?:messages|texts|ads|these|this)|texting|messaging)', '(?:do not|dont|never) (?:ever )?(?:text|message|contact|write(?: to)?|bother|spam) (?:me|us)',
  '(?:remove|take|delete) (?:me|my (?:phone )?number)(?: (?:from|off|of|your|the|this))* (?:list|lists|database|contacts)', '(?:remove|delete) my (?:phone )?number', 'leave me alone',
  'no more (?:messages|texts|ads|spam)', '(?:i )?(?:no longer want|dont want|do not want) (?:to (?:receive|get) )?(?:any )?(?:more )?(?:messages|texts)',
].map((phrase) => new RegExp(`(?:^|(?<before>.+) )${either(phrase)}${evermore}(?: (?<after>.+))?$`))
// What may stand before: whoever asks for it. What stands after says that it isn't about all messages.
const asking = /^(?:(?:quiero|quisiera|necesito|deseo|solicito|pido|ruego|agradeceria|pueden?|podrian?|puedes|podrias|me|les?|te|favor de|como|le|hago|para|que|ya|por favor|dije|he dicho|can you|could you|i (?:want|would like|need)(?: you)? to)(?: |$))*$/
const aboutSome = /^(?:de|al|fotos?|audios?|opciones?|departamentos?|depas?|casas?|el|la|los|las|mal) /
const hedges = /^(?:si|cuando|hasta|if|until|unless) (?!quiero)|\b(?:mejor|prefiero|solo|solamente|excepto|salvo|sino|manana|despues|luego|instead|except|only)\b/
const reported = /\b(?:dij[oe]|dijeron|decia|dicen?|told|said)\b|\bno(?: quiero| deseo)?$/

const startWords = whole(
  'alta', 'start', 'unstop', 're ?subscribe', 'subscribe', 'suscrib(?:irme|anme|eme|ir)', 're ?activar(?: (?:mis )?mensajes)?', '(?:quiero )?(?:darme|denme|dame|me quiero dar) de alta(?: (?:otra vez|de nuevo))?',
  '(?:si )?(?:quiero|deseo|me gustaria) (?:volver a )?recibir (?:(?:sus|los|mas) )?mensajes', '(?:si )?(?:quiero|deseo|me gustaria) volver a recibir(?:los)?',
  '(?:me )?pueden? (?:volver a escribir(?:me)?|escribir(?:me)? (?:de nuevo|otra vez))', 'ya (?:me )?pueden? escribir(?:me)?', 'vuelvan? a escribirme', 'escrib(?:anme|eme) (?:de nuevo|otra vez)', 'i want to (?:receive|get) (?:your )?messages(?: again)?', 'you can (?:text|message|write to) me again',
)
const askWords = whole('(?:quiero |quisiera |necesito )?cancel(?:ar|a|en|o)(?: todo)?', '(?:i (?:want|would like|need) to )?cancel(?: (?:everything|all))?', 'salir', 'end', 'quiero la baja', 'no (?:quiero|deseo|requiero|necesito) (?:mas )?informacion', 'no (?:me )?(?:llam|marqu|habl)(?:en?|es)(?: (?:mas|nunca mas))?')

export const wishIn = (text: string): Wish | undefined => {
  const clauses = clausesOf(text)
  const said = clauses.map(withoutCourtesy).filter((clause) => clause !== '')
  const only = withoutCourtesy(said.join(' '))
  if (stopWords.test(only)) return /[?¿]/.test(text) ? 'ask' : 'stop'
  if (startWords.test(only) || startWords.test(clauses.join(' '))) return 'start'
  if (askWords.test(only)) return 'ask'
  const heard = said.map(stopIn).filter((each) => each !== undefined)
  if (heard.length === 0) return undefined
  return heard.includes('stop') && !clauses.some((clause) => hedges.test(clause)) ? 'stop' : 'ask'
}

const stopIn = (clause: string): 'stop' | 'ask' | undefined => {
  const found = stopPhrases.map((phrase) => phrase.exec(clause)).find((each) => each !== null)
  if (!found) return undefined
  const before = withoutCourtesy(found.groups?.['before'] ?? '')
  const after = withoutCourtesy(found.groups?.['after'] ?? '')
  if (aboutSome.test(`${after} `)) return undefined
  if (!asking.test(before)) return reported.test(before) ? undefined : 'ask'
  return after === '' ? 'stop' : 'ask'
}

const who = either('persona', 'ser humano', 'human[oa]', 'asesora?', 'agente', 'ejecutiv[oa]', 'vendedora?', 'encargad[oa]', 'duen[oa]', 'representante', 'operadora?', 'supervisora?', 'gerente', 'alguien', 'human', 'person', 'agent', 'representative', 'rep', 'advisor', 'manager', 'someone', 'somebody')
const someone = `(?:(?:un|una|algun|alguna|otra|otro|a|an|real|live|actual) )*${who}`
const anyone = `(?:(?:el|la|the|su|tu) )?${either(someone, 'ustedes', 'ventas', 'recepcion', 'administracion', 'atencion a clientes', 'equipo', 'team')}`
const talk = either('hablar', 'platicar', 'conversar', 'chatear', 'comunicarme', 'contactar', 'talk', 'speak', 'chat')
const personWords = whole(`(?:con )?(?:(?:quiero|necesito|prefiero|quisiera|i need|i want|get me) )?${someone}(?: (?:real|de verdad|humano))?`, '(?:(?:quiero|necesito) )?(?:atencion (?:humana|personal|personalizada|al? clientes?)|servicio al cliente)', 'customer (?:service|support)')
const countWords = whole('(?:para |solo )*una persona', 'one person', 'alguien', 'someone', 'somebody') // "How many will live there?"
const personPhrases = anywhere(
  `${talk} (?:con|al?|to|with) ${anyone}`, 'hablar (?:con )?asesor', '(?:con )?quien puedo hablar', 'alguien (?:\\w+ )?con quien hablar', `(?:human|person|someone) (?:i can|to) (?:talk|speak)`,
  `(?:pas(?:a|e|en|as|ar)|comuni(?:ca|can|cas|car|que|quen)|pon(?:ga|gan)?|contact(?:a|as|e|en)|transfier(?:e|an?)|transfer|connect|put)(?:me|nos)?(?: me)?(?: through)? (?:con|al?|to|with) ${anyone}`,
  `(?:me|nos) (?:(?:puede|pueden|podria|podrian) )?(?:atienda|atiende|atender|llame|llama|llamar|marque|marcar|hable|habla|contacte|contactar|ayude|ayudar) ${someone}`, `${someone} disponible`, `ayuda de ${someone}`, `(?:llamar|marcar|atender|ayudar|contactar)me ${someone}`, `${someone} (?:me|nos) (?:llame|marque|atienda|ayude|contacte)`, `(?:can|could) ${someone} (?:please )?(?:help|call) me`,
)
const notPerson = anywhere('no (?:quiero|necesito|deseo|hace falta) (?:(?:hablar|platicar) con|que|una?)', 'pude hablar', '(?:dont|do not) (?:want|need) to (?:talk|speak)', 'tengo que hablar', 'voy a hablar')
const notMachine = anywhere(`(?:no (?:quiero|deseo|me gusta)|dont want to|do not want to) ${talk} (?:con|to|with) (?:(?:una?|el|la|este|a|the|this) )?(?:bot|robot|maquina|machine|chatbot|ia|ai)`)

export const asksForPerson = (text: string): boolean => {
  const clauses = clausesOf(text)
  const all = clauses.join(' ')
  if (notMachine.test(all)) return true
  return !notPerson.test(all) && [all, ...clauses].some((said) => personPhrases.test(said) || (personWords.test(withoutCourtesy(said)) && !countWords.test(said)))
}

const danger = anywhere(
  '(?:huele|olor|oliendo)(?: \\w+){0,3} a (?:gas|quemado)', 'hay gas por(?! favor)', 'gas is leaking', 'fuga(?: \\w+)? de (?:gas|agua)', 'hay una fuga', 'fugando el gas', 'gas leak', 'smells?(?: like)? gas', 'leaking gas',
  '(?:hay|hubo|empezo) (?:una? )?(?:incendio|fuego|inundacion|derrumbe|explosion|corto ?circuito)', '(?:se )?estan? (?:quemando|incendiando|inundando)', 'se (?:incendi[ao]|quem[ao]|inundo) (?:el|la|mi)', '(?:depa|departamento|casa|cocina|bano|edificio) se (?:incendio|quemo|inundo)', 'se prendio fuego', '(?:hay|sale|saliendo) (?:mucho )?humo', 'echando (?:chispas|humo)', '(?:saliendo|metiendo) el agua', 'water everywhere',
  'on fire(?! escape)', 'smoke coming', 'there ?(?:i?s) (?:a )?(?:fire|smoke)', 'lots of smoke', '(?:is|are) (?:burning|flooding)', 'pipe (?:has )?burst', 'revento (?:una?|el|la) (?:tuberia|tubo|tinaco)', 'exploto (?:una?|el|la)', 'se (?:cayo|derrumbo) (?:una?|el|la) (?:techo|edificio|barda|pared|muro|balcon)', '(?:ceiling|wall|building) (?:has )?(?:collapsed|fell)',
  '(?:me|nos) (?:acaban de )?(?:robar|asaltar)(?:on)?', 'robaron (?:mi|el|la)', 'estan robando', '(?:entraron|metieron) (?:unos )?ladrones', '(?:me|nos) estan? (?:robando|asaltando|golpeando|amenazando|siguiendo)', '(?:metieron|entraron|entrando|metiendo) a (?:robar|mi|la casa|el depa)', 'se metio (?:un|al?) (?:ladron|departamento|depa|casa|mi)', 'hay (?:un |unos )?(?:ladron|ladrones)', 'alguien (?:entro|se metio) a', '(?:alguien quiere|queriendo|tratando de|intentando) (?:entrar|forzar|abrir)',
  '(?:i was|i got|i just got|we were|been) (?:robbed|mugged|attacked|assaulted)', '(?:broke|breaking|break) in', 'broken into', 'being followed', 'has a (?:gun|knife)', 'hombres? armados?', 'tiene una? (?:pistola|arma|cuchillo|navaja)', '(?:hay|escuch\\w+|oigo) (?:una? )?(?:disparos|balazos|balacera|tiroteo)',
  '(?:atrapad|encerrad)[oa]s? en (?:el|un) (?:elevador|ascensor)', 'estamos atrapad[oa]s', 'elevador se cayo', 'se cayo (?:por la|de la) (?:ventana|escalera|azotea)', '(?:stuck|trapped) in (?:the|an) (?:elevator|lift)', '(?:necesito|necesitamos|llamen?|manden?|pidan)(?: a)?(?: (?:una?|la|los))? (?:ambulancia|policia|bomberos)', '(?:call|need|send) (?:an|the) (?:ambulance|police)',
  'hay (?:una? )?herid[oa]s?', 'hay una? muert[oa]', '(?:acuchill|apunal|dispar|bale|golpe)aron', 'se desmayo', 'got (?:shot|stabbed)', '(?:dando|dio|tiene|teniendo) un infarto', 'no (?:puede |puedo )?respira(?:r)?', 'no me puedo mover', '(?:is|got|badly) (?:hurt|injured|bleeding)', 'me (?:quiero|voy a) (?:matar|suicidar)', 'quiero (?:matarme|suicidarme|morir(?:me)?|quitarme la vida)', 'kill myself', 'commit suicide',
  'esta temblando', '(?:this is|it is|its|have) an emergency',
)
const cries = whole('(?:un )?incendio', 'fuego', 'auxilio(?: .*)?', '(?:(?:es|tengo|tenemos|hay) )?(?:una )?emergencia', 'emergency', 'fire')
// What is only spoken of: insurance, detectors, last year, what if.
const spokenOf = anywhere(
  'que pasa (?:si|cuando)', 'what (?:happens )?(?:if|in case)', 'en caso de', 'in case of', 'seguro contra', 'cubre', 'cobran', 'detector', 'alarma', 'no es una emergencia', 'not an emergency', 'el corazon', '(?:el|la) (?:ano|mes|semana) pasad[oa]', 'hace \\w+ (?:anos|meses|semanas)', 'ahi antes', 'alguna vez', 'last (?:year|month)', 'years ago', 'cuando llueve',
)

export const isEmergency = (text: string): boolean => {
  const clauses = clausesOf(text)
  const all = clauses.join(' ')
  return !spokenOf.test(all) && (danger.test(all) || clauses.some((clause) => cries.test(withoutCourtesy(clause))))
}
