// Whose calendars there are: those who show the sample's homes. And what an app may ask of them, by each vendor's own names.
export const owners = ['mariana.solis', 'diego.arriaga', 'lucia.becerril', 'emilio.robledo', 'renata.ochoa', 'julian.cota'].map((name) => `${name}@casas.example`)
export const scopes = [
  ...['freebusy', 'calendars.readonly', 'events.owned'].map((scope) => `https://www.googleapis.com/auth/calendar.${scope}`),
  ...['Calendars.ReadWrite', 'User.Read', '.default'].map((scope) => `https://graph.microsoft.com/${scope}`),
  'users:read', 'event_types:read', 'availability:read', 'scheduled_events:write', 'scheduling_links:write', 'webhooks:write',
]
