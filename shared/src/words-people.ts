import type { Language } from './words.ts'

// Who is who: two people that may be one, and those who were made one. To operators.
const es = {
  title: 'Personas', lead: 'Cuando dos parecen ser la misma persona, aquí se decide. Todo se puede deshacer.', onlyAdmins: 'Aquí puedes ver lo que hay por decidir. Lo decide quien administra Portero.',
  ofOne: 'Solo de esta persona', all: 'Ver todas', link: (count: number) => (count === 1 ? 'Ver su unión con otra persona' : `Ver sus ${count.toLocaleString('es-MX')} uniones con otras personas`),
  proposed: 'Por decidir', noProposed: 'Nada por decidir', noProposedText: 'Si dos personas parecen ser la misma, las verás aquí una al lado de la otra.',
  merged: 'Unidas', noMerged: 'Nadie se ha unido', noMergedText: 'Las personas que se unan aparecerán aquí, y podrás separarlas.',
  more: (count: number) => `y ${count.toLocaleString('es-MX')} más`,
  why: { told_together: 'WhatsApp dio sus datos juntos, como los de una sola persona.', at_odds: 'Comparten un dato, pero cada quien tiene además un número o una cuenta propios.', by_hand: 'Lo indicó alguien del equipo.' },
  proposedAt: 'Desde el', mergedAt: 'Unidas el', stayed: 'Quedó como', joined: 'Se unió',
  phone: 'Teléfono', email: 'Correo', alsoBy: 'También por', kind: { whatsapp: 'cuenta de WhatsApp', 'bird-contact': 'contacto de Bird', 'crm-contact': 'contacto del CRM' },
  since: 'La conocemos desde', heard: 'Escribió por última vez', never: 'No ha escrito', conversations: 'Conversaciones', open: 'Abrir la última', tours: 'Visitas', deal: 'Interés abierto', noDeal: 'Ninguno',
  same: 'Es la misma persona', two: 'Son dos', undo: 'Deshacer', laterFirst: 'Una de ellas se unió después con alguien más: primero deshaz esa unión.',
  propose: 'Comparar dos números', proposeText: 'Si crees que dos números son de la misma persona, escríbelos. Las verás lado a lado antes de decidir.', one: 'Un número', other: 'El otro número', compare: 'Comparar',
  came: {
    joined: 'Listo: ahora es una sola persona, con todo lo que era de las dos.', refused: 'Listo: son dos personas, y no se volverá a proponer.', undone: 'Listo: vuelven a ser dos, cada quien con lo suyo.', proposed: 'Aquí están las dos. Compáralas y decide.',
    outdated: 'Esto ya cambió desde que abriste la página. No se cambió nada; mira cómo quedó.', laterFirst: 'Una de ellas se unió después con alguien más. No se cambió nada; primero deshaz esa unión.',
    noNumber: 'Uno de los dos no parece un número de teléfono. Escríbelos con sus diez dígitos.', unknown: 'No conocemos a nadie con uno de esos números. Revísalos.', already: 'Los dos números ya son de la misma persona.',
  },
}
export type PeopleWords = typeof es
const en: PeopleWords = {
  title: 'People', lead: 'Where two people seem to be one, it is decided here. All of it can be undone.', onlyAdmins: 'Here you can see what is to be decided. Whoever looks after Portero decides it.',
  ofOne: 'Of this person only', all: 'See all', link: (count) => (count === 1 ? 'See how they were matched with somebody' : `See ${count.toLocaleString('en')} matches with other people`),
  proposed: 'To decide', noProposed: 'Nothing to decide', noProposedText: 'Where two people seem to be the same, you will see them here side by side.',
  merged: 'Joined', noMerged: 'Nobody has been joined', noMergedText: 'People who are joined appear here, and you can take them apart.',
  more: (count) => `and ${count.toLocaleString('en')} more`,
  why: { told_together: 'WhatsApp told their details together, as those of one person.', at_odds: 'They share a detail, and yet each has a number or an account of their own.', by_hand: 'Somebody of the team said so.' },
  proposedAt: 'Since', mergedAt: 'Joined on', stayed: 'Stayed as', joined: 'Joined in',
  phone: 'Phone', email: 'E-mail', alsoBy: 'Also by', kind: { whatsapp: 'WhatsApp account', 'bird-contact': 'Bird contact', 'crm-contact': 'CRM contact' },
  since: 'Known since', heard: 'Last wrote', never: 'Has not written', conversations: 'Conversations', open: 'Open the latest', tours: 'Visits', deal: 'Open lead', noDeal: 'None',
  same: 'It is the same person', two: 'They are two', undo: 'Undo', laterFirst: 'One of them was joined with somebody else later: undo that first.',
  propose: 'Compare two numbers', proposeText: 'If you think that two numbers belong to one person, type them. You will see both side by side before you decide.', one: 'One number', other: 'The other number', compare: 'Compare',
  came: {
    joined: 'Done: this is one person now, with all that belonged to both.', refused: 'Done: they are two people, and it will not be proposed again.', undone: 'Done: they are two again, each with what is theirs.', proposed: 'Here are the two. Compare them and decide.',
    outdated: 'This has changed since you opened the page. Nothing was changed now; see how it stands.', laterFirst: 'One of them was joined with somebody else later. Nothing was changed; undo that first.',
    noNumber: 'One of the two does not look like a phone number. Type all ten digits.', unknown: 'We know nobody with one of those numbers. Check them.', already: 'Both numbers belong to the same person already.',
  },
}
export const peopleWords: Record<Language, PeopleWords> = { 'es-MX': es, en }
