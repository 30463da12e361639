import type { Language } from '@portero/shared'

// What whoever builds a workflow, or an agent that chooses among tools, reads of each. Spanish descriptions are the tool's own.
type Both = Record<Language, string>
export type ActionWords = { name: Both; does: string; fields: Readonly<Record<string, Both & { help: string }>> }

export const actionWords: Readonly<Record<string, ActionWords>> = {
  book_tour: {
    name: { 'es-MX': 'Reservar una visita', en: 'Book a visit' },
    does: 'Books a visit to a home for the person of the enrolled record. Give it the slot_id they chose; without one, the home and when. It is booked only if ok is true; if not, offer the alternatives that come back.',
    fields: {
      slot_id: { 'es-MX': 'Horario elegido', en: 'Chosen time', help: 'The exact slot_id that check_availability gave.' },
      home: { 'es-MX': 'Vivienda', en: 'Home', help: 'The home, such as roma-302, where there is no slot_id.' },
      when: { 'es-MX': 'Día y hora', en: 'Day and time', help: 'Day and time, where there is no slot_id: «2026-11-23 11:00», or in Spanish words.' },
      part_of_day: { 'es-MX': 'Parte del día', en: 'Part of the day', help: 'morning, afternoon or evening, where there is a day and no hour.' },
      name: { 'es-MX': 'Nombre', en: 'Name', help: 'Whose name the visit is under, if they said it.' },
      people: { 'es-MX': 'Personas en la visita', en: 'People at the visit', help: 'How many people will come to the visit.' },
      language: { 'es-MX': 'Idioma', en: 'Language', help: 'es-MX or en: what whoever shows it has to speak.' },
    },
  },
  cancel_tour: {
    name: { 'es-MX': 'Cancelar una visita', en: 'Cancel a visit' },
    does: 'Calls off a visit of the person of the enrolled record, only when they clearly asked for it. Without a tour_id it is their next visit; where there are several, ask which.',
    fields: {
      tour_id: { 'es-MX': 'Visita', en: 'Visit', help: 'The tour_id that book_tour gave, where there is more than one visit.' },
      reason: { 'es-MX': 'Motivo', en: 'Reason', help: 'Why, if they said so.' },
    },
  },
  check_availability: {
    name: { 'es-MX': 'Consultar horarios de visita', en: 'Check times for a visit' },
    does: 'Gives up to six free times to visit a home. Name no time that did not come from here. To book one, call book_tour with its slot_id.',
    fields: {
      home: { 'es-MX': 'Vivienda', en: 'Home', help: 'The home, such as roma-302, as find_homes gave it.' },
      from_day: { 'es-MX': 'A partir del día', en: 'From this day', help: 'The first day that suits: YYYY-MM-DD, or Spanish words such as «mañana».' },
      part_of_day: { 'es-MX': 'Parte del día', en: 'Part of the day', help: 'morning, afternoon or evening.' },
      people: { 'es-MX': 'Personas en la visita', en: 'People at the visit', help: 'How many people will come to the visit.' },
      language: { 'es-MX': 'Idioma', en: 'Language', help: 'es-MX or en: what whoever shows it has to speak.' },
    },
  },
  escalate: {
    name: { 'es-MX': 'Pedir que atienda una persona', en: 'Ask a person to take over' },
    does: 'Asks a person to take over the conversation: when the prospect asks for one, complains, asks about payments or the contract, in an emergency, or when they cannot be helped otherwise.',
    fields: {
      reason: { 'es-MX': 'Motivo', en: 'Reason', help: 'Why: asked_for_person, complaint, payment, contract, emergency, not_understood or other.' },
      summary: { 'es-MX': 'Resumen', en: 'Summary', help: 'The conversation in a sentence or two, for whoever takes it over.' },
    },
  },
  find_homes: {
    name: { 'es-MX': 'Buscar viviendas', en: 'Find homes' },
    does: 'Finds homes that can be rented now, up to five, by area or city, bedrooms, monthly budget, pets and move-in date. Everything is optional. The home that comes back is what the other tools take.',
    fields: {
      area: { 'es-MX': 'Zona', en: 'Area', help: 'Neighbourhood, area or city, such as «Roma Norte».' },
      bedrooms: { 'es-MX': 'Recámaras', en: 'Bedrooms', help: 'At least this many bedrooms.' },
      budget_max: { 'es-MX': 'Renta máxima', en: 'Highest rent', help: 'The highest monthly rent in pesos.' },
      pets: { 'es-MX': 'Con mascotas', en: 'With pets', help: 'true where pets will live there.' },
      move_in: { 'es-MX': 'Fecha de mudanza', en: 'Move-in date', help: 'YYYY-MM-DD.' },
    },
  },
  join_waitlist: {
    name: { 'es-MX': 'Anotar en la lista de espera', en: 'Join the waiting list' },
    does: 'Puts the person of the enrolled record on the waiting list of a home, where no time suits them: when one that does becomes free, it is kept for them for a while and offered by message. It books nothing.',
    fields: {
      home: { 'es-MX': 'Vivienda', en: 'Home', help: 'The home, such as roma-302, as find_homes gave it.' },
      from_day: { 'es-MX': 'Desde el día', en: 'From this day', help: 'The first day that suits: YYYY-MM-DD, or Spanish words such as «mañana». Today without it.' },
      to_day: { 'es-MX': 'Hasta el día', en: 'To this day', help: 'The last day that suits. As far as there are times without it.' },
      part_of_day: { 'es-MX': 'Parte del día', en: 'Part of the day', help: 'morning, afternoon or evening.' },
      people: { 'es-MX': 'Personas en la visita', en: 'People at the visit', help: 'How many people would come to the visit.' },
      language: { 'es-MX': 'Idioma', en: 'Language', help: 'es-MX or en: what whoever shows it has to speak.' },
    },
  },
  qualify_lead: {
    name: { 'es-MX': 'Calificar al prospecto', en: 'Qualify the prospect' },
    does: 'Notes what the prospect said about themselves, says what is still missing to qualify them and what to ask next, and moves their deal to qualified once nothing is.',
    fields: {
      budget_max: { 'es-MX': 'Presupuesto', en: 'Budget', help: 'Monthly budget in pesos.' },
      occupants: { 'es-MX': 'Personas', en: 'Occupants', help: 'How many people will live there.' },
      pets: { 'es-MX': 'Tiene mascotas', en: 'Has pets', help: 'true where they have pets.' },
      move_in: { 'es-MX': 'Fecha de mudanza', en: 'Move-in date', help: 'YYYY-MM-DD.' },
      months: { 'es-MX': 'Meses de contrato', en: 'Months', help: 'For how many months they want to rent.' },
      guarantee: { 'es-MX': 'Garantía', en: 'Guarantee', help: 'What they can give: guarantor, policy, deposit or none.' },
      income_range: { 'es-MX': 'Ingreso mensual', en: 'Monthly income', help: 'Their monthly income in pesos, only where they said so unasked: under_20k, 20k_to_40k, 40k_to_80k or over_80k.' },
    },
  },
  reschedule_tour: {
    name: { 'es-MX': 'Cambiar una visita de horario', en: 'Move a visit' },
    does: 'Moves a visit of the person of the enrolled record to another time. Give it the slot_id they chose, or when. Without a tour_id it is their next visit; where there are several, ask which. It is moved only if ok is true; if not, offer the alternatives that come back.',
    fields: {
      tour_id: { 'es-MX': 'Visita', en: 'Visit', help: 'The tour_id that book_tour gave, where there is more than one visit.' },
      slot_id: { 'es-MX': 'Horario elegido', en: 'Chosen time', help: 'The exact slot_id that check_availability gave.' },
      when: { 'es-MX': 'Día y hora', en: 'Day and time', help: 'Day and time, where there is no slot_id: «2026-11-23 11:00», or in Spanish words.' },
      language: { 'es-MX': 'Idioma', en: 'Language', help: 'es-MX or en: what whoever shows it has to speak from now on.' },
    },
  },
  update_deal: {
    name: { 'es-MX': 'Actualizar los datos del prospecto', en: 'Update what the prospect wants' },
    does: 'Notes what the prospect said about themselves and moves their deal: qualified once it is known what they look for, application when they want to rent after a visit, lost when they no longer do.',
    fields: {
      stage: { 'es-MX': 'Etapa', en: 'Stage', help: 'The stage to move to, only if the prospect said so.' },
      budget_max: { 'es-MX': 'Presupuesto', en: 'Budget', help: 'Monthly budget in pesos.' },
      bedrooms: { 'es-MX': 'Recámaras', en: 'Bedrooms', help: 'Bedrooms that they look for.' },
      occupants: { 'es-MX': 'Personas', en: 'Occupants', help: 'How many people will live there.' },
      pets: { 'es-MX': 'Tiene mascotas', en: 'Has pets', help: 'true where they have pets.' },
      move_in: { 'es-MX': 'Fecha de mudanza', en: 'Move-in date', help: 'YYYY-MM-DD.' },
      months: { 'es-MX': 'Meses de contrato', en: 'Months', help: 'For how many months they want to rent.' },
      guarantee: { 'es-MX': 'Garantía', en: 'Guarantee', help: 'What they can give: guarantor, policy, deposit or none.' },
      home: { 'es-MX': 'Vivienda preferida', en: 'Preferred home', help: 'The home they prefer, such as roma-302.' },
    },
  },
}
