// A second operator, invented as the first is, so that no checker knows its homes by heart.
export const otherHouse = `
knowledge:
  - { q: ¿Qué piden para rentar?, a: "Identificación oficial, 2 recibos de nómina y obligado solidario o fianza. Todo se entrega al asesor después de la visita.", source: Política, checked: 2026-10-20 }
  - { q: ¿Cuándo se devuelve el depósito?, a: "A los 45 días de entregar las llaves, menos daños.", source: Contrato, checked: 2026-10-20 }
  - { q: ¿Cuánto dura el contrato?, a: "12 meses forzosos; los amueblados desde 3.", source: Contrato, checked: 2026-10-20 }
  - { q: ¿Cuánto tarda el trámite?, a: "Unos 4 días hábiles con los papeles completos.", source: Contratos, checked: 2026-10-20 }
buildings:
  - slug: americana
    name: Edificio Lerdo
    zone: America/Mexico_City
    address: Calle Lerdo de Tejada 2417, Colonia Americana, 44160
    neighbourhood: Americana
    city: Guadalajara
    amenities: [elevador, rooftop, cuarto de bicis]
    visits: { seats: 4 }
    faq:
      - { q: ¿Hasta qué hora se usa el rooftop?, a: "De 9:00 a 21:00 h todos los días.", source: Reglamento, checked: 2026-10-20 }
    homes:
      - { slug: americana-12, title: Loft con mezzanine, unit: "12", bedrooms: 1, bathrooms: 1, areaM2: 53, rentMxn: 15300, pets: small, availableFrom: 2026-12-03, requirements: [identificación oficial, 2 recibos de nómina, fianza], features: [mezzanine, cocina equipada, ventanales], description: "Loft de techos altos con mucha luz." }
      - { slug: americana-31, title: Dos recámaras con terraza propia, unit: "31", bedrooms: 2, bathrooms: 1.5, areaM2: 88, rentMxn: 23700, pets: yes, availableFrom: 2026-12-19, parking: 1, requirements: [identificación oficial, 2 recibos de nómina, obligado solidario o fianza], features: [terraza, lavadora y secadora, cuarto de lavado], description: "Terraza de 18 m² con asador." }
  - slug: providencia
    name: Torre Bernardette
    zone: America/Mexico_City
    address: Avenida Rubén Darío 1366, Providencia, 44630
    neighbourhood: Providencia
    city: Guadalajara
    amenities: [elevador, gimnasio, alberca, cancha de pádel, seguridad 24/7]
    faq:
      - { q: ¿Se puede hacer fiesta en la alberca?, a: "No; el área de alberca es hasta las 20:00 h y sin música.", source: Reglamento, checked: 2026-10-20 }
    homes:
      - { slug: providencia-704, title: Departamento ejecutivo, unit: "704", bedrooms: 1, bathrooms: 1, areaM2: 61, rentMxn: 19200, pets: no, availableFrom: 2026-12-01, furnished: true, parking: 1, minimumMonths: 3, requirements: [identificación oficial, 2 recibos de nómina, fianza], features: [amueblado, aire acondicionado, internet incluido], description: "Piso siete, listo para mudarse." }
      - { slug: providencia-1101, title: Tres recámaras con vista, unit: "1101", bedrooms: 3, bathrooms: 3, areaM2: 142, rentMxn: 38600, pets: small, availableFrom: 2027-01-12, parking: 2, depositMonths: 2, requirements: [identificación oficial, 2 recibos de nómina, obligado solidario], features: [vista panorámica, bodega, family room], description: "Vista despejada y family room." }
  - slug: obispado
    name: Condominio Obispo
    zone: America/Monterrey
    address: Calle Hidalgo Poniente 2884, Obispado, 64060
    neighbourhood: Obispado
    city: Monterrey
    amenities: [portón eléctrico, palapa con asadores, vigilancia nocturna]
    homes:
      - { slug: obispado-b2, title: Planta baja con jardín, unit: "B2", bedrooms: 2, bathrooms: 1, areaM2: 72, rentMxn: 17400, pets: yes, availableFrom: 2026-12-08, parking: 1, requirements: [identificación oficial, 2 recibos de nómina, obligado solidario o fianza], features: [jardín privado, minisplits, protecciones], description: "Planta baja con jardín y dos minisplits." }
      - { slug: obispado-c5, title: Suite para ejecutivos, unit: "C5", bedrooms: 1, bathrooms: 1, areaM2: 40, rentMxn: 13100, pets: no, availableFrom: 2026-12-01, furnished: true, minimumMonths: 3, requirements: [identificación oficial, 2 recibos de nómina, fianza], features: [amueblado, agua incluida, kitchenette], description: "Suite compacta; el agua va incluida." }
agents:
  - { slug: pilar-montes, name: Pilar Montes, buildings: [americana, providencia], hours: [{ days: [mon, tue, wed, thu, fri], from: 09:00, to: 18:00 }] }
  - { slug: hector-garza, name: Héctor Garza, buildings: [obispado, providencia], hours: [{ days: [mon, tue, wed, thu, fri, sat], from: 10:00, to: 18:00 }] }
`
