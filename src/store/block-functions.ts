/**
 * What Postgres does with the rows of a block, as functions of the session: a block is then one statement or a few, instead
 * of a dozen that each wait for the answer to the one before. Nothing of them is stored: every program brings its own.
 */
import { viewWindow } from './limits.ts'
import type { StoreTable } from './port.ts'
import { stateTables } from './schema.ts'
import type { Session } from './session.ts'

/** What is done with a row of the state. */
export const actions = ['insert', 'update', 'delete'] as const

const stateGroups = (['records', 'indexes', 'pages'] as const).flatMap((table) =>
  actions.map((action) => ({ table, action })),
)

/** The rows of a block come in groups of one table and one action, in this order. */
export const groupNames: readonly string[] = [...stateGroups.map(groupName), 'blobs', 'transactions']

export function groupName({ table, action }: { readonly table: StoreTable; readonly action: string }): string {
  return `${table} ${action}`
}

/** SQLSTATEs of our own: classes from I on are nobody else's (PostgreSQL manual, appendix A). */
export const blockStates = { notNext: 'ZC001', otherBefore: 'ZC002' } as const

/** A relation named `arrived` that has the rows of a group, with these columns. */
type Source = (group: string, columns: readonly Column[]) => string
type Column = 'key' | 'value' | 'place' | 'length'

/** Keys and values of all groups follow one another; places and lengths are those of one group each. */
const fromParameters: Source = (group, columns) => {
  const index = groupNames.indexOf(group)
  const part = (list: string) => `${list}[group_ends[${index + 1}] + 1 : group_ends[${index + 2}]]`
  const lists = {
    key: part('key_list'),
    value: part('value_list'),
    place: group === 'blobs' ? 'offset_list' : 'position_list',
    length: 'length_list',
  }
  return `unnest(${columns.map((column) => lists[column]).join(', ')}) as arrived (${columns.join(', ')})`
}

/** The session's table, which a COPY has filled. */
const fromTable: Source = (group, columns) =>
  `(select ${columns.join(', ')} from arrived where group_number = ${groupNames.indexOf(group)}) as arrived`

/** How many rows of a group there are is known: a change of fewer has met another state than the block did. */
function stateStep({ table, action }: (typeof stateGroups)[number], source: Source): string {
  const name = stateTables[table]
  const group = groupName({ table, action })
  if (action === 'insert') return `insert into ${name} (key, value) select * from ${source(group, ['key', 'value'])};`
  const change =
    action === 'update'
      ? `update ${name} as stored set value = arrived.value from ${source(group, ['key', 'value'])}`
      : `delete from ${name} as stored using ${source(group, ['key'])}`
  return `${change} where stored.key = arrived.key;
    get diagnostics changed = row_count;
    if changed <> ${countOf(group)} then
      raise exception 'rows are missing' using errcode = '${blockStates.otherBefore}', table = '${table}';
    end if;`
}

/** A blob that came before keeps its place. Nobody else writes: looking first is enough, and cheaper than `on conflict`. */
function blobStep(source: Source): string {
  return `insert into blob (digest, height, "offset", length)
    select key, block_height, place, arrived.length from ${source('blobs', ['key', 'place', 'length'])}
    where not exists (select from blob where blob.digest = arrived.key);`
}

function transactionStep(source: Source): string {
  return `insert into transaction_id (id, height, position)
    select key, block_height, place from ${source('transactions', ['key', 'place'])};`
}

function countOf(group: string): string {
  const index = groupNames.indexOf(group)
  return `group_ends[${index + 2}] - group_ends[${index + 1}]`
}

/** All that becomes of a block's rows; groups without rows cost nothing. */
function steps(source: Source): string {
  const ofGroups = [
    ...stateGroups.map((group) => [groupName(group), stateStep(group, source)]),
    ['blobs', blobStep(source)],
    ['transactions', transactionStep(source)],
  ].map(([group = '', step]) => `if ${countOf(group)} > 0 then ${step} end if;`)
  return `
    insert into header_wanted
    select block_height where not exists (select from signed_header where height = block_height);
    ${ofGroups.join('\n')}
    delete from before_image where height <= block_height - ${viewWindow};`
}

/** The first block may have any height, unless the state began with a snapshot. The lock keeps others away; should it fail, the block's primary key still does. */
const requireNext = `
  create or replace function pg_temp.require_next(block_height bigint) returns void language plpgsql as $$
  declare head bigint;
  begin
    select max(height) into head from block;
    if head is null then select height into head from snapshot_base; end if;
    if head + 1 <> block_height then
      raise exception 'not the next block' using errcode = '${blockStates.notNext}', detail = head::text;
    end if;
  end $$`

const writeRows = `
  create or replace function pg_temp.write_rows(
    block_height bigint, block_time bigint, block_root bytea, block_bytes bytea, block_results bytea,
    block_events bytea, images bytea, group_ends integer[], key_list bytea[], value_list bytea[],
    offset_list integer[], length_list integer[], position_list integer[]
  ) returns void language plpgsql as $$
  declare changed bigint;
  begin
    perform pg_temp.require_next(block_height);
    insert into block (height, time, root, bytes, results, events)
    values (block_height, block_time, block_root, block_bytes, block_results, block_events);
    insert into before_image (height, bytes) values (block_height, images);
    ${steps(fromParameters)}
  end $$`

const applyArrived = `
  create or replace function pg_temp.apply_arrived(block_height bigint, group_ends integer[])
  returns void language plpgsql as $$
  declare changed bigint;
  begin ${steps(fromTable)} end $$`

/** Columns of the session's table. */
export const arrivedColumns = ['group_number', 'key', 'value', 'place', 'length']

/**
 * Makes the session's table and functions. The planner is kept from reading a whole table of the state to find a block's
 * thousand keys, since it knows nothing of the size of a table that has just been filled, and from planning each block anew.
 */
export async function prepareBlockFunctions(session: Session): Promise<void> {
  await session.query(
    (sql) => sql`
      create temporary table arrived (
        group_number integer not null, key bytea not null, value bytea, place integer, length integer
      ) on commit delete rows`,
  )
  await session.query((sql) => sql`alter table arrived alter column value set storage external`)
  for (const definition of [requireNext, writeRows, applyArrived]) {
    await session.query((sql) => sql.unsafe(definition))
  }
  for (const setting of ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) {
    await session.query((sql) => sql`set ${sql(setting)} = off`)
  }
  await session.query((sql) => sql`set plan_cache_mode = force_generic_plan`)
}
