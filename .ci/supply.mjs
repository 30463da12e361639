// What is wrong with a package-lock.json: a package that is not locked by its hash, names a place of its own to come from (.npmrc leaves that to whichever registry is configured), or is under a licence that nobody has agreed to. Development's own packages may have any licence; they ship nowhere.
const allowed = new Set(['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0', 'Python-2.0', 'PostgreSQL', '(MIT OR CC0-1.0)', '(MIT OR Apache-2.0)', 'MIT OR Apache-2.0', 'Apache-2.0 AND MIT'])

export const faultsOf = ({ packages }) => {
  const faults = []
  for (const [name, { link, dev, version, resolved, integrity, license, inBundle }] of Object.entries(packages)) {
    if (!name.includes('node_modules/') || link) continue // ours
    const which = `${name.slice(name.lastIndexOf('node_modules/') + 13)}@${version}`
    if (!inBundle && !integrity?.startsWith('sha512-')) faults.push(`${which} is not locked by its hash`)
    if (!inBundle && resolved !== undefined) faults.push(`${which} comes from ${resolved}`)
    if (!dev && !allowed.has(license)) faults.push(`${which} is under ${license ?? 'no licence that it names'}`)
  }
  return faults
}
