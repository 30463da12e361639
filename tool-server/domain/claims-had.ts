import type { Spot } from './claims-homes.ts'
import { allIn } from './claims-text.ts'

// What a message says can be had or can't: a time to visit, or a home.
export type Had = Spot & { is: 'there' | 'gone'; of: 'time' | 'home' | 'any' | 'visit' }

const timely = '(?<!\\b(?:para|de) )(?:lugar(?:es|cito)?|espacios?|espacito|cupos?|horarios?|huec(?:o|ito)s?|citas?|fechas?|visitas?|recorridos?|agenda|slots?|times?|spots?|openings?|turnos?)'
const homely = '(?:departamentos?|deptos?|dptos?|depas?|casas?|opciones|opcion|unidad(?:es)?|vivienda|viviendas|lofts?|estudios?|penthouses?|homes?|apartments?|propiedad(?:es)?)'
const day = '(?:hoy|manana|pasado manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow)'
const free = '(?:libres?|disponibles?|abiert[oa]s?(?! (?:de|desde|todos|las 24|24)\\b)|desocupad[oa]s?|vacantes?|vaci[oa]s?|available|free|open|vacant)'
const full = '(?:llen[oa]s?|ocupad[oa]s?|agotad[oa]s?|rentad[oa]s?|saturad[oa]s?|complet[oa]s?|tomad[oa]s?|vendid[oa]s?|comprometid[oa]s?|taken|full|booked up|fully booked|sold out)'
const holds = '(?:hay|habia|tengo|tenemos|queda|quedan|quedaron|me quedan?|nos quedan?|contamos con|cuento con|alcanzas(?: a)?|alcanzamos(?: a)?|alcanzo|encuentras|veo|me sale|me salen|me aparecen?|tenia|there (?:is|are|\'s)|there\'s|i have|we have|i\'ve got|we\'ve got|i see)'
const is = '(?:esta|estan|sigue|siguen|continua|continuan|aun esta|se encuentra|se encuentran|se mantiene|queda|quedan|sale|aparece|is|are|still|it\'s|remains)'
const taken = '(?:rent|apart|ocup|tom|llen|agot|gan|vend|acab|satur)'
const most = String.raw`(?: \w+){0,3}?`

type Form = readonly [RegExp, Had['of']]
const there: readonly Form[] = [
  [new RegExp(String.raw`\b(?:${holds}(?! (?:aqui |ya |que )*(?:tu|su) )|te (?:puedo )?ofre(?:zco|cer|cemos)|te puedo dar|te doy)${most} ${timely}\b`, 'g'), 'time'],
  [new RegExp(String.raw`\b${timely}(?: \w+){0,4}? ${free}\b|\b${free} ${timely}\b`, 'g'), 'time'],
  [new RegExp(String.raw`\b(?:${holds})(?: algo)?(?: ${free})?(?: para)? (?:(?:el|este) (?=${day}|\\d{1,2}\\b(?! ?de [a-z]+ [a-z]))|a las?|${day}|at |on )|\b(?:${timely.replace('lugar(?:es|cito)?|', '')})(?: (?:del?|el|la|los|${day}|\\d+)){0,3} son (?:a|el|los)\\b`, 'g'), 'time'],
  [new RegExp(String.raw`\b(?:puedes|te puedo|podemos|te podemos) (?:verl[oa]|visitarl[oa]|pasar|venir|ir|conocerl[oa]|recibir(?:te)?|atender(?:te)?|mostrarl[oa]|ensenarl[oa]) (?:\w+ ){0,2}?(?:el |a las?|este |${day})|\byou can (?:see|visit|come|view)(?: it)? (?:on|at|tomorrow|today)`, 'g'), 'time'],
  [new RegExp(String.raw`\b(?:lo |la )?mas (?:pronto|cercano|proximo|temprano|tarde)[^.?!]{0,30}? (?:es|seria|esta|tengo|hay|sale)\b|\bthe (?:earliest|next|first|soonest)[^.?!]{0,24}? is\b`, 'g'), 'time'],
  [new RegExp(String.raw`\b(?:${holds}|encontre|encontramos|i found)${most} ${homely}\b`, 'g'), 'home'],
  [new RegExp(String.raw`\b${is}${most} (?:${free}\b(?! (?:para (?:ayudarte|atenderte|lo que|resolver|cualquier|servirte)|to help))|en renta\b|sin rentar\b|on the market\b)`, 'g'), 'any'],
  [/\b(?:acaba[n]?|acaban|acabo) de (?:entrar|salir|llegar|desocupar\w*|liberar\w*|ingresar|publicar\w*) (?:un[oa]?s?|otr[oa]s?)\b|\b(?:a new one|one) (?:just|has just) (?:came|come|opened|become)\b/g, 'home'],
  [/\b(?:aun|todavia|sigue) se (?:esta )?(?:renta|rentando)\b|\bse (?:acaba de |acaban de )?(?:desocup|liber)(?:o|aron|ar)(?= (?:un|una|otro|otra)\b)/g, 'home'],
  [new RegExp(String.raw`(?:^|[¡,.] ?)(?:claro,? |hola,? )*s[ií],? (?:hay|tenemos|tengo|esta disponible|contamos|queda)\b|\bs[ií] (?:hay|lo tenemos|la tenemos|queda)\b|\b(?:lo|la|las|los) (?:sigo teniendo|seguimos teniendo|tengo|tenemos)(?: todavia| aun)? ${free}\b|\b(?:aun|todavia) (?:lo|la|los|las) (?:tengo|tenemos)\b|\b(?:aun|todavia)(?: \w+)? se puede (?:ver|visitar|rentar|apartar)|\bse puede (?:ver|visitar) (?:cuando|hoy|manana|ya|esta)|\bdisponibles? (?:a partir|desde|de inmediato|inmediatamente|ya|ahora|hoy)\b|\b(?:disponibilidad|entrega) inmediata\b|\b(?:hay|tenemos|tengo|con) disponibilidad\b|\bavailable (?:now|immediately|from)\b`, 'g'), 'any'],
]
const gone: readonly Form[] = [
  [/\bno (?:tienes|te aparecen?|te encuentro|te encontre|encuentro|encontre|veo|te veo|tengo|hay|te tengo)(?: (?:aun|todavia|ya|registrada|ninguna|ningun|una|otra|tu|agendada|programada)){0,3} (?:visitas?|citas?|recorridos?)\b(?! (?:disponible|libre|para (?:el|hoy|manana|ese|esa)))|\b(?:don't|do not) (?:have|see) (?:any |a )?(?:visits?|appointments?|tours?)\b/g, 'visit'],
  [new RegExp(String.raw`\b(?:ya )?(?:no|ni|tampoco) (?:me |nos |te |le )?(?:${holds}|encontre|hubo|habra)${most} (?:${timely}|nada (?:${free}|para (?:el |ese )?(?:${day}|dia)|el ${day}|ese dia))\b|\bsin (?:disponibilidad|lugares|espacios|horarios|cupo)\b|\bnos quedamos sin \w+|\bno (?:free |open |available )?(?:slots|times|openings|availability|spots)\b|\bfully booked\b|\bnothing (?:available|free|open|left)\b`, 'g'), 'time'],
  [new RegExp(String.raw`\b(?:agenda|dia|horario|hora|turno|lugar|espacio|cupo|slot|time|${day})(?: \w+){0,3}? (?:esta|quedo|se|fue|is|was|got) (?:\w+ )?(?:${full}|${taken}o)\b|\bse (?:me |nos |te |les )?(?:acaba(?:n|ron)? de )?(?:llen|satur|agot|ocup|tom)(?:ar|o|aron|ado)\b|\b${full} (?:el|la|ese|esa|los) (?:${timely}|dia|${day})`, 'g'), 'time'],
  [new RegExp(String.raw`\bya no (?:${holds})${most} ${homely}\b|\bya (?:lo|la|los|las|se|fue|nos lo|nos la) (?:${taken}(?:o|aron|amos|ad[oa]))\b|\b(?:acaba|acaban|acabamos|acabaron) de ${taken}ar(?:se|lo|la|los|las)?\b|\bse (?:acaba de |acaban de )?(?:rent|apart|ocup|vend|tom)(?:o|aron|ar|ad[oa]|io|er)\b|\bya (?:fue|esta|quedo) (?:apartad|rentad|vendid)[oa]\b|\b(?:was|has been|'s been|is already|just got|got) (?:rented|taken|leased|let)\b|\bno tengo nada(?: asi)? disponible\b`, 'g'), 'home'],
  [new RegExp(String.raw`\b(?:no|ni|tampoco) (?:me |nos |te |le )?(?:${holds})${most} disponibilidad\b|\bsin disponibilidad\b|\bya no (?:hay|queda|esta disponible|sigue disponible|se encuentra|esta libre|esta en renta|lo tenemos|la tenemos|lo tengo|la tengo|esta|se puede)\b|\bno (?:esta|estan|se encuentra|sigue|quedo)(?: \w+)? ${free}\b|\bno longer available\b|\b(?:isn't|is not|aren't|not) available\b|\b(?:esta|estan|quedo|quedaron|is|are) (?:ya |todo |all |already )*${full}\b`, 'g'), 'any'],
]
const self = /\b(?:estoy|estamos|asesor\w*|equipo|i am|i'm|we are)(?: \w+){0,2} (?:disponibles?|available|libres?)/

export const hadIn = (low: string): Had[] => {
  const found: Had[] = []
  const add = (is: Had['is'], forms: readonly Form[]): void => {
    for (const [form, of] of forms) {
      for (const { index: from, 0: { length } } of allIn(form, low)) {
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
