/** Every row is there exactly once, whenever the process is killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { heightOf } from '../../src/follower/index.ts'
import { followerSchemaOf } from '../../src/store/index.ts'
import { chooseSeed, SeededRandom } from '../faults/seeded-random.ts'
import { driveChain } from '../ledger/driven-chain.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { follow } from './following.ts'
import { CertificateHistory, members } from './history.ts'

const program = path.join(import.meta.dirname, 'follower-program.ts')

/** Milliseconds of following in which a kill falls. */
const window = 250

const kills = 8
const seed = chooseSeed()
const random = new SeededRandom(seed)

const database = await testDatabase()
const driven = await driveChain({ database, members })
await new CertificateHistory(driven, random).blocks(250)
const { id, head } = driven.chain
const schema = followerSchemaOf(id)

type Tables = { readonly height: bigint; readonly rows: readonly { readonly place: bigint; readonly row: string }[] }

/** Height and rows of one moment. */
function read(): Promise<Tables> {
  return withClient(database, async (sql) => {
    const tables = ['pki_certificate', 'pki_change', 'pki_mass_revocation']
    const lists = tables.map(
      (name) => `select place::text, '${name} ' || each::text as row from "${schema}".${name} as each`,
    )
    const rows = await sql.unsafe<{ height: string; place: string | null; row: string }[]>(`
      select projection.height::text as height, found.* from "${schema}".projection
      left join (${lists.join(' union all ')}) as found on true order by found.place::bigint, found.row`)
    return {
      height: BigInt(rows[0]?.height ?? -1),
      rows: rows.flatMap(({ place, row }) => (place === null ? [] : [{ place: BigInt(place), row }])),
    }
  })
}

it(`a follower that is killed again and again has each row once (seed ${seed})`, { timeout: 120_000 }, async () => {
  const whole = follow(driven.chain, database)
  await whole.followed(head!.height)
  await whole.stop()
  const expected = await read()
  expect(expected.rows.length).toBeGreaterThan(100)
  await withClient(database, (sql) => sql`drop schema ${sql(schema)} cascade`)
  await driven.close()

  let partial = 0
  for (let left = kills; left >= 0; left--) {
    const child = spawn(process.execPath, [program, database, id], { stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    if (left > 0) {
      await sleep(random.whole(window))
      child.kill('SIGKILL')
    }
    const [code] = await ended
    if (left === 0) expect(code).toBe(0)
    const found = await read().catch(() => undefined)
    if (found === undefined) continue
    expect(found.rows).toEqual(expected.rows.filter(({ place }) => heightOf(place) <= found.height))
    if (found.height > 0n && found.height < head!.height) partial += 1
  }
  expect(partial).toBeGreaterThan(0)
  expect(await read()).toEqual(expected)
})
