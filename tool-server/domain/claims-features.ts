import type { Spot } from './claims-homes.ts'
import { numberWord } from './claims-money.ts'
import { allIn } from './claims-text.ts'

// What a message says a home or its building is, has, includes, asks for or allows: each a trait of one kind.
// of: what it is about. is: false where that is denied. size: how many or which, as far as it says so. isOnly: nothing else.
export type Trait = Spot & { kind: 'thing' | 'included' | 'pets' | 'parking' | 'furnished' | 'asked' | 'term' | 'floor' | 'near' | 'group' | 'rush' | 'rule'; of: string; is: boolean; size?: number | undefined; isOnly?: true }

// Words of one meaning, in both languages.
export const things: Readonly<Record<string, RegExp>> = Object.fromEntries(Object.entries({
  gym: 'gimnasio|gym|fitness', pool: 'albercas?|piscinas?|carril de nado|pool', jacuzzi: 'jacuzzi|hidromasaje|tinas?|hot tub|bathtub', sauna: 'sauna|vapor|spa|temazcal', lift: 'elevador(?:es)?|ascensor(?:es)?|lift|elevator',
  guard: 'vigilancia|seguridad(?= (?:privada|24|las|todo|en|dia|y))|guardias?|caseta|circuito cerrado|camaras(?: de seguridad)?|security|surveillance', door: 'porter[oa]|porteria|conserje|recepcionista|recepcion|lobby|concierge|doorman', valet: 'valet(?: parking)?',
  roof: 'roof ?garden|roof ?top|azotea|sky ?(?:bar|lounge)|terraza comun', terrace: 'terraza|terrace', balcony: 'balcon(?:es)?|balcony', garden: 'jardin(?:es)?|garden', patio: 'patio|backyard', work: 'co-?working|business center|sala de juntas|centro de negocios', laundry: 'lavanderia|centro de lavado|laundry(?: room)?', washing: 'area de lavado|cuarto de lavado|zotehuela', washer: 'lavadora(?: y secadora)?|lavasecadora|washer',
  dryer: 'secadora|dryer', dishwasher: 'lavavajillas|lavaplatos|dishwasher', party: 'salon de (?:fiestas|eventos|usos multiples)|sum|party room|family room', kids: 'ludoteca|area (?:infantil|de juegos)|juegos infantiles|playground|guarderia', court: 'canchas?|padel|tenis|tennis', cinema: 'cine|sala de cine|cinema|movie (?:theater|theatre|room)', games: 'salon de juegos|billar|boliche|game room', bikes: 'bicicletas|cuarto de bicis|biciestacionamiento|bicis|bike (?:room|storage)',
  grill: 'asador(?:es)?|palapa|parrilla|grill|bbq', dogs: 'pet ?(?:zone|park|spa)|area (?:para|de) mascotas', air: 'aire acondicionado|minisplits?|mini ?splits?|clima|air ?con(?:ditioning)?|a/c|ac', heat: 'calefaccion|piso radiante|heating', fire: 'chimeneas?|fireplace', solar: 'calentador solar|paneles solares|solar panels', kitchen: 'cocina (?:equipada|integral|abierta|completa|nueva)|equipped kitchen', kitchenette: 'cocineta|kitchenette', closet: 'closets?|vestidor(?:es)?|walk-?in',
  store: 'bodegas?|storage(?: room)?', service: 'cuarto de servicio|maid.?s room', study: 'cuarto de tv|sala de tv|home office', view: 'vistas? (?:a|al|panoramica|despejada|abierta|de)|view', height: 'doble altura|techos altos', loft: 'tapanco|mezzanine', windows: 'ventanal(?:es)?', wood: 'pisos? de (?:madera|duela)|duela|hardwood', marble: 'pisos? de marmol|marmol|marble', smart: 'domotica|cerradura (?:digital|inteligente)|smart (?:home|lock)', generator: 'planta de (?:luz|emergencia)|generador', cistern: 'cisterna', gate: 'porton electrico|electric gate',
  fridge: 'refrigerador|refri|fridge|refrigerator', stove: 'estufa|horno|microondas|stove|oven', screen: 'pantallas?|smart ?tv', guests: '(?:estacionamiento|cajones|lugares) (?:[a-z]+ )?(?:de|para) visitas|(?:visitor|guest) parking', fibre: 'fibra(?: optica)?|internet de fibra', cleaning: 'limpieza semanal|servicio de limpieza|cleaning service', bars: 'protecciones', electric: 'cargador(?:es)? (?:para|de) (?:auto|coche|carro)s? electricos?|ev charg\\w+', shops: 'tiendita|locales comerciales|cafeteria|restaurante',
}).map(([of, words]) => [of, new RegExp(String.raw`(?<![a-z])(?:${words})(?![a-z])`, 'g')]))
const services: Readonly<Record<string, RegExp>> = Object.fromEntries(Object.entries({
  water: 'agua|water', light: 'luz|electricidad|electricity|power', gas: 'gas', internet: 'internet|wi-?fi|fibra', cable: 'cable|tv(?: de paga)?|television|netflix|streaming', upkeep: 'mantenimiento|maintenance', cleaning: 'limpieza|cleaning', all: 'servicios|utilities|todo', predial: 'predial', furniture: 'muebles',
}).map(([of, words]) => [of, new RegExp(String.raw`\b(?:${words})\b`, 'g')]))
export const papers: Readonly<Record<string, RegExp>> = Object.fromEntries(Object.entries({
  id: 'ine|ife|identificacion(?: oficial)?|credencial|(?:official |photo )?id', passport: 'pasaporte|residencia|visa|passport', income: '(?:comprobantes? de |comprobar )?ingresos|proof of income', pay: '(?:recibos? de )?nominas?|pay ?(?:stubs?|slips?)', bank: 'estados? de cuenta|bank statements?', guarantor: 'aval(?:es)?|fiador(?:es)?|obligado solidario|guarantor|co-?signer', bond: 'poliza(?: juridica)?|fianza|garantia|legal policy', letters: 'cartas? de (?:recomendacion|trabajo|presentacion)|carta (?:laboral|patronal)|referencias|references',
  record: 'antecedentes|police record|background check', credit: 'buro(?: de credito)?|historial crediticio|credit (?:check|score|history|report)', work: 'constancia laboral|antiguedad|contrato laboral', dwelling: 'comprobante de domicilio|proof of address', estate: 'propiedad (?:libre|en)|libre de gravamen|escrituras?|bien(?:es)? (?:raiz|inmueble)s?|inmueble', tax: 'rfc|curp|situacion fiscal|declaracion (?:anual|fiscal)|tax return', birth: 'actas? de (?:nacimiento|matrimonio)|birth certificate', insurance: 'seguro(?: de \\w+)', advance: '(?:meses|rentas|renta|months) (?:por adelantado|adelantad[oa]s?|in advance)', exam: 'examen|entrevista|interview',
}).map(([of, words]) => [of, new RegExp(String.raw`\b(?:${words})\b`, 'g')]))
// What may be done and what holds for whoever rents: told by the house in its own words or by nobody.
export const rules: Readonly<Record<string, RegExp>> = Object.fromEntries(Object.entries({
  discount: String.raw`(?:primer|segundo|un|una|dos|1|2|ultimo) (?:mes|renta|meses|quincena)(?:es)? (?:de renta )?(?:(?:es|son|va|van|sale|salen|te sale|completamente|totalmente|sera) )*(?:gratis|sin costo|de regalo|a mitad|bonificad\w+|free)|(?:first|one|two) months?(?: is|'s| of rent)? free|\d{1,2} ?(?:%|por ?ciento) (?:de )?(?:descuento|menos|off|rebaja)|(?:descuentos?|promocion|promociones|rebajas?|bonificacion|cupon|discounts?|promo)|(?:baj(?:a|an|ar|arle|amos|aron|o)|rebaj\w+|descont\w+|mejor(?:ar|an|amos)(?:le|te)?) (?:[a-z]+ ){0,4}?(?:la |el |de |tu )(?:renta|precio|mensualidad)|negociables?|se puede negociar|a tratar|lower the rent|negotiable|mitad de (?:precio|renta)|precio (?:especial|preferencial|de promocion)|no (?:cobramos|pagas|hay) (?:comision|investigacion|administracion)`,
  sublet: String.raw`subarrend\w*|subrent\w*|airbnb|por (?:noches?|dias)|sublet\w*`, paint: 'pintar\\w*|remodelar\\w*|(?:hacer|hacerle) (?:\\w+ )?(?:cambios|modificaciones|arreglos|agujeros)|perforar|clavar|paint(?:ing)?|renovate', party: 'fiestas?|part(?:y|ies)', smoke: 'fumar|fuman|cigarr\\w+|smok\\w+', stay: 'visitas (?:despues|de noche|nocturnas|que se)|invitados|overnight|que se (?:quede|queden)|visitas a dormir', noise: 'ruido|musica|quiet hours|noise',
  earn: '(?:ganar|ganes|ganas|ingres\\w+|comprob\\w+|percib\\w+)[^.;!?]{0,40}? veces|veces (?:la|el|lo) (?:renta|monto|que)|times the rent',
  raise: '(?:renta|precio) (?:\\w+ ){0,3}?(?:sube|suben|subira|aumenta|aumentara|incrementa|se (?:ajusta|actualiza|congela|mantiene))|aumento|incremento|inflacion|inpc|rent increase', penalty: 'penaliza\\w*|pena convencional|sal(?:ir|irte|es|irse) antes|terminacion anticipada|rescindir\\w*|(?:romper|cancelar|terminar|dejar) (?:el|tu) contrato|penalty|terminat\\w+|break the lease', pay: '(?:pag\\w+|acept\\w+|cobr\\w+) (?:[a-z]+ ){0,4}?(?:tarjetas?|efectivo|transferencia|cripto\\w*|bitcoin|dolares|paypal|oxxo|cheques?|meses sin intereses|quincenal\\w*)|credit cards?|in cash',
  share: 'roomies?|roommates?|compartir(?:lo|la)?(?= (?:con|el|la|entre|depa|departamento|renta))', people: '(?:pueden vivir|caben|(?:maximo|hasta) (?=[^.]*(?:viv|habit|depa|vivienda))) ?(?:\\w+ ){0,2}(?:personas|ocupantes|inquilinos)|(?:ocupantes|inquilinos)', kids: 'ninos|bebes|kids|children', students: 'estudiantes|students', foreign: 'extranjer[oa]s?|foreigners', business: 'uso comercial|uso de suelo|consultorio|poner (?:una? )?(?:oficina|negocio)|home business', invoice: 'factura\\w*|invoice', buy: 'opcion a compra|rent to own|comprarl[oa]',
  refund: 'se (?:devuelve|regresa|reembolsa)|deposito (?:[a-z]+ ){0,4}?(?:devuel\\w+|regres\\w+|reembols\\w+)|(?:devuel\\w+|regres\\w+|reembols\\w+) (?:[a-z]+ ){0,3}?deposito|refund\\w*', process: '(?:tramite|investigacion|proceso(?: de renta)?|aprobacion|autorizacion|papeleo) (?:[a-z]+ ){0,3}?(?:tarda|dura|toma|demora|lleva|sale|queda|es en)|(?:tarda|dura) (?:el |la )?(?:tramite|investigacion|proceso)|approval takes', outage: 'se va (?:la luz|el agua|el internet)|(?:falta|faltan|corte|cortes|cortan) (?:de |el |la )?(?:agua|luz)|apagon\\w*|tandeo|power cuts?', moving: 'mudanzas?(?= (?:se|solo|son|es|de|entre|permit|no))', fee: '(?:cuota|cargo|costo|cobro|comision|deposito) (?:[a-z]+ ){0,2}?(?:por|de) (?:mascotas?|perro|gato|administracion|mudanza|investigacion|apertura|apartado|renovacion|estacionamiento)|pet (?:fee|deposit)|application fee|comision', repairs: 'reparaciones|desperfectos|repairs', renew: 'renov\\w+|renew\\w*',
}).map(([of, words]) => [of, new RegExp(String.raw`\b(?:${words})\b`, 'g')]))

const count = String.raw`(?<count>\d{1,3}|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|dieciocho|veinte|veinticuatro|treinta|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|an?)`
export const countOf = (said: string): number => numberWord(said) ?? (/^an?$/.test(said) ? 1 : Number(said))
const has = /\b(?:tiene[ns]?|tendr[ia]+s?|cuentas?|cuentan|contamos|trae[ns]?|vienen?|incluy\w+|hay|dispone\w*|ofrece\w*|tenemos|con|goza\w*|posee|has|have|comes|includes?|features?|there(?:'s| is| are)|with|boasts|amenidades|caracteristicas|amenities|ademas|equipad[oa])\b/
const holdsAfter = /^[^.,;!?]{0,40}?\b(?:estan?|es|son|abre[n]?|cierra[n]?|funciona[n]?|queda[n]?|se (?:puede|usa)|va|is|are|opens?|closes?)\b/
const denies = /\b(?:no|ni|nunca|tampoco|sin|ningun[oa]?|jamas|nada de|prohibid[oa]s?|prohiben?|not|don't|doesn't|isn't|aren't|without|never|can't|cannot|carece)\b/
const mild = /\bno (?:son|es|hay|habria|tenemos|tienen) (?:ningun )?(?:problema|inconveniente)\b|\bsin (?:limite|restriccion)[a-z]*|\bno (?:te )?(?:preocupes|dudes|hay (?:problema|bronca))\b|\bsin (?:problemas?|duda|falta|bronca)\b|^[^a-z]*no,|\bno solo\b|\b(?:no worries|no problem)\b/g
export const isDeniedIn = (said: string): boolean => denies.test(said.replace(mild, ''))

const pet = '(?:mascotas?|perr(?:o|a|it[oa])s?|perrhij[oa]s?|gat(?:o|a|it[oa])s?|michis?|lomitos?|animal(?:es|itos)?|pets?|dogs?|cats?|pupp(?:y|ies)|labrador(?:es)?|husky|pastor aleman|golden|pitbull|gran danes|rottweiler|chihuahua|schnauzer|bulldog|poodle|pug)'
const allows = '(?:acept(?:a[ns]?|amos|ad[oa]s?)|admit(?:e[ns]?|imos|id[oa]s?)|permit(?:e[ns]?|imos|id[oa]s?)|bienvenid[oa]s?|reciben?|prohib\\w*|(?:no )?(?:son|es|hay|habria|tenemos|tienen) (?:ningun )?(?:problema|inconveniente)|puede[ns]? (?:traer|tener|vivir|llevar|entrar|estar)|pueden? ir|se vale|allow\\w*|welcome|accept\\w*|take|(?:are|is) (?:okay|ok|fine))'
const petForms: readonly RegExp[] = [new RegExp(String.raw`\b${allows}\b[^.!?;]{0,40}?\b${pet}\b(?:[^.!?;]{0,40}?\b(?:no|grandes?|chic[oa]s?|pequen[oa]s?|tamano|razas?|kilos|kg)\b)?|\b${pet}\b[^.!?;]{0,40}?\b${allows}\b|\bpet ?-?friendly\b|\bsin (?:limite|restriccion)[a-z]* [^.!?;]{0,24}?${pet}\b|\b(?:no|sin|only|solo) ${pet}\b|\b(?:con|para) tu ${pet} sin (?:problema|bronca)`, 'g')]
const parking = String.raw`(?:(?:lugar(?:es)?|cajon(?:es)?|espacios?|sitios?|spots?|spaces?|car)? ?(?:[a-z]+ )?(?:de |para )?(?:estacionamientos?(?! (?:[a-z]+ )?(?:de|para) visitas)|parking(?! for (?:visitors|guests)))|(?:un |dos |tres )?(?:lugar|cajon|espacio)(?:es)? (?:[a-z]+ )?para (?:tu |el |un |dos |tres |tus )?(?:coche|auto|carro)s?|cocheras?|garages?|cajon(?:es)?(?! de visitas)|(?:lugar|espacio)(?:es)? (?:techados?|para estacionar\w*))`
const parkingForms = [new RegExp(String.raw`(?:\b${count} )?(?<!\b(?:visitor|guest|valet) )\b${parking}\b`, 'g')]
const furnishedForms = [/\b(?:semi ?-?)?amueblad[oa]s?\b|\b(?:con|sin|incluye|trae|tiene|los) (?:todos (?:los|sus) )?muebles\b|\bsin amueblar\b|\bequipad[oa] con [^.;!?]{0,20}?\b(?:sala|comedor|camas?|recamara|muebles)\b|\b(?:sala|comedor|camas?|sofa|sillones)(?:,| y|, y) (?:sala|comedor|camas?|escritorio|television)\b|\b(?:un|semi-?)?furnished\b|\bfurniture\b/g]
const months = '(?<unit>mes(?:es)?|anos?|months?|years?|semanas?|weeks?)'
const termForms = [
  new RegExp(String.raw`\b(?:plazo|contratos?|estancia|estadia|tiempo|periodo|renta\w*|arrend\w+|forzos[oa]s?|minim[oa]s?|lease|term|contract|stay)\b(?! \$)(?:,? (?!deposito|ingresos|anticip)[a-z|]+){0,5}?,? ${count}[ -]${months}`, 'g'),
  new RegExp(String.raw`\b${count}[ -]${months}(?: (?:de|como|a))?(?: [a-z]+)? (?:forzos[oa]s?|minim[oa]s?|de (?:contrato|plazo|estancia)|lease|contract|minimum)\b`, 'g'),
  /\b(?:no hay|sin|no (?:piden|tiene|existe|manejamos|pedimos)|there is no|no)(?: un)? (?:plazo|tiempo|estancia|minimum|contrato)(?: (?:minim[oa]|forzos[oa]|term|stay|lease))*\b|\bmes (?:a|con) mes\b|\bmonth[- ]to[- ]month\b|\bpor (?:dias|semanas|noches)\b(?=[^.]*\brent)|\b(?:rent|arrend)\w* (?:[a-z]+ )?por (?:dias?|semanas?|noches?|horas?)\b/g,
]
const noTerm = /deposit|ingres|nomina|comprob|recibo|anticip|penali|adelant|previo|aviso|gratis|free|advance|promoci|antiguedad|estados|de renta\b|multa|sin intereses|visita/
const ordinals = ['', 'primer|first', 'segundo|second', 'tercer|third', 'cuarto|fourth', 'quinto|fifth', 'sexto|sixth', 'septimo|seventh', 'octavo|eighth', 'noveno|ninth', 'decimo|tenth']
const floorForms = [new RegExp(String.raw`\b(?:piso|nivel|floor) (?:numero |no |# ?)?${count}\b(?! (?:recamaras|banos|meses|metros))|\b(?<nth>\d{1,2})(?:er|o|do|to|vo|mo|°|º|st|nd|rd|th)? (?:piso|nivel|floor)\b|\b(?<ordinal>${ordinals.slice(1).join('|')})o? (?:piso|nivel|floor)\b|\b(?<ground>planta baja|pb|a pie de calle|ground floor)\b|\b(?<top>ultimo (?:piso|nivel)|top floor)\b|\b(?<high>pisos? altos?|high floor)\b`, 'g')]
const place = String.raw`(?:(?:la|el|los|las|una?|unos|unas|the|an?|tu|tus|todo|todos|todas) )*(?<place>[a-z0-9]{2,}(?: (?:(?:de|del|la|el|los|las) )*[a-z0-9]{3,}){0,2})`
const nearForms = [
  new RegExp(String.raw`\b(?:a|to) (?:(?:unos|unas|solo|menos de|tan solo|apenas|como) )*(?:${count}|pocos|pocas|media|algunas|unos|unas) ?(?:minutos?|minutitos|min|cuadras?|calles?|pasos|pasitos|metros|mts|km|kilometros)(?: (?:a pie|caminando|en (?:coche|auto|carro|bici|metro|transporte)))?,? (?:de|del|al?) ${place}`, 'g'),
  new RegExp(String.raw`\b(?:a (?:la vuelta|un lado|un costado|unos pasos|pasos|espaldas) (?:de|del)|cerca (?:de|del)|cerquita (?:de|del)|frente (?:a|al)|enfrente (?:de|del)|junto (?:a|al)|al lado (?:de|del)|pegad[oa] (?:a|al)|sobre|near|close to|next to|across from|(?:minutes?|blocks?|steps|walk) from|walking distance (?:to|from)) ${place}`, 'g'),
  new RegExp(String.raw`\b(?:hay|queda|tienes?|esta|there is|there's)(?: muy)? (?<place>(?:un[ao]? |el |la |varios |varias |muchos |muchas |an? )?[a-z]{4,}(?: [a-z]+){0,2}?) (?:muy )?(?:cerca|cerquita|enfrente|a la vuelta|a (?:un|unos|una|media|dos|tres|pocas|pocos|\d+) (?:pasos?|cuadras?|minutos?|min|calles?|metros)|al lado|nearby)\b`, 'g'),
]
const noPlace = /^(?:(?:un[ao]?|el|la|las|los|lo|mi|ti|mas|alguna?|que|donde|tu|tus|su|cual\w*|aqui|ahi|alli|eso|esa?|ese|zona|colonia|otr[oa]|tuy[oa]|trabajo|escuela|oficina|familia|casa|you|your|here|there|it|opcion\w*|depa\w*|departamento\w*|visita\w*|algo|horario\w*|cita|asesor\w*|lo|\d+|mil|pesos|presupuesto|precio|lista|nombre|final|fin|terminar|empezar|agenda\w*|rent\w*|camellon|requisitos|costos?|gastos?|servicios|pagos?|documentos?|contrato|deposito|mascotas?|todo|dudas?|esto|temas?|detalles?) ?)+$/
const groupForms = [new RegExp(String.raw`\b(?:visitas?|recorridos?|citas?|tours?|visits?)\b[^.!?;]{0,30}?\b(?<sort>privad[oa]s?|individual(?:es)?|personalizad[oa]s?|en grupo|grupal(?:es)?|compartid[oa]s?|private|shared|a group)\b(?:[^.!?;]{0,24}?\b${count} (?:personas|people|interesados|prospectos))?|\b(?:en grupo|grupos?|van|somos|son|hasta|maximo)\b[^.!?;]{0,14}? ${count} (?:personas|people|interesados|prospectos)\b(?=[^.!?;]{0,16}\b(?:visita|recorrido|horario|grupo|tour|cita))|\bgrupos? de(?: hasta| maximo)? ${count.replace('<count>', '<many>')}\b|\b(?<alone>(?:solo|nada mas|unicamente) (?:estaras |vas a estar |seras? |irias |van )?(?:tu|ustedes) (?:y|con) (?:el|la|un|una|tu) asesor\w*|just you and)\b|\b(?<sort2>private|group) (?:visit|tour|viewing)\b`, 'g')]
const rushForms = [/\b(?:te )?l[oa] (?:van a|pueden|podrian) (?:rentar|apartar|ganar|ocupar)\b|\b(?:sube|subira|va a subir|suben|aumenta|aumentara) (?:de precio|el precio)\b|\bsi no te decides\b|\b(?:decidete|apurate|apresurate)\b|\bvuelan?\b|\bse (?:estan? )?(?:renta|van|va|acaba|ocupa|aparta|rentando|yendo|llena)n? (?:muy |super |bien |bastante )?(?:rapid[oa]|rapidisimo|pronto|volando)\b|\b(?:hay|tengo|tenemos|ya hay|son) (?:ya )?(?:\w+ ){0,3}?(?:personas?|interesad[oa]s?|prospectos|familias|clientes|parejas|solicitudes)(?: (?:mas|muy|ya))? ?(?:interesad\w+|viendol\w+|apuntad\w+|en fila|esperando|antes|mas|preguntando|detras|formad\w+|que (?:lo|la) (?:quieren|estan|van))?\b|\botr[oa]s? (?:personas?|parejas?|familias?|clientes?|interesad[oa]s?|prospectos?)\b[^.!?]{0,40}\b(?:interes|quier|apart|viendo|ver|visit|rent|firm|dej|pidi)\w*|\bya (?:lo|la) (?:estan|quieren|van a|pidio|pidieron)\b|\bmuch[oa]s? (?:demanda|interes|interesad[oa]s?)\b|\b(?:muy|bastante|super) (?:solicitad|pedid|peleado|buscad)[oa]s?\b|\b(?:solo|nada mas|unicamente|ya solo) (?:me |nos )?quedan? (?:un[oa]?|dos|1|2|est[ea]|es[ea])\b(?! (?:lugar|espacio|horario|turno|hora|cupo|visita|dia))|\bes (?:el|la) ultim[oa](?! (?:piso|nivel|horario|dia|hora|espacio|paso|visita|semana))\b|\bultim[oa]s? (?:disponibles?|oportunidad(?:es)?|depas?|departamentos?|unidad(?:es)?|vivienda)\b|\bno (?:va a|te va a|creo que) dur(?:ar|e)\b|\bdura(?:ra)? poco\b|\b(?:te|nos) lo(?: \w+)? gan(?:an|en|ar)\b|\b(?:si no|decide|apartalo|aprovecha)\b[^.!?]{0,30}\b(?:hoy|ya|pronto|rapido)\b|\bgo(?:es|ing)? (?:really |very )?fast\b|\bhigh demand\b|\blast (?:one|unit|chance)\b|\b(?:other|several|many|\d+|two|three|four|five) (?:people|applicants|families|prospects)\b[^.!?]{0,24}\b(?:interested|looking|want|viewing|waiting)\b|\b(?:esta|este) (?:promocion|precio|oferta) (?:solo )?(?:es |dura |vence |termina |acaba )?(?:hasta |solo |por )?(?:hoy|manana|esta semana|fin de mes)\b/g]

const asks = /\b(?:pid(?:en|es|o|ieron|io)|pedimos|necesit(?:as|an|aras|arias|amos|a)|ocup(?:as|an|amos)|requ(?:iere\w*|isitos?|erimos|eriran?)|solicit(?:an|amos|aran|a|aremos)|exig(?:en|imos)|debes? (?:tener|presentar|contar|comprobar)|hay que (?:presentar|tener|comprobar|dar|entregar)|tienes que (?:presentar|tener|comprobar|dar)|presentar|basta\w*|acept\w+|rent\w+ (?:sin|con)|sin|con (?:tu|solo)|ask for|needs?|requires?|required|requirements?|must have|se (?:revisa|consulta|checa|verifica)\w*)\b/
const asksAlways = /\b(?:pid(?:en|ieron)|pedimos|necesit(?:as|an|aras|a)|requ(?:iere\w*|isitos?|erimos|eriran?)|solicit(?:an|amos|aran)|exig(?:en|imos)|basta|ask for|require|requirements?|se (?:revisa|consulta|checa|verifica)\w*)\b/
const includes = /\binclu(?:y\w+|id[oa]s?|ded|des?)\b|\b(?:gratis|gratuit[oa]s?|for free|free)\b|\bsin (?:costo|cargo)(?: extra| adicional)?\b|\b(?:van?|estan?|vienen?|entran?)(?: ya| todo)? (?:en|con|dentro de) (?:la|tu|el) (?:renta|precio|mensualidad)\b|\b(?:cubre|cubierto)\b|\b(?:por|va por|corre por) (?:nuestra cuenta|cuenta (?:del|de la))|\bno (?:pagas|se paga|tienes que pagar)\b|\b(?:se paga|pagas|aparte|por tu cuenta|por separado)\b/
const apart = /\bno (?:esta\w* |va\w* |viene\w* )?inclu\w+|\baparte\b|\bpor (?:tu cuenta|separado)\b|\b(?:se paga|lo pagas|los pagas|pagas tu)\b|\bsin incluir\b|\bnot included\b|\b(?:doesn't|does not) include\b|\b(?:contratas|contrata) /

const sizeOf = ({ groups }: RegExpExecArray): number | undefined => { const said = groups?.['count'] ?? groups?.['many']; return said === undefined ? undefined : countOf(said) }
// What stands between the names of homes; the names themselves are bars.
export const traitsIn = (low: string, { isLine = false, isHome = false } = {}): Trait[] => {
  const found: Trait[] = []
  const add = (kind: Trait['kind'], of: string, { index: from, 0: { length } }: RegExpExecArray, more: Pick<Trait, 'is'> & Partial<Trait>): void => void found.push({ kind, of, from, to: from + length, ...more })
  const parted = low.replace(/ y (?=(?:no|si|sí|tiene|esta|es|cuenta|hay|acept\w+|se)\b)/g, ' ; ')
  const clauseAt = (at: number, to = at): string => parted.slice(parted.slice(0, at).search(/[^.;:,!?]*$/), to + Math.max(0, parted.slice(to).search(/[.;:,!?]|$/)))

  for (const each of petForms.flatMap((form) => allIn(form, low))) {
    const clause = clauseAt(each.index, each.index + each[0].length)
    const isOnly = /\b(?:solo|solamente|unicamente|only|just)\b/.test(clause)
    const of = new RegExp(String.raw`\bno (?:[a-z]+ ){0,3}?(?:perros|gatos)|(?:perros|gatos|dogs|cats) no\b`).test(low) && isOnly ? 'some' : /\b(?:grandes?|cualquier|tod[oa]s? (?:tipo|las|los|tamano)|sin (?:limite|restriccion\w*)|any size|large|big|labrador(?:es)?|husky|pastor aleman|golden|pitbull|gran danes|rottweiler)\b/.test(clause) ? 'large' : /\b(?:chic[oa]s?|chiquit[oa]s?|pequen[oa]s?|small|mini)\b/.test(clause) ? 'small' : isOnly && /\b(?:gat|cat|perr|dog)/.test(clause) ? 'some' : 'any'
    const numbers = /\b(?:hasta|maximo|up to) (\d|una?|dos|tres|cuatro|cinco|seis|one|two|three|four|five)\b/.exec(clause)?.[1]
    if (!found.some(({ kind }) => kind === 'pets')) add('pets', of, each, { is: !isDeniedIn(clause.replace(/,? ?(?:perros|gatos|dogs|cats) no\b/, '')), ...(isOnly && { isOnly }), size: numbers === undefined ? undefined : countOf(numbers) })
  }
  for (const each of parkingForms.flatMap((form) => allIn(form, low))) {
    const clause = clauseAt(each.index, each.index)
    const whole = low
    if (!isHome && !isLine && !(has.test(low.slice(0, each.index)) || holdsAfter.test(low.slice(each.index)) || isDeniedIn(low.slice(0, each.index)))) continue
    const sort = /\b(?:techad|subterrane|sotano|independiente|bateria|tandem|cubiert|covered|underground)/.exec(whole)?.[0] ?? ''
    add('parking', sort, each, { is: !isDeniedIn(`${clause}${each[0]}`), size: sizeOf(each) })
  }
  for (const each of furnishedForms.flatMap((form) => allIn(form, low))) {
    const clause = clauseAt(each.index, each.index + each[0].length)
    if (/^[^a-z]*(?:[a-z]+, )?(?:los|las|departamentos|depas) amueblad[oa]s\b/.test(clause)) continue // of any, not of one
    add('furnished', /semi/.test(each[0]) ? 'half' : 'whole', each, { is: !isDeniedIn(clause) && !/\bunfurn/.test(each[0]) })
  }
  for (const each of termForms.flatMap((form) => allIn(form, low))) {
    const unit = each.groups?.['unit'] ?? ''
    if (found.some(({ kind }) => kind === 'term') || noTerm.test(low.slice(Math.max(0, each.index - 6), each.index + each[0].length + 16))) continue
    const size = sizeOf(each)
    add('term', /minim|forzos|desde|least|minimum/.test(clauseAt(each.index, each.index + each[0].length)) ? 'least' : /\brent\w*|stay|estancia/.test(each[0]) ? 'may' : 'lease', each, { is: size === undefined && !/por/.test(each[0]) ? true : !isDeniedIn(clauseAt(each.index)), size: size === undefined ? 0 : /^(?:an|year)/.test(unit) ? size * 12 : /^(?:sem|week)/.test(unit) ? size / 4 : size })
  }
  for (const each of floorForms.flatMap((form) => allIn(form, low))) {
    const { count: said, nth, ordinal, ground, top } = each.groups ?? {}
    const of = ground ? 'ground' : top ? 'top' : said ? String(countOf(said)) : nth ? nth : ordinal ? String(ordinals.findIndex((names) => names.split('|').includes(ordinal))) : 'high'
    if (of !== 'NaN') add('floor', of, each, { is: !isDeniedIn(clauseAt(each.index)) })
  }
  for (const each of nearForms.flatMap((form) => allIn(form, low))) {
    const of = (each.groups?.['place'] ?? '').trim()
    if (of === '' || noPlace.test(of) || found.some(({ kind, from, to }) => kind === 'near' && each.index < to && each.index + each[0].length > from)) continue
    add('near', of, each, { is: !isDeniedIn(clauseAt(each.index)), size: sizeOf(each) })
  }
  for (const each of groupForms.flatMap((form) => allIn(form, low))) {
    const { sort = '', sort2 = '', alone } = each.groups ?? {}
    const size = alone || /privad|individual|private/.test(`${sort}${sort2}`) ? 1 : sizeOf(each)
    if (/personaliz/.test(sort)) continue
    add('group', '', each, { is: !isDeniedIn(clauseAt(each.index, each.index + each[0].length)), size })
  }
  for (const each of rushForms.flatMap((form) => allIn(form, low))) add('rush', '', each, { is: true })
  for (const [of, form] of Object.entries(rules)) for (const each of allIn(form, low)) add('rule', of, each, { is: !isDeniedIn(clauseAt(each.index, each.index + each[0].length)) })
  if (asks.test(low)) {
    const isOnly = /\b(?:solo|solamente|unicamente|nada mas|basta|only|just|nothing else)\b/.test(low)
    for (const [of, form] of Object.entries(papers)) for (const each of allIn(form, low)) {
      const clause = clauseAt(each.index)
      const isNot = isDeniedIn(clause.replace(/\b(?:nada mas|no antecedentes)\b/g, ''))
      if (isNot || asksAlways.test(low)) add('asked', of, each, { is: !isNot, ...(isOnly && { isOnly }) })
    }
  }
  const isIncluding = includes.test(low)
  if (isIncluding) for (const [of, form] of Object.entries(services)) for (const each of allIn(form, low)) {
    if (!found.some((other) => other.kind !== 'rush' && each.index < other.to && each.index + each[0].length > other.from)) add('included', of, each, { is: !apart.test(low) && !isDeniedIn(clauseAt(each.index, each.index + each[0].length).replace(/\bsin (?:costo|cargo)|\bno (?:pagas|se paga|tienes que pagar)/g, '')) })
  }
  for (const [of, form] of Object.entries(things)) for (const each of allIn(form, low)) {
    const before = low.slice(0, each.index)
    if (found.some(({ kind, from, to }) => kind !== 'floor' && kind !== 'near' && kind !== 'rule' && each.index < to && each.index + each[0].length > from)) continue
    if (!isHome && !isLine && !has.test(before) && !holdsAfter.test(low.slice(each.index + each[0].length)) && !isDeniedIn(before)) continue
    add('thing', of, each, { is: !isDeniedIn(clauseAt(each.index)) })
  }
  return found
}
