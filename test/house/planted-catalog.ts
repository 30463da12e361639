import { columnsAreSound, tenantFirst, type Catalog } from './catalog.ts'

type Column = Catalog['columns'][number]
const column = (name: string, rest: Partial<Column> = {}): Column => ({ table: 'tour', column: name, type: 'text', notNull: false, default: null, ...rest })
const tenant = column('tenant_id', { type: 'uuid', notNull: true })
const key = (...columns: string[]): Catalog['keys'][number] => ({ table: 'tour', key: 'tour_key', columns })

// What is in the catalog, and how many faults it has.
type Planted = [title: string, catalog: Catalog, faults: number]
const one = (title: string, added: Column, faults: number): Planted => [title, { columns: [tenant, added], keys: [key('tenant_id')] }, faults]

export const catalogCases: { rule: (catalog: Catalog) => string[]; says: string; planted: Planted[] }[] = [
  {
    rule: tenantFirst,
    says: 'every table and every key begins with the tenant',
    planted: [
      ['no tenant', { columns: [column('id', { type: 'uuid' })], keys: [key('tenant_id')] }, 1],
      ['a tenant that may be missing', { columns: [{ ...tenant, notNull: false }], keys: [key('tenant_id')] }, 1],
      ['a tenant that is text', { columns: [{ ...tenant, type: 'text' }], keys: [key('tenant_id')] }, 1],
      ['a key with the tenant in second place', { columns: [tenant], keys: [key('id', 'tenant_id')] }, 1],
      ['a key over an expression', { columns: [tenant], keys: [key('(expression)')] }, 1],
      ['one wrong key beside a right one', { columns: [tenant], keys: [key('tenant_id', 'id'), key('id')] }, 1],
      ['no key at all', { columns: [tenant], keys: [] }, 1],
      ['a table with nothing right', { columns: [column('id')], keys: [key('id')] }, 2],
      ['a tenant of another table', { columns: [tenant, { ...column('id', { type: 'uuid' }), table: 'home' }], keys: [key('tenant_id'), { ...key('tenant_id'), table: 'home' }] }, 1],
      ['a right one', { columns: [tenant, column('id')], keys: [key('tenant_id', 'id'), key('tenant_id')] }, 0],
      ["Kysely's own", { columns: [{ ...column('name'), table: 'kysely_migration' }], keys: [{ table: 'kysely_migration', key: 'pkey', columns: ['name'] }] }, 0],
    ],
  },
  {
    rule: columnsAreSound,
    says: 'columns keep what is put in, and make up nothing',
    planted: [
      one('a sealed text', column('name_sealed'), 1),
      one('an open index', column('phone_bidx', { type: 'text' }), 1),
      one('a sealed bytea', column('name_sealed', { type: 'bytea' }), 0),
      one('a local time', column('start_at', { type: 'timestamp without time zone' }), 1),
      one('a local time of milliseconds', column('start_at', { type: 'timestamp(3) without time zone' }), 1),
      one('an instant', column('start_at', { type: 'timestamp with time zone' }), 0),
      one('an id that is a number', column('id', { type: 'bigint' }), 1),
      one('an id', column('id', { type: 'uuid' }), 0),
      one('money', column('paid', { type: 'money' }), 1),
      one('a real', column('score', { type: 'real' }), 1),
      one('a rent that is a float', column('rent_cents', { type: 'double precision' }), 1),
      one('a rent that is numeric', column('monthly_rent', { type: 'numeric(12,2)' }), 1),
      one('a rent', column('rent_cents', { type: 'bigint' }), 0),
      one('a currency', column('rent_currency'), 0),
      one('a sealed deposit', column('deposit_sealed', { type: 'bytea' }), 0),
      one('tokens of a bucket', column('tokens', { type: 'double precision' }), 0),
      one('an id by the server', column('id', { type: 'uuid', default: 'gen_random_uuid()' }), 1),
      one('a time by the server', column('at', { type: 'timestamp with time zone', default: 'CURRENT_TIMESTAMP' }), 1),
      one('a day by the server', column('day', { type: 'date', default: 'CURRENT_DATE' }), 1),
      one('a count', column('attempts', { type: 'integer', default: '0' }), 0),
    ],
  },
]
