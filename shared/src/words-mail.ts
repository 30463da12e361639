import type { Language } from './words.ts'

type Trouble = { since: string; said: string; waiting: number }
type Told = { subject: string; paragraphs: string[] }
export const lasted = (ms: number): string => {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
const waits = (count: number): string => (count === 1 ? 'Espera un envío.' : `Esperan ${count.toLocaleString('es-MX')} envíos.`)
const waitsEn = (count: number): string => (count === 1 ? 'One thing waits.' : `${count.toLocaleString('en')} things wait.`)

// What Portero writes by e-mail to our own people. Nothing in it says who the prospect is or what they wrote: mail lies about.
const es = {
  escalation: {
    subject: (reason: string) => `Te necesitan en WhatsApp: ${reason}`,
    greeting: (name: string) => `Hola, ${name}:`,
    text: (reason: string, until: string) => `Una persona te necesita en WhatsApp: ${reason}. Ábrela antes del ${until}; si nadie la abre, avisamos a quien sigue en la lista.`,
    open: 'Abrir conversación',
  },
  greeting: 'Hola:',
  // To whoever looks after Portero. said: what was answered, in the words for engineers.
  trouble: {
    key: (vendor: string, { since, said, waiting }: Trouble): Told => ({
      subject: `${vendor} ya no acepta la clave de Portero`,
      paragraphs: [`Desde el ${since}, ${vendor} rechaza la clave con la que entra Portero (${said}).`, `${waits(waiting)} Nada se pierde: saldrá solo, en su orden, en cuanto haya una clave que sirva.`, 'Qué hacer: conecta la cuenta otra vez con una clave nueva (portero connect) y mira qué dice portero doctor. No volveremos a escribirte de esto hasta que funcione.'],
    }),
    scopes: (vendor: string, { since, said, waiting }: Trouble): Told => ({
      subject: `A Portero le falta un permiso en ${vendor}`,
      paragraphs: [`Desde el ${since}, ${vendor} no le deja a Portero hacer parte de su trabajo. Le falta este permiso: ${said}.`, `${waits(waiting)} Nada se pierde: saldrá solo en cuanto lo tenga.`, 'Qué hacer: instala otra vez la aplicación y acepta todos sus permisos, o dáselos a la clave; portero doctor dice dónde. No volveremos a escribirte de esto hasta que funcione.'],
    }),
    setup: (vendor: string, { since, said }: Trouble): Told => ({
      subject: `En ${vendor} hay algo por arreglar`,
      paragraphs: [`Desde el ${since} falta en ${vendor} algo que Portero necesita: ${said}.`, 'Lo demás sigue llegando; lo que no cabe queda apuntado, y se escribirá en cuanto se arregle.', `Qué hacer: portero ${vendor.toLowerCase()} plan dice qué es y dónde. No volveremos a escribirte de esto hasta que esté bien.`],
    }),
    grant: (vendor: string, { since, said, waiting }: Trouble): Told => ({
      subject: `Hay que volver a conectar una cuenta de ${vendor}`,
      paragraphs: [`Desde el ${since}, ${vendor} ya no deja entrar a Portero a la cuenta de uno de tus asesores (${said}): quizá quitó el permiso o cambió su contraseña.`, `${waits(waiting)} Nada se pierde; mientras tanto no se ve qué horas tiene ocupadas.`, 'Qué hacer: en Integraciones, pulsa «Volver a conectar» y entra con la misma cuenta. No volveremos a escribirte de esto hasta que funcione.'],
    }),
    agents: (vendor: string, { since }: Trouble): Told => ({
      subject: `Dos agentes contestan a la vez en ${vendor}`,
      paragraphs: [`Desde el ${since}, en un canal de ${vendor} contestan el agente de Portero y también el de ${vendor}: cada persona recibe dos respuestas.`, 'Nada se pierde, pero quien escribe no sabe a cuál hacerle caso.', `Qué hacer: apaga el agente de ${vendor} en ese canal, o deja que conteste él solo (portero agent); portero doctor dice cuál canal es. No volveremos a escribirte de esto hasta que conteste uno solo.`],
    }),
    silent: (vendor: string, { since }: Trouble): Told => ({
      subject: `${vendor} lleva tres horas sin mandar nada`,
      paragraphs: [`Hasta el ${since} no había llegado nada de ${vendor} en tres horas, y hace una semana, a estas horas, llegaba mucho.`, 'Puede que nadie escriba, o que se haya perdido la forma en que nos avisa. Lo que falte se pide solo cada pocos minutos, donde se puede.', `Qué hacer: escríbele tú al número, y mira qué dice portero doctor. No volveremos a escribirte de esto hasta que llegue algo.`],
    }),
    over: (vendor: string, lastedMs: number, waiting: number): Told => ({
      subject: `${vendor} ya está bien con Portero`,
      paragraphs: [`Duró ${lasted(lastedMs)}. ${waiting === 0 ? 'Nada tuvo que esperar.' : waiting === 1 ? 'Esperó un envío, que ya sale solo.' : `Esperaron ${waiting.toLocaleString('es-MX')} envíos, que ya salen solos.`}`, 'No hay que hacer nada.'],
    }),
    open: 'Ver lo que espera', reconnect: 'Volver a conectar',
  },
  // To whoever goes to a visit, and to whoever shows it: who the other is, neither reads.
  visit: {
    subject: { new: (home: string, when: string) => `Visita: ${home}, ${when}`, moved: (home: string, when: string) => `Cambió la visita: ${home}, ${when}`, off: (home: string, when: string) => `Cancelada: ${home}, ${when}` },
    greeting: (name: string) => (name === '' ? 'Hola:' : `Hola, ${name}:`),
    text: {
      prospect: {
        new: (home: string, when: string) => `Tu visita a ${home} es el ${when}. Va en este correo para tu calendario; si no puedes llegar, escríbenos por WhatsApp y la cambiamos.`,
        moved: (home: string, when: string) => `Tu visita a ${home} ahora es el ${when}. Con este correo cambia también en tu calendario.`,
        off: (home: string, when: string) => `Tu visita a ${home} del ${when} quedó cancelada. Si quieres otro día, escríbenos por WhatsApp.`,
      },
      agent: {
        new: (home: string, when: string) => `Muestras ${home} el ${when}.`,
        moved: (home: string, when: string) => `La visita a ${home} que muestras ahora es el ${when}.`,
        off: (home: string, when: string) => `Ya no muestras ${home} el ${when}.`,
      },
    },
    map: 'Cómo llegar',
    open: 'Abrir conversación',
  },
  signature: 'Te lo avisa Portero. Nadie lee lo que se responda a este correo.',
}
export type MailWords = typeof es
const en: MailWords = {
  escalation: {
    subject: (reason) => `You are needed on WhatsApp: ${reason}`,
    greeting: (name) => `Hi ${name},`,
    text: (reason, until) => `Somebody needs you on WhatsApp: ${reason}. Open it before ${until}; if nobody does, whoever is next on the list is told.`,
    open: 'Open conversation',
  },
  greeting: 'Hi,',
  trouble: {
    key: (vendor, { since, said, waiting }) => ({
      subject: `${vendor} no longer takes Portero’s key`,
      paragraphs: [`Since ${since}, ${vendor} refuses the key that Portero comes in by (${said}).`, `${waitsEn(waiting)} Nothing is lost: it leaves by itself, in order, once there is a key that works.`, 'What to do: connect the account again with a new key (portero connect), and see what portero doctor says. We will not write about this again until it works.'],
    }),
    scopes: (vendor, { since, said, waiting }) => ({
      subject: `Portero lacks a permission at ${vendor}`,
      paragraphs: [`Since ${since}, ${vendor} does not let Portero do part of its work. It lacks this permission: ${said}.`, `${waitsEn(waiting)} Nothing is lost: it leaves by itself once it has it.`, 'What to do: install the app again and agree to all of its scopes, or give them to the key; portero doctor says where. We will not write about this again until it works.'],
    }),
    setup: (vendor, { since, said }) => ({
      subject: `Something is to be mended at ${vendor}`,
      paragraphs: [`Since ${since}, ${vendor} lacks something that Portero needs: ${said}.`, 'Everything else arrives; what has no place there is noted, and written once this is mended.', `What to do: portero ${vendor.toLowerCase()} plan says what it is, and where. We will not write about this again until it is well.`],
    }),
    grant: (vendor, { since, said, waiting }) => ({
      subject: `An account at ${vendor} must be connected again`,
      paragraphs: [`Since ${since}, ${vendor} no longer lets Portero into the account of one of your agents (${said}): they may have taken the permission back, or changed their password.`, `${waitsEn(waiting)} Nothing is lost; meanwhile nobody sees when they are busy.`, 'What to do: press “Connect again” in Integrations, and sign in with the same account. We will not write about this again until it works.'],
    }),
    agents: (vendor, { since }) => ({
      subject: `Two agents answer at once at ${vendor}`,
      paragraphs: [`Since ${since}, Portero’s agent and ${vendor}’s own both answer on a channel of ${vendor}: everybody gets two answers.`, 'Nothing is lost, but whoever writes cannot tell which of the two to believe.', `What to do: turn off ${vendor}’s agent on that channel, or let it answer alone (portero agent); portero doctor says which channel it is. We will not write about this again until only one answers.`],
    }),
    silent: (vendor, { since }) => ({
      subject: `${vendor} has sent nothing for three hours`,
      paragraphs: [`By ${since} nothing had come from ${vendor} for three hours, and a week ago much came at these hours.`, 'Perhaps nobody writes, or the way it tells us is gone. What is missing is asked for every few minutes, where that can be done.', `What to do: write to the number yourself, and see what portero doctor says. We will not write about this again until something comes.`],
    }),
    over: (vendor, lastedMs, waiting) => ({
      subject: `${vendor} is well with Portero again`,
      paragraphs: [`It lasted ${lasted(lastedMs)}. ${waiting === 0 ? 'Nothing had to wait.' : waiting === 1 ? 'One thing waited, and leaves by itself now.' : `${waiting.toLocaleString('en')} things waited, and leave by themselves now.`}`, 'There is nothing to do.'],
    }),
    open: 'See what waits', reconnect: 'Connect again',
  },
  visit: {
    subject: { new: (home, when) => `Visit: ${home}, ${when}`, moved: (home, when) => `The visit has moved: ${home}, ${when}`, off: (home, when) => `Called off: ${home}, ${when}` },
    greeting: (name) => (name === '' ? 'Hi,' : `Hi ${name},`),
    text: {
      prospect: {
        new: (home, when) => `Your visit to ${home} is on ${when}. It comes with this mail for your calendar; if you can't make it, write to us on WhatsApp and we'll find another time.`,
        moved: (home, when) => `Your visit to ${home} is now on ${when}. This mail changes it in your calendar, too.`,
        off: (home, when) => `Your visit to ${home} on ${when} has been called off. For another day, write to us on WhatsApp.`,
      },
      agent: {
        new: (home, when) => `You show ${home} on ${when}.`,
        moved: (home, when) => `The visit to ${home} that you show is now on ${when}.`,
        off: (home, when) => `You no longer show ${home} on ${when}.`,
      },
    },
    map: 'How to get there',
    open: 'Open conversation',
  },
  signature: 'Portero sent this. Nobody reads what is answered to it.',
}
export const mailWords: Record<Language, MailWords> = { 'es-MX': es, en }
