import type { Deed } from './claims-facts.ts'
import type { Spot } from './claims-homes.ts'

// What a message says was done, and what it says can or can't be had.
// deeds: any one of them backs it; none: nothing that a tool does.
export type Done = Spot & { deeds: readonly Deed[]; isVisit: boolean }
export type Had = Spot & { is: 'there' | 'gone'; of: 'time' | 'home' | 'any' }

const visit = '(?:visita|cita|recorrido|tour|reserva|reservacion|appointment|visit|viewing|showing|booking)'
const any: readonly Deed[] = ['booked', 'held', 'moved', 'cancelled', 'escalated', 'waiting', 'sent', 'noted', 'requested']
const who = String.raw`(?:un(?:a)? |al? |mi |el |la |nuestr[oa] |tu )*(?:asesor\w*|equipo|companer[oa]s?|agentes?|persona|ejecutiv[oa]|gerente|encargad[oa]|supervisor\w*|administracion|dueno|propietari[oa]|agent|team|colleague|manager|advisor|someone)`
type Pattern = readonly [RegExp, readonly Deed[], isVisit?: true]
const patterns: readonly Pattern[] = [
  [/\btu (?:pago|transferencia|contrato|solicitud de renta|investigacion|expediente) (?:ya )?(?:quedo|esta|fue|ha sido|se) (?:\w+ ){0,2}(?:recibid|list|firmad|aprobad|acreditad|registrad)\w*|\b(?:recibimos|se acredito) tu (?:pago|deposito|transferencia)|\b(?:te )?(?:aplique|apliqu\w+ ya|consegui|autorizaron|aprobaron|aprobamos|autorizamos) (?:\w+ ){0,3}(?:descuento|credito|solicitud|contrato|rebaja)|\byour (?:payment|contract|application) (?:was|is|has been) (?:received|approved|signed|ready)/g, []],
  [new RegExp(String.raw`\b(?:cancele|cancelamos|anule|di de baja|i(?:'ve| have)? cancell?ed|we(?:'ve| have)? cancell?ed)\b|\b(?:cancelad[oa]|anulad[oa]|cancell?ed)\b|\b${visit} (?:ya )?(?:se )?(?:cancelo|anulo)\b`, 'g'), ['cancelled']],
  [new RegExp(String.raw`\b(?:cambie|cambiamos|movi|movimos|recorri|pase|adelante|pospuse|i(?:'ve| have)? (?:moved|changed|rescheduled)|we(?:'ve)? moved) (?:\w+ ){0,2}(?:${visit}|horario|hora|time)\b|\b(?:te |la |lo )(?:cambie|movi|recorri|pase) (?:para|al|a las?)\b|\b(?:reagende|reprogramad?[aoe]?|reagendad[oa]|reprogramamos|rescheduled)\b|\b${visit} (?:ya )?(?:quedo |fue |esta )(?:movida|cambiada|reagendada|reprogramada)`, 'g'), ['moved'], true],
  [/\b(?:te |lo |la |ya |les? )?(?:anote|apunte|agregue|puse|inscribi|sume|anotamos)\b[^.]{0,30}\blista\b|\b(?:ya )?(?:estas|quedaste)(?: \w+){0,2} (?:en|a) (?:la )?lista de espera|\byou(?:'re| are) (?:now )?on the (?:waiting list|waitlist)|\bi(?:'ve| have)? (?:added|put) you (?:to|on) the (?:waiting list|waitlist)/g, ['waiting']],
  [new RegExp(String.raw`\b(?:le |les |ya |lo |la )*(?:avise|avisamos|notifique|turne|escale|comunique|informe|reporte|canalice|transferi|pase(?: tu \w+| la conversacion)?|pedi|solicite)(?: de \w+)? (?:\w+ ){0,3}${who}|\b${who} (?:ya |que )?(?:esta|quedo|fue|tiene|sabe|recibio) (?:ya )?(?:avisad|enterad|notificad|informad|al tanto|tu caso|tu mensaje|de tu)\w*|\b(?:ya )?(?:le |les )(?:avise|notifique|informe|dije|comente|escribi|pase tu \w+) a\b|\bya (?:quedo|esta) (?:avisad|notificad)\w*|\bi(?:'ve| have)? (?:already )?(?:told|notified|alerted|informed|let|contacted|passed\b.{0,20}\bto) (?:\w+ ){0,2}${who}`, 'g'), ['escalated']],
  [/\b(?:te|les?|ya|se las?|te las?|te los?) (?:\w+ ){0,1}?(?:mande|envie|comparti|enviamos|mandamos|adjunte)\b[^.]{0,30}\b(?:fotos?|video|plano|ubicacion|imagenes)|\b(?:ya )?te (?:las|los|lo|la) (?:mande|envie|comparti)\b|\b(?:ahi|ya|aqui) te (?:van|mando|mande|envie|deje) (?:las |el |la |los )?(?:fotos?|video|plano|ubicacion)|\bi(?:'ve| have)? (?:just )?sent (?:you )?(?:the |some |\d )?(?:photos?|video|floor plan|location)/g, ['sent']],
  [/\b(?:registre|guarde|actualice|anote|apunte|capture)\b[^.]{0,20}\b(?:datos?|presupuesto|informacion|preferencias?|perfil|requisitos|mascota|mudanza)\b|\bi(?:'ve| have)? (?:saved|updated|noted|recorded) your\b/g, ['noted']],
  [/\b(?:recibi|registre|levante|tramite|recibimos|abri|ingrese) (?:\w+ )?tu (?:solicitud|peticion|baja)|\btu solicitud (?:ya )?(?:quedo|esta|fue) (?:registrad|recibid|en tramite|ingresad)\w*|\bi(?:'ve| have)? (?:received|registered|filed) your request/g, ['requested', 'noted', 'escalated']],
  [/\b(?:te|lo|la|ya|les?|se) (?:lo |la |te )?(?:he )?(?:aparte|apartamos|guarde|guardamos|apartado|separe)\b|\b(?:quedo|queda|esta) (?:apartad|separad|guardad)[oa]\b|\bi(?:'m| am) (?:holding|keeping)\b|\bi(?:'ve)? (?:held|kept) (?:it|that|the)\b/g, ['held', 'booked', 'moved'], true],
  [new RegExp(String.raw`\b(?:te|lo|la|ya|les?|se|tu) (?:lo |la |te )?(?:he )?(?:agende|agendamos|agendado|reserve|reservamos|reservado|programe|programamos|confirme|confirmamos|confirmado)\b(?! que| si| en cuanto)|\bhice (?:tu|la) (?:reserva|cita)|(?<!est(?:e|ar|en) |queden? |hayas? |de |sera |una (?:vez )?|sea |ser )\b(?:agendad|reservad|programad|confirmad)[oa]s?\b|\b(?:is|are|has been|it's|all|you're|i(?:'ve| have)?|we(?:'ve| have)?) (?:now |all |just |already )?(?:booked|scheduled|reserved|confirmed)\b|\b(?:booked|confirmed|scheduled)!|\b(?:you(?:'re| are) )all set\b`, 'g'), ['booked', 'moved'], true],
  [new RegExp(String.raw`\b(?:tu|la) ${visit}\b[^.?!]{0,80}?\b(?:quedo(?! (?:ya )?(?:cancel|anul|movid|cambiad|reagend|reprogram))|queda|ya esta(?! (?:cancel|anul|movid|cambiad|reagend|reprogram))|esta list[oa]|sigue en pie|es (?:el|hoy|manana|a las?|este|pasado)|sera|is (?:on|at|tomorrow|today|set))\b|\b(?:ya )?tienes (?:una |tu |otra |ya )*(?:${visit}|lugar|espacio)\b|\b(?:nos vemos|te esperamos|te espera [a-z]+|te veo|te recibe|te recibira|te atiende|te esperan|te vemos) (?:\w+ ){0,2}?(?:el|hoy|manana|pasado|este|a las?|al|en|\d|lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b|\bquedamos (?:el|para|hoy|manana|pasado|este|a las?|lunes|martes|miercoles|jueves|viernes|sabado|domingo|\d+)\b|\bya quedaste\b|\byou have a ${visit}|\b(?:see|expecting|meet) you (?:on|tomorrow|today|at|this)\b|\byour ${visit}\b[^.?!]{0,60}\bis (?:on|at|set|tomorrow|today|still)\b|\b(?:te |lo )?quedo (?:para )?(?:el|hoy|manana|pasado manana) `, 'g'), ['booked', 'moved'], true],
  [/\b(?:ya |todo |listo,? (?:\w+,? )?|y |eso )(?:te )?(?:quedo(?! (?:al? |atent|pendiente|en espera|muy))|esta listo|esta hecho|lo hice)\b|^(?:¡|• )?(?:quedo(?! (?:al? |atent|pendiente|en espera|muy))|hecho|done|all done)\b|\bit(?:'s| is) (?:all )?done\b|\bquedo (?:todo )?listo\b|\btodo (?:quedo )?(?:listo|arreglado|resuelto)\b/g, any],
]
const pending = /\b(?:cuando|si|hasta que|en cuanto|una vez que|para que|antes de que|until|once (?:you|it|we|the|that)|when|if|after|sin) (?:\w+ ){0,3}$/
const future = /\b(?:quedaria|quedara|seria|sera|will be|would be|puede|pueda|podria|para|debe|pendiente de|por) (?:quedar |ser |estar |be )?$/

// Each place once, as the first pattern there reads it.
export const doneIn = (low: string): Done[] => {
  const found: Done[] = []
  for (const [form, deeds, isVisit = false] of patterns) {
    for (const { index: from, 0: { length } } of low.matchAll(form)) {
      const before = low.slice(Math.max(0, from - 40), from)
      if (pending.test(before) || future.test(before) || found.some((each) => from < each.to && from + length > each.from)) continue
      found.push({ from, to: from + length, deeds, isVisit })
    }
  }
  return found
}

const timely = '(?:lugar(?:es)?|espacios?|cupos?|horarios?|huecos?|citas?|fechas?|visitas?|slots?|times?|openings?|turnos?)'
const homely = '(?:departamentos?|depas?|casas?|opciones|opcion|unidad(?:es)?|vivienda|viviendas|lofts?|estudios?|penthouses?|homes?|apartments?|propiedad(?:es)?)'
const there: readonly (readonly [RegExp, Had['of']])[] = [
  [new RegExp(String.raw`\b(?:hay|tengo|tenemos|queda|quedan|contamos con|there (?:is|are)|i have|we have|te (?:puedo )?ofre(?:zco|cer|cemos))(?: \w+){0,3}? ${timely}\b`, 'g'), 'time'],
  [new RegExp(String.raw`\b${timely}(?: \w+){0,4}? (?:libres?|disponibles?|available|free|open)\b|\b(?:libres?|disponibles?|available|free|open) ${timely}\b`, 'g'), 'time'],
  [/\b(?:tengo|tenemos|hay|i have|we have|i've got)(?: algo)?(?: libres?| disponibles?)?(?: para)? (?:el |a las?|este |hoy|manana|pasado manana|(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|tomorrow|today|at |on )/g, 'time'],
  [/\bpuedes (?:verl[oa]|visitarl[oa]|pasar|venir|ir|conocerl[oa]) (?:el |a las?|este |hoy|manana|pasado)|\byou can (?:see|visit|come|view)(?: it)? (?:on|at|tomorrow|today)/g, 'time'],
  [new RegExp(String.raw`\b(?:hay|tengo|tenemos|queda|quedan|encontre|there (?:is|are)|we have|i have|i found)(?: \w+){0,3}? ${homely}\b`, 'g'), 'home'],
  [/\b(?:esta|estan|sigue|siguen|continua|aun esta|se encuentra|is|are|still|it's)(?: \w+){0,3}? (?:libres?|disponibles?|available|free|open|vacante)\b(?! (?:para (?:ayudarte|atenderte|lo que|resolver)|to help))/g, 'any'],
  [/(?:^|[¡,.] ?)(?:claro,? |hola,? )*s[ií],? (?:hay|tenemos|tengo|esta disponible|contamos|queda)\b|\bs[ií] (?:hay|lo tenemos|la tenemos|queda)\b|\b(?:lo|la|las|los) (?:tengo|tenemos) (?:libre|disponible)s?\b|\bdisponibles? (?:a partir|desde|de inmediato|inmediatamente|ya|ahora|hoy)\b|\bdisponibilidad inmediata\b|\bhay disponibilidad\b|\btenemos disponibilidad\b|\bavailable (?:now|immediately|from)\b/g, 'any'],
]
const gone: readonly (readonly [RegExp, Had['of']])[] = [
  [new RegExp(String.raw`\b(?:ya )?no (?:hay|quedan?|tenemos|tengo|veo|encontre|contamos con|me aparecen?)(?: \w+){0,3}? (?:${timely}|disponibilidad)\b|\bno (?:free |open |available )?(?:slots|times|openings|availability)\b|\bfully booked\b|\b(?:agenda|dia|horario|jueves|viernes|lunes|martes|miercoles|sabado|domingo) (?:\w+ )?(?:ya )?(?:esta|se) (?:\w+ )?(?:llen[oa]|lleno|ocupad[oa]|ocupo)\b|\bse (?:acaba de ocupar|ocupo)\b`, 'g'), 'time'],
  [new RegExp(String.raw`\bya no (?:hay|quedan?|tenemos|tengo)(?: \w+){0,3}? ${homely}\b|\bya (?:se rento|fue rentad[oa]|esta rentad[oa]|la rentaron|lo rentaron|se ocupo)\b|\bse rento\b|\bya fue apartad[oa]\b|\b(?:was|has been|is already) rented\b|\bno tengo nada(?: asi)? disponible\b`, 'g'), 'home'],
  [/\bya no (?:hay|queda|esta disponible|sigue disponible|se encuentra|esta libre|esta en renta|lo tenemos|la tenemos)\b|\bno (?:esta|estan|se encuentra|sigue)(?: \w+)? (?:disponibles?|libres?)\b|\bno longer available\b|\b(?:isn't|is not|not) available\b|\b(?:esta|estan|quedo) (?:ya )?(?:ocupad|llen|agotad|rentad)[oa]s?\b/g, 'any'],
]
const self = /\b(?:estoy|estamos|asesor\w*|equipo|i am|i'm|we are)(?: \w+){0,2} (?:disponibles?|available|libres?)/

export const hadIn = (low: string): Had[] => {
  const found: Had[] = []
  const add = (is: Had['is'], forms: readonly (readonly [RegExp, Had['of']])[]): void => {
    for (const [form, of] of forms) {
      for (const { index: from, 0: { length } } of low.matchAll(form)) {
        const to = from + length
        if (self.test(low.slice(Math.max(0, from - 24), to)) || found.some((each) => from < each.to && to > each.from)) continue
        found.push({ from, to, is, of })
      }
    }
  }
  add('gone', gone)
  add('there', there)
  return found
}
