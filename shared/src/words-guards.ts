import type { Language } from './words.ts'

// What is said at once, before any model: to whoever is in danger, speaks of the law, asks for a person, or would have people kept away for what they are.
// Línea de la Vida: Mexico's Secretaría de Salud, free, day and night. Nobody is refused a home for what they are: Ley Federal para Prevenir y Eliminar la Discriminación.
const es = {
  crisis: 'Lamento mucho que estés pasando por esto, y no tienes que vivirlo a solas. Llama ahora a la Línea de la Vida, 800 911 2000: es gratis y contesta las 24 horas. Si estás en peligro, llama al 911. También le avisé a una persona de nuestro equipo.',
  emergency: 'Si tú o alguien más está en peligro, llama ahora al 911 y ponte a salvo. Ya le avisé también a una persona de nuestro equipo.',
  legal: (answer: string) => `Lo tomamos en serio, y esto lo atiende una persona de nuestro equipo. ${answer}`,
  privacy: (answer: string) => `Puedes pedirnos ver, corregir o borrar tus datos personales, u oponerte a que los usemos. Lo ve contigo una persona de nuestro equipo. ${answer}`,
  person: (answer: string) => `Claro que sí, con gusto. ${answer}`,
  apart: 'Con nosotros cualquier persona es bienvenida: no elegimos ni descartamos a nadie por su origen, color de piel, religión, orientación, género, edad, discapacidad, embarazo o familia, así que no puedo buscar de esa manera. Con gusto te ayudo a elegir por zona, precio y tamaño.',
  welcome: 'Sí, claro: con nosotros todas las personas son bienvenidas. No distinguimos por origen, color de piel, religión, orientación, género, edad, discapacidad, embarazo o familia.',
  children: 'Sí, claro: las niñas y los niños son bienvenidos.',
  cancel: { visit: '¿Qué quieres cancelar, tu visita o los mensajes que te mandamos?', messages: 'No tienes ninguna visita por venir. ¿Quieres que ya no te escribamos?', presses: { visit: 'Cancelar mi visita', stop: 'Ya no me escriban', nothing: 'Nada, gracias' } },
  summary: {
    crisis: 'Escribió que quiere hacerse daño. Le dimos la Línea de la Vida y el 911', emergency: 'Puede estar en peligro. Le dijimos que llame al 911', legal: 'Habla de una demanda, una queja ante la autoridad o un trato injusto. El asistente ya no le contesta',
    privacy: 'Quiere ejercer sus derechos sobre sus datos personales (ARCO) y no dijo cuál', person: 'Quiere hablar con una persona',
  },
  quoted: (summary: string, text: string) => `${summary}. Escribió: «${text}»`,
}
export type GuardWords = typeof es
const en: GuardWords = {
  crisis: 'I am so sorry you are going through this, and you do not have to face it alone. In Mexico, call Línea de la Vida now, 800 911 2000: it is free and answers day and night. If you are in danger, call 911. I have also told a person on our team.',
  emergency: 'If you or anybody else is in danger, call 911 now and get to safety. I have also told a person on our team.',
  legal: (answer) => `We take this seriously, and a person on our team looks after it. ${answer}`,
  privacy: (answer) => `You may ask us to see, correct or erase your personal data, or object to our using it. A person on our team will see to it with you. ${answer}`,
  person: (answer) => `Of course, gladly. ${answer}`,
  apart: 'Everybody is welcome with us: we neither choose nor turn away anybody for their origin, skin colour, religion, orientation, gender, age, disability, pregnancy or family, so I cannot search that way. I will gladly help you choose by area, price and size.',
  welcome: 'Yes, of course: everybody is welcome with us. We make no difference by origin, skin colour, religion, orientation, gender, age, disability, pregnancy or family.',
  children: 'Yes, of course: children are welcome.',
  cancel: { visit: 'What would you like to cancel, your visit or the messages we send you?', messages: 'You have no visit ahead. Would you like us to stop writing to you?', presses: { visit: 'Cancel my visit', stop: 'Stop messaging me', nothing: 'Nothing, thanks' } },
  summary: {
    crisis: 'They wrote that they want to harm themselves. We gave them Línea de la Vida and 911', emergency: 'They may be in danger. We told them to call 911', legal: 'They speak of a lawsuit, a complaint to the authorities or being wronged. The assistant does not answer them any more',
    privacy: 'They want to use their rights over their personal data (ARCO) and did not say which', person: 'They want to talk to a person',
  },
  quoted: (summary, text) => `${summary}. They wrote: «${text}»`,
}
export const guardWords: Record<Language, GuardWords> = { 'es-MX': es, en }
