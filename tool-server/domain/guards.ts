import { fairIn } from './guards-fair.ts'
import { isLegal, privacyIn } from './guards-legal.ts'
import { anywhere, asksForPerson, clausesOf, isEmergency, whole, wishIn, withoutCourtesy } from './opt-out.ts'
import type { ArcoKind } from './privacy.ts'

// What no model answers, whoever's it is: found by rules before any has read it, the gravest first.
// crisis: they may harm themselves. privacy: what they ask about their own data. person: they want one. apart: they want others kept away for what they are.
// welcome, children: whether such people are taken, which the answer is yes to. cancel: of a visit, or of all messages?
export const guardKinds = ['crisis', 'emergency', 'privacy', 'legal', 'person', 'apart', 'welcome', 'children', 'cancel'] as const
export type GuardKind = (typeof guardKinds)[number]
// more: they wrote something else besides, which is for whoever answers them otherwise. arco: which of their rights, where that is clear.
export type Guard = { kind: GuardKind; more: boolean; arco?: ArcoKind | undefined }

export const guardsIn = (text: string): Guard | undefined => {
  const read = mended(withoutFigures(text))
  const clauses = clausesOf(read)
  const all = clauses.join(' ')
  const isFigure = notThemselves.test(all)
  if (crisis.test(all) && !isFigure) return { kind: 'crisis', more: false }
  if (!isPast(clauses) && ((!isFigure && isEmergency(read)) || (danger.test(all) && !anecdote.test(all)))) return { kind: 'emergency', more: false }
  const privacy = privacyIn(clauses)
  if (privacy) return { kind: 'privacy', more: false, arco: privacy.kind }
  if (isLegal(clauses)) return { kind: 'legal', more: false }
  if (wantsPerson(read, clauses)) return { kind: 'person', more: false }
  const fair = [...clauses, all].map((clause) => ({ clause, found: fairIn(clause) })).find(({ found }) => found)
  if (fair?.found) {
    const { clause, found: { kind, said } } = fair
    return { kind, more: hasMore(clauses, clause, said) }
  }
  return wishIn(read) === 'ask' && isShort(clauses) && !ofMessages.test(all) ? { kind: 'cancel', more: false } : undefined
}

// Those that a person of ours is called to: nothing else answers them, however often they write it.
export const callsPerson = ({ kind }: Pick<Guard, 'kind'>): boolean => kind === 'crisis' || kind === 'emergency' || kind === 'privacy' || kind === 'legal' || kind === 'person'

// What is only a way of speaking.
const withoutFigures = (text: string): string => text.slice(0, 1_000).replace(figures, ' ')
const figures = /\b(?:me\s+)?(?:quiero\s+|voy\s+a\s+|muero?\s*)?(?:mor[ií]r(?:me)?|muero|matar|mato)\s+(?:de|por)\s+(?!un\b|una\b)[\p{L}]+|\bmuerta?o?\s+de\s+(?:risa|hambre|sueño|frío|calor|pena|amor)|\b(?:jajaja|jaja|dying)\s+(?:of|to)\s+\p{L}+/giu

const crisis = anywhere(
  'me (?:quiero|voy a|pienso|quisiera) (?:matar|suicidar|morir|ahorcar|aventar (?:de|desde|por|al)|tirar (?:de|desde|por) (?:la|el|un)|colgar)', '(?:quiero|quisiera|voy a|pienso en|pienso|pensado en|ganas de|pensando en) (?:matarme|suicidarme|morir(?:me)?|quitarme la vida|ahorcarme|cortarme las venas|acabar con (?:mi vida|todo esto)|terminar con mi vida|hacerme dano|lastimarme)',
  'ya no quiero (?:vivir|seguir viviendo)(?! (?:aqui|ahi|aca|alla|con|en|sol[oa]|cerca|lejos|por(?! favor)|tan|donde|junto|de|rentando|como))', 'no quiero seguir vivi(?:endo|r)(?! (?:aqui|ahi|aca|alla|con|en|sol[oa]|cerca|lejos|por(?! favor)))', '(?:pensamientos|ideas|intento) (?:suicidas?|de suicidio)', 'no (?:tiene caso|vale la pena|tengo (?:razon|motivo)s?(?: para)?) (?:seguir )?(?:viviendo|vivir)(?! (?:aqui|ahi|en|con|cerca|lejos|tan|por(?! favor)|donde))', '(?:estaria|estarian|seria) mejor (?:si (?:yo )?(?:estuviera )?)?muert[oa]', 'mejor me (?:mato|muero)', 'me (?:tome|trague) (?:todas las |un monton de |muchas )?pastillas',
  '(?:want|wanna|going|gonna|plan|thinking of|thinking about) (?:to )?(?:kill(?:ing)? myself|die|dying|end(?:ing)? my life|end(?:ing)? it all|hurt(?:ing)? myself|commit(?:ting)? suicide)', 'kill myself', 'commit suicide', '(?:i am|im|feel|feeling) suicidal', 'suicidal thoughts', '(?:dont|do not) want to (?:live|be alive)(?: any ?more)?(?: please| por favor)?$', 'me quiero morir$', 'no quiero vivir(?: mas| ya)?(?: por favor)?$', '(?:quisiera|quiero|deberia|prefiero) estar muert[oa]',
)
const notThemselves = anywhere('morir(?:me)? (?:viej\\w+|feliz|aqui|ahi|en)', 'no me quiero (?:matar|morir)', '(?:subiendo|subir|bajar|caminando|manejando|en el trafico)', 'jaja\\w*', 'jeje\\w*', 'pelicula', 'novela', 'con estos? precios?', 'si no (?:me (?:lo|la|dan)|lo|la|consigo|alcanzo)', 'de (?:la )?(?:emocion|ganas)')

// Besides what isEmergency knows.
const danger = anywhere(
  'me (?:estoy )?(?:ahogo|ahogando)', 'me esta(?:n)? (?:atacando|violando|ahorcando|matando)', 'me (?:violaron|violo|secuestraron|apunalaron|dispararon|atropellaron|pico un alacran|mordio)', 'me (?:pega|golpea|pego|golpeo) mi (?:esposo|esposa|pareja|novio|novia|marido|papa|hijo)', 'mi (?:esposo|esposa|pareja|novio|novia|marido|ex|papa|vecino) me (?:pega|pego|golpea|golpeo|quiere matar|amenaza|amenazo|esta amenazando|tiene encerrada)', '(?:violencia (?:domestica|familiar|intrafamiliar)|intento de (?:robo|secuestro|violacion)|asalto a mano armada|robo a mano armada)', '(?:llam|marq|marc)\\w* al (?:911|066)', '(?:call|dial) 911', 'llam\\w* (?:a la policia|a los bomberos|a una ambulancia)', '(?:nos|me) (?:quieren|quiere) (?:matar|secuestrar|golpear)',
  'se (?:esta )?(?:ahoga|ahogando|desangra|desangrando|electrocuto|electrocutando|cayo del balcon|cayo del techo)', '(?:esta|estoy|estamos) (?:sangrando mucho|desangrando\\w*|inconsciente|convulsionando|teniendo un (?:infarto|derrame)|intoxicad[oa]s?|atrapad[oa]s?|encerrad[oa]s? (?:y no|sin poder|con el)|en peligro)', 'no (?:reacciona|despierta)$', 'hay (?:un |una )?(?:persona )?(?:tirad[oa] sangrando|pelea con (?:armas|cuchillos)|tiroteo|balacera|asaltantes?|intrus[oa]s?|rateros?)(?! (?:por|en) (?:la|esa) (?:zona|colonia))', 'explo(?:to|sion en)', 'se (?:colapso|esta cayendo|esta derrumbando)(?: (?:el|la))? (?:techo|edificio|barda|muro|elevador|pared)', 'cables? (?:suelto|caido)s? (?:echando|con) chispas',
  '(?:hay|tipo|alguien|hombre|sujeto|vecino|persona) (?:\\w+ ){0,3}?con (?:una )?(?:pistola|arma|cuchillo|navaja|machete)', 'elevador se (?:atoro|quedo|paro|trabo)(?: \\w+){0,2}? con (?:\\w+ ){1,3}?(?:adentro|dentro|atrapad\\w+)', 'incendio en (?:el|la|mi|un|este|nuestro) (?:piso|edificio|departamento|depa|cocina|torre|pasillo|elevador|estacionamiento|cuarto|casa)', 'i(?: a)?m drowning', '(?:he|she|someone|somebody|they) (?:is|are) (?:attacking|following|beating|hitting|threatening) (?:me|us)', 'my (?:husband|wife|boyfriend|girlfriend|partner) (?:hit|hits|is hitting|beats|beat|is beating|threatened) me', 'domestic violence', '(?:cant|cannot|can not) breathe', 'having a heart attack', 'overdos(?:e|ed|ing)', 'i(?: a)?m (?:bleeding|in danger|trapped)', 'armed (?:man|men|robbery)',
)
// Told or asked, not happening.
const anecdote = anywhere(
  'hay (?:mucha )?violencia', 'que pasa (?:si|cuando)', 'en caso de', 'in case of', 'si (?:hay|hubiera|pasa|se da|ocurre|llega)', 'ya (?:paso|pasamos)', 'hace (?:\\w+ )?(?:anos?|meses|semanas?|tiempo)', 'el ano pasado', 'a quien (?:le )?(?:llamo|marco|llamamos)', 'ahogando (?:en|de|con) (?:deudas|trabajo|pendientes|la renta|rentas|gastos|calor|los precios)', 'me ahogo (?:en|de|con) (?:deudas|trabajo|pendientes|calor)', 'ha habido', 'explot(?:o|e) (?:de|en) (?:risa|ventas|redes)', 'atrapad[oa]s? (?:en|por) (?:el|la|mi|un) (?:trafico|trabajo|contrato|junta|lluvia|manifestacion|zoom|reunion)', 'encerrad[oa]s? en (?:una|la) (?:junta|oficina|reunion)', 'traffic', 'by (?:my|the) (?:lease|contract)', 'emergency contact', 'no (?:hay|fue|es)',
)
const past = anywhere(
  'en (?:la|las|el|los|una|esa|esta) (?:fotos?|imagen(?:es)?|videos?|anuncios?|publicacion|recorrido)', 'in the (?:photos?|pictures?|video)', 'ya (?:la |lo |las |los )?(?:arreglaron|repararon|esta(?:n)? (?:arreglad|reparad)\\w+|quedo|compusieron)', '(?:simulacro|pelicula|serie|noticias?|netflix)', 'mi (?:otro|otra|antiguo|antigua|anterior|viejo|vieja|ultimo|ultima) (?:depa|departamento|casa|edificio|lugar|renta)', 'donde (?:vivia|rentaba|viviamos)', 'my (?:old|last|previous|former) (?:apartment|place|home|building|house)',
  '(?:ha|han|hubo|habia|tenia|tuvo|tuvieron|suele|suelen) (?:\\w+ ){0,3}?(?:antes|ya|alguna|algun|hubo|habido)', 'quien (?:paga|se hace cargo|cubre|responde)', 'who pays', '(?:ha|han) (?:habido|tenido)', 'por eso (?:me|nos|busco|quiero)', '(?:robaron|robo) (?:mi|el) (?:deposito|apartado)', '(?:at|in) (?:work|my (?:job|office)|the office)', 'reschedule', 'contra (?:incendios?|robos?|inundacion(?:es)?)', '(?:es|era) (?:un )?(?:robo|asalto) (?:el|ese|esa|la|lo)', 'proxim[oa] simulacro', 'casi me',
)
const whatIf = /^(?:y |pero |oye |o )?(?:si|cuando|en caso de que|que pasa si|que pasaria si|que hago si|que hacen si|suponiendo que|if|what if|when) (?:(?:un dia|algun dia|llega a|llegara a|se|me|nos|hay|there is|theres|i) )*(?:haya|hubiera|hubiese|haber|hay|tiembla|temblara|inunda(?:ra)?|incendia(?:ra)?|roba(?:n|ran)|asalta(?:n|ran)|metieran|meten|fuga(?:ra)?|is|there|get|a|pasa|revienta|reventara|una|un)\b/
const stillSmells = anywhere('huele(?: \\w+){0,3} a gas', 'smells?(?: like)? gas')
const isPast = (clauses: readonly string[]): boolean => {
  const all = clauses.join(' ')
  return !stillSmells.test(all) && (past.test(all) || clauses.some((clause) => whatIf.test(clause)))
}

// Besides what asksForPerson knows.
const morePerson = anywhere(
  '(?:quiero|necesito|prefiero|quisiera|deseo|me gustaria|puedo|podria) (?:que )?(?:me )?(?:atencion|ayuda|contacto|trato|un trato|una atencion) (?:human[oa]|personal(?:izada)?|de una persona|de un asesor|de un humano)', '(?:hablar|platicar|chatear|tratar|comunicarme) (?:directamente |mejor )?(?:con|a) (?:un |una |el |la |otro |otra |algun |alguna )?(?:persona|asesora?|human[oa]|ejecutiv[oa]|agente|alguien|encargad[oa]|representante|vendedora?|gerente|supervisora?)(?: (?:human[oa]|real|de verdad|fisic[oa]))?', 'no (?:eres|seas|quiero|me gustan?|soporto|aguanto)(?: (?:un|el|los|hablar con|mas|que me (?:conteste|atienda|responda)))* (?:robots?|bots?|maquinas?|chatbots?|contestadoras?)',
  '(?:me|nos) (?:puede|pueden|podrian?|puedes|podrias) (?:pasar|comunicar|transferir|canalizar|conectar|contactar|enlazar) (?:con|a) (?:un |una |el |la |algun |alguna |alguien )?(?:persona|asesora?|human[oa]|ejecutiv[oa]|agente|alguien|encargad[oa]|representante|vendedora?|gerente|de ventas|del equipo)', '(?:canaliz|enlac|conect|transfier)\\w*(?:me|nos) (?:con|a) (?:un |una |el |la |algun )?(?:persona|asesora?|human[oa]|ejecutiv[oa]|agente|alguien|encargad[oa]|representante)', '(?:llamenme|marquenme|llamame|marcame|me (?:pueden|puedes|podrian|podrias) (?:llamar|marcar)|me (?:llaman|llamas|marcan|marcas))(?: (?:por favor|porfa|ya|hoy|ahora|ahorita|al|por telefono|a este numero|a mi cel\\w*|mejor))*$', '(?:quiero|necesito|prefiero|quisiera|dame|denme|mejor) (?:a )?(?:un|una) (?:persona|asesora?|human[oa]|ejecutiv[oa])(?: (?:real|de verdad|human[oa]))?(?: (?:por favor|porfa))?$', '(?:me|nos) (?:canalizas?|enlazas?|conectas?|transfieres?|transfieren|pasas?|pasan|comunicas?|comunican) (?:con|a) (?:un |una |el |la |algun |alguna )?(?:persona|asesora?|human[oa]|ejecutiv[oa]|agente|alguien|encargad[oa]|representante|ventas|recepcion|administracion)', '(?:asesora?|persona|alguien|human[oa]|ejecutiv[oa]) que me (?:pueda |puedan )?(?:atend|atiend|ayud|llam|marqu|expli)\\w+', '(?:hablar|platicar|tratar) con gente', 'me urge (?:un|una) (?:persona|asesora?|human[oa]|ejecutiv[oa])', 'no (?:con )?un (?:bot|robot|chatbot)$', '(?:real|actual|live) (?:person|human)', 'i want a (?:human|person|real)', 'no bots?', 'stop the bot', 'not a (?:bot|robot)$', 'can (?:you|someone|somebody) call me', '(?:please )?call me(?: please)?$', 'speak (?:directly )?(?:to|with) (?:a |an |the |your )?(?:human|person|agent|manager|representative|advisor|somebody|someone)',
)
const notThatPerson = anywhere('eres (?:un |una )?(?:robot|bot|persona|human[oa]|ia)(?: real)?(?: o (?:un |una )?\\w+)?$', 'are you (?:a )?(?:bot|robot|human|person)', 'no (?:quiero|necesito|hace falta|deseo) (?:hablar|platicar|que me (?:pas|llam|comuni|transf|marqu)\\w+|un|una)(?! (?:con (?:un |el )?(?:bot|robot|chatbot)|con (?:una |la )?maquina|robot|bot))', 'pud(?:e|imos) hablar', '(?:ya|ayer|antes) (?:habl[eo]|hable|platique|me comunique|me atendio|me paso)', 'no me (?:llamen|marquen|pases|pasen|comuniquen|transfieran)', 'dont (?:call|transfer)', 'voy a hablar', 'tengo que hablar', 'debo hablar', 'dejame hablar', 'dejenme hablar', 'hablar con (?:mi|el perro|los vecinos)', 'cuando (?:llegue|este|llegues|lleguen|estes|este afuera)')
const wantsPerson = (text: string, clauses: readonly string[]): boolean => {
  const all = clauses.join(' ')
  if (mine.test(all)) return false
  return asksForPerson(text) || (!notThatPerson.test(all) && clauses.some((clause) => morePerson.test(withoutCourtesy(clause))))
}
const mine = anywhere('hablar con mi', 'talk to my', 'speak (?:to|with) my', '(?:soy|es|era) (?:asesor|agente|ejecutiv)\\w*')

// Cancelar, without a word of what; where messages are what they name, it isn't asked what they meant.
const isShort = (clauses: readonly string[]): boolean => withoutCourtesy(clauses.join(' ')).split(' ').length <= 4
const ofMessages = anywhere('(?:llam|marq|habl|busq|escrib|mand|contact)\\w*', 'mensajes?', 'gimnasio')

const hasMore = (clauses: readonly string[], clause: string, said: string): boolean =>
  clauses.some((other) => other !== clause && withoutCourtesy(other) !== '' && !small.test(other)) || withoutCourtesy(clause).split(' ').length > said.split(' ').length + mostAround || others.test(clause)
const mostAround = 5
const small = whole('disculpa(?: la pregunta)?', 'una pregunta', 'oye', 'oiga', 'perdon(?: la pregunta)?', 'pregunta', 'quick question', 'tengo una (?:duda|pregunta)', 'si', 'no', 'verdad', 'o no')
const others = anywhere('mascotas?', 'perr\\w+', 'gat\\w+', 'pets?', 'dogs?', 'cats?')

// One slip in a word that matters, as thumbs make them: persoba, aseosr. The first and last letter stand, so that persona and personas stay apart.
const mattering = ['persona', 'asesor', 'asesora', 'humano', 'incendio', 'emergencia', 'cancelar', 'ambulancia', 'inundacion', 'extranjeros', 'suicidarme', 'profeco', 'demandar', 'aceptan']
const mended = (text: string): string => text.replace(/[\p{L}]{5,12}/gu, (word) => mattering.find((right) => isSlip(bare(word), right)) ?? word)
const bare = (word: string): string => word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const isSlip = (word: string, right: string): boolean => {
  if (word === right || word[0] !== right[0] || word.at(-1) !== right.at(-1) || Math.abs(word.length - right.length) > 1) return false
  let first = 0
  while (word[first] === right[first]) first++
  const [rest, meant] = [word.slice(first), right.slice(first)]
  return rest.slice(1) === meant.slice(1) || rest.slice(1) === meant || rest === meant.slice(1) || (rest.slice(2) === meant.slice(2) && rest[0] === meant[1] && rest[1] === meant[0])
}
