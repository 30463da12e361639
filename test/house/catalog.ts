// What PostgreSQL says of itself. Read from a migrated database by catalogOf, judged by tenantFirst.
export type Catalog = {
  columns: { table: string; column: string; type: string; notNull: boolean; default: string | null }[]
  keys: { table: string; key: string; columns: string[] }[] // unique, primary-key and exclusion indexes
}

const isExempt = (table: string): boolean => table.startsWith('kysely_migration')

export const tenantFirst = ({ columns, keys }: Catalog): string[] => {
  const own = columns.filter(({ table }) => !isExempt(table))
  const tables = [...new Set(own.map(({ table }) => table))]
  return [
    ...tables.flatMap((table) => {
      const tenant = own.find((each) => each.table === table && each.column === 'tenant_id')
      if (!tenant) return [`${table} has no tenant_id`]
      return tenant.type === 'uuid' && tenant.notNull ? [] : [`${table}.tenant_id is not uuid not null`]
    }),
    ...tables.filter((table) => !keys.some((each) => each.table === table)).map((table) => `${table} has no key`),
    ...keys.filter(({ table, columns: parts }) => !isExempt(table) && parts[0] !== 'tenant_id').map(({ table, key }) => `${table}: ${key} does not begin with tenant_id`),
  ]
}

export const columnsAreSound = ({ columns }: Catalog): string[] =>
  columns.filter(({ table }) => !isExempt(table)).flatMap(({ table, column, type, default: fallback }) => {
    const name = `${table}.${column}`
    if (/_(sealed|bidx)$/.test(column) && type !== 'bytea') return [`${name} is ${type}: what is sealed is bytea`]
    if (column === 'id' && type !== 'uuid') return [`${name} is ${type}: ids are uuid`]
    if (/^timestamp.*without time zone/.test(type)) return [`${name} is ${type}: time is timestamptz`]
    if (type === 'money' || type === 'real') return [`${name} is ${type}: it does not keep what is put in`]
    if (/(^|_)(cents|amount|price|rent|deposit|mxn)(_|$)/.test(column) && !/^(bigint|integer|text|bytea)$/.test(type)) return [`${name} is ${type}: money is whole cents`]
    return fallback && /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|gen_random_uuid|uuidv[47]|uuid_generate_\w+|random)\(|\b(current_(timestamp|date|time)|localtime(stamp)?)\b/i.test(fallback) ? [`${name} defaults to ${fallback}: time, chance and ids are handed in`] : []
  })

type Query = (text: string) => Promise<{ rows: any[] }>

export const catalogOf = async (query: Query): Promise<Catalog> => {
  const where = `c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'`
  const columns = await query(`
    select c.relname as "table", a.attname as "column", format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull", pg_get_expr(d.adbin, d.adrelid) as "default"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where ${where} order by 1, a.attnum`)
  const keys = await query(`
    select c.relname as "table", x.relname as key, array(select coalesce(a.attname, '(expression)') from unnest(i.indkey::int[]) with ordinality as part(number, place)
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = part.number and part.number > 0 where part.place <= i.indnkeyatts order by part.place)::text[] as columns
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where ${where} and (i.indisunique or i.indisexclusion) order by 1, 2`)
  return { columns: columns.rows, keys: keys.rows }
}
