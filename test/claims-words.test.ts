import { describe, expect, test } from '@jest/globals'
import { factsOf } from '@portero/tool-server/domain/claims-facts.ts'
import { unbacked } from '@portero/tool-server/domain/claims.ts'

// How agents in Mexico write that something is done or can be had, and how they write when nothing is: by persons, tenses, auxiliaries and clitics, with and without accents.
const zone = 'America/Mexico_City'
const now = Date.parse('2026-11-21T12:00-06:00')
const nothing = factsOf([], { zone, now })
const isClaim = (text: string): boolean => unbacked(text, nothing, { now, zone }).length > 0
const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '')

const claims: Record<string, string> = {
  'that a visit is booked': `
    Ya te agendé\nya te agende la visita\nListo! ya quedaste agendado\nQuedas agendada para el jueves\nTe dejé apartado el lugar\nte dejo apartado el horario de las 4\nYa está reservado a tu nombre\nYa se agendó tu cita\nSe te agendó la visita
    Acabo de agendarte\nTe acabo de reservar el espacio\nYa pude agendar tu visita\nLogramos apartarte el lugar\nTu lugar está apartado\nTu espacio ya está asegurado\nCita confirmada ✅\nVisita agendada\n¡Agendado!\nConfirmadísimo, te esperamos\nConfirmado, nos vemos
    ya quedo confirmado\nTe hemos agendado la cita\nHemos confirmado tu recorrido\nYa tienes tu lugar\nHice tu reservación\nYa hice la cita\nYa generé tu cita en el sistema\nTu registro está hecho\nTe registré para el recorrido\nTe anoté para el jueves
    Te apunté en la agenda\nYa estás apuntado para la visita\nLe confirmo que su visita quedó agendada\nSu cita ha sido confirmada\nSu visita está programada\nYa le reservé su espacio\nTe confirmo tu cita\nQuedó lista tu visita\nYa está tu visita
    Tu cita fue registrada con éxito\nLa visita ya se encuentra confirmada\nSe ha agendado tu visita exitosamente\nYa bloqueé ese horario para ti\nYa quedó en la agenda\nSofía ya confirmó tu visita\nEl asesor confirmó la cita\nTe dejé anotado para la visita\nQueda agendado entonces
    Quedamos agendados para mañana\nYa te separé el horario\nTe guardé el espacio de las 4\nTu reservación está hecha\nYa aparté tu cita\nYa quedó tu recorrido\nTu visita ya está en el calendario\nTe tengo agendado\nTe tengo apuntada para el lunes\nYa te tenemos registrado para la visita
    I have booked your visit\nI've gone ahead and booked it\nYour tour has been scheduled\nYou're booked for Thursday\nAll set!\nIt's confirmed\nYour spot is reserved\nI was able to book your visit\nWe've got you booked\nGot you scheduled\nYour appointment is now confirmed`,
  'that a visit is cancelled': `
    Cancelé la cita\nYa cancele tu visita\nTu visita se canceló\nTu visita ha sido cancelada\nLa cita quedó anulada\nDi de baja tu visita\nYa dimos de baja la cita\nAcabo de cancelarla\nYa está cancelada\nCancelada tu visita\nSe canceló sin problema
    Hemos cancelado tu recorrido\nYa liberé tu horario\nYa eliminé tu cita\nListo, cancelación hecha\nYa no tienes visita\nTe la cancelé\nYa te la cancelamos\nTu cita queda cancelada\nQuedó sin efecto tu visita\nYa quité tu visita de la agenda\nYa borramos tu cita
    I just cancelled your visit\nYour visit was cancelled\nI've taken you off the schedule`,
  'that a visit is moved': `
    Moví tu visita al viernes\nTe la cambié para el viernes\nYa la pasé al sábado\nSe cambió el horario de tu visita\nYa se movió la cita\nCambio hecho\nYa hice el cambio\nYa quedó el cambio\nListo el cambio\nTu cita quedó para otro día\nReagendé tu recorrido
    Tu visita fue reagendada\nYa reprogramamos\nYa actualicé la hora de tu visita\nYa ajusté tu horario\nTe recorrí la cita\nYa te la movimos\nSe hizo el cambio de horario\nTu cambio ya está hecho\nTu nueva cita es el viernes\nPospuse tu visita\nTu visita se pasó al lunes
    I moved your appointment\nYour appointment has been rescheduled\nYour visit has been moved`,
  'that somebody was told': `
    Ya le avisé a Sofía\nYa le avise al asesor\nLe acabo de avisar a mi compañera\nYa le pasé tu recado a la encargada\nYa notifiqué al equipo\nYa se le notificó al equipo\nEl equipo ya está enterado\nYa escalé tu caso\nTu caso ya fue escalado\nYa canalicé tu solicitud con un asesor
    Te transferí con un asesor\nYa te comuniqué con una persona\nYa le dije a Diego que te llame\nYa les avisé\nYa hablé con el dueño\nYa pedí que te contacten\nYa solicité que te llamen\nYa mandé tu mensaje al asesor\nUn asesor ya tiene tus datos\nUn asesor ya está al tanto
    Ya reporté la fuga a mantenimiento\nYa levanté el reporte\nTe canalicé con ventas\nAcabo de pasarle tu número al asesor\nMi compañera ya sabe de tu caso\nYa quedó avisado el equipo\nYa lo vi con el encargado\nYa puse al tanto a Sofía\nYa se lo comenté al gerente
    I've notified the team\nI told Sofía\nI let the agent know\nThe team has been notified\nI passed your message to an advisor`,
  'that they are on the list': `
    Te agregué a la lista de espera\nYa te puse en la lista de espera\nEstás en lista de espera\nQuedaste anotado en la lista de espera\nTe inscribí en la lista de espera\nYa te apunté en la lista\nTe sumamos a la lista de espera\nYa formas parte de la lista de espera\nQuedaste en la lista
    I've added you to the waitlist\nYou're on the waiting list now`,
  'that something was sent': `
    Te mandé las fotos\nYa te las mandé\nTe acabo de enviar el video\nYa te compartí la ubicación\nFotos enviadas\nTe dejé el plano arriba\nAhí te van las fotos\nYa se enviaron las fotos a tu WhatsApp\nTe adjunté el plano\nTe pasé la ubicación hace rato\nLas fotos ya te las envié\nAcabo de mandarte las imágenes
    I sent you the photos\nI've shared the location with you`,
  'that something was saved or registered': `
    Ya guardé tus datos\nYa actualicé tu presupuesto\nYa registré que tienes mascota\nTus datos quedaron guardados\nYa registré tu solicitud\nTu solicitud quedó registrada\nTu queja ya fue levantada\nYa dimos entrada a tu solicitud\nTu solicitud está en trámite`,
  'what no tool does': `
    Ya recibimos tu pago\nTu pago fue acreditado\nTu contrato está listo\nYa te apliqué el descuento\nTe conseguí un descuento\nTe autorizaron el crédito\nTe aprobaron\nTu solicitud de renta fue aprobada`,
  'that all is done': `
    Ya quedó todo\nListo, ya quedó\nTodo listo\nHecho\nYa está hecho\nYa está todo arreglado\nAsunto resuelto\nYa está\nYa te lo resolví\nQuedó`,
  'that a visit is on': `
    Nos vemos el jueves\nTe esperamos mañana\nTu visita es mañana\nTe recibe Sofía a las 4\nAllá te esperamos el lunes\nRecuerda que tu visita es el lunes a las 11\nTe veo mañana a las 12`,
  'that something can be had': `
    Sí hay disponibilidad\nTodavía está disponible\nSigue libre\nAún la tenemos\nEstá libre todavía\nSí, el depa sigue en renta\nHay lugar\nTodavía alcanzas lugar\nMe queda un espacio\nTengo un hueco\nTengo espacios disponibles\nLo tengo abierto\nEstá desocupado\nSe puede visitar cuando quieras
    It's still available\nThere are openings`,
  'of what a home is, has, asks for or allows': `
    Aceptamos mascotas pequeñas\nEs pet friendly\nNo se permite fumar\nLa investigación tarda tres días\nEl depósito se regresa al terminar el contrato\nLos requisitos son INE y comprobante de ingresos\nEl mantenimiento está incluido\nHay un parque cerca\nHay estacionamiento para visitas\nEstá amueblado
    Se renta sin muebles\nTiene elevador\nEl edificio cuenta con alberca y gimnasio\nNo tiene balcón\nEstá en el tercer piso\nEstá a dos cuadras del metro\nPiden aval\nNo piden aval\nEl contrato mínimo es de 6 meses\nVan hasta 10 personas por visita\nEste depa vuela\nYa estás aprobado\nEl primer mes es gratis
    La renta incluye agua y luz\nPuedes subarrendarlo\nHay tres personas interesadas\nTe responden en menos de 5 minutos\nHay visitas de lunes a viernes\nDisponible las 24 horas para visitas\nEs en Xochimilco, muy buena zona\nTu folio es P-1A2B3C4D
    We accept pets\nThe lease is twelve months\nAll utilities are included\nIt has a gym\nIt is furnished`,
  'that something is gone': `
    Ya se rentó\nYa no hay\nYa lo apartaron\nSe ocupó\nAcaban de rentarlo\nEstá lleno\nNo hay nada disponible\nYa no quedan lugares\nNo tenemos espacio\nSe llenó la agenda\nNo tengo disponibilidad\nSin disponibilidad\nYa está ocupado ese horario
    It's been rented\nWe're fully booked`,
}
const harmless: Record<string, string> = {
  'an offer or a question': `
    ¿Te agendo?\n¿Quieres que te agende la visita?\nSi quieres te agendo\nTe agendo en cuanto me digas\nDime qué día y te agendo\nPara agendar tu visita necesito tu nombre\n¿La agendamos?\nPuedo agendarte una visita\nCon gusto te agendo, ¿qué día te queda?\nAntes de confirmar, ¿me das tu nombre?
    ¿Le aviso a un asesor?\nLe aviso a un asesor si quieres\n¿Te mando las fotos?\nSi quieres te mando el video\nTe puedo mandar la ubicación\n¿Cancelo tu visita?\n¿Seguro que quieres cancelar?\nPuedes cancelar cuando quieras\n¿A qué día la cambiamos?\nPodemos mover tu visita\n¿La movemos?\n¿Te anoto en la lista de espera?
    Puedo anotarte en la lista de espera\n¿Te lo dejo apartado?\n¿Lo dejamos agendado?\n¿Confirmamos?\n¿Te late el jueves?\n¿Prefieres a las 4 o a las 5?\n¿Ya habías agendado con nosotros?\n¿Ya recibiste las fotos?\n¿Ya te contactó el asesor?\n¿Todo en orden?\n¿Buscamos otra opción?\nWould you like me to book it?\nI can book a visit for you`,
  'a request': `
    Agende su visita cuando guste\nPor favor confirme su asistencia\nConfírmame si te queda\nAvísame cuando llegues\nPara cancelar responde CANCELAR\nSi necesitas cambiar tu cita, avísame\n¿Me compartes tu nombre completo?\nLet me know which day works\nTo cancel, reply CANCEL`,
  'a plan': `
    Te aviso en cuanto sepa\nEn un momento te confirmo\nDeja confirmo con el equipo\nVoy a avisarle al asesor\nUn asesor te contactará si lo necesitas\nLo reviso\nVoy a buscar\nTe marco mañana\nMañana te escribo\nTe contesto hoy mismo\nCuando esté confirmada te aviso\nUna vez agendada te llega un recordatorio\nEn cuanto quede te aviso
    Para que quede confirmada necesito tu nombre\nSolo falta confirmar tu nombre\nFalta que me digas tu nombre para dejarlo agendado\nI'll check and let you know`,
  'a denial': `
    Aún no está confirmada\nTodavía no tienes visita\nNo he podido agendar tu visita\nNo se pudo cancelar\nNo pude moverla\nAún no le aviso a nadie\nNo te he mandado nada\nTu visita no ha sido cancelada\nI can't confirm that yet\nI haven't booked it yet`,
  'what is not known, or asked for': `
    ¿Buscas amueblado?\n¿Necesitas estacionamiento?\n¿Tienes mascotas?\nSi tienes mascota, dime y busco opciones\nNo sé si aceptan mascotas\nNo tengo ese dato del estacionamiento\nNo tengo información sobre el ruido\nSi necesitas estacionamiento, te busco opciones\nNo puedo ofrecerte descuentos\nAnotado: con balcón y estacionamiento
    Would you like a furnished one?\nI don't know whether pets are allowed`,
  'what holds always': `
    El proceso es sencillo: visitas, apartas y firmas\nPara apartar se deja un mes de renta\nEl apartado se descuenta del primer mes\nEl contrato se firma en la oficina
    La visita dura media hora\nLas visitas son gratis\nTe recibe un asesor en la entrada\nAtendemos de 9 a 7\nNuestro horario es de 9:00 a 18:00\nEstamos disponibles de lunes a sábado\nNo trabajamos domingos
    El aviso de privacidad está en nuestra página\nTus datos están protegidos\nToda la información está en la página\nEl edificio está bien ubicado\nEstá recién remodelado\nEstá equipado\nEstá pensado para parejas\n`,
  'small talk': `
    Hola, gracias por escribir a UrbanHub\nListo, ¿algo más?\nClaro que sí, con gusto\nOk, quedo atento\nQuedo al pendiente\nQuedo pendiente de tu respuesta\nEstoy para ayudarte\nPerdón por la demora\nAnotado, gracias\nNos vemos\nNos vemos pronto\nFeliz fin de semana\nNo tengo esa información\nEso lo ve directamente el asesor\nDéjame revisar\nDame chance
    Estoy revisando\nMuchas felicidades\nGracias por confirmar\nGracias por tu pago\nGracias por avisarme\nRecibido\nRecibí tu mensaje\nYa vi tu mensaje\nMe dijiste que el jueves\nMe comentaste que buscas algo de 20 mil\nGot it\nYou're welcome`,
}
for (const [what, texts] of Object.entries(claims)) describe(`a claim ${what}`, () => { test.each(lines(texts))('%s', (text) => expect(isClaim(text)).toBe(true)) })
for (const [what, texts] of Object.entries(harmless)) describe(`no claim: ${what}`, () => { test.each(lines(texts))('%s', (text) => expect(isClaim(text)).toBe(false)) })
