/** Bits flipped at random in rows, one after another: each is found or harmless, none is served, what is mended is as it was. */
import { afterAll, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { toHex } from '../../src/codec/index.ts'
import { fsck } from '../../src/fsck/index.ts'
import { openStore, Tables } from '../../src/store/index.ts'
import { chooseSeed, SeededRandom } from '../faults/seeded-random.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { flipBit } from './bit-flip.ts'
import { makeHistory } from './history.ts'
import { falseProofs, truthOf } from './served.ts'

/**
 * Where a flipped bit may do no harm: no proof is made of events and of who voted last, the newest block's results are
 * signed by the next header, and asking for a header once more or once less costs nothing.
 */
const harmless = new Set(['block.events', 'block.bytes', 'block.results', 'header_wanted.height'])

/** @param timeout milliseconds */
export async function testBitFlips(flips: number, timeout: number): Promise<void> {
  const database = await testDatabase()
  const history = await makeHistory(database, 40)
  const store = await openStore({ connection: database, chain: history.chain })
  const tables = Tables.open({ connection: database, chain: history.chain })
  afterAll(async () => {
    await tables.close()
    await store.close()
  })

  const head = await store.head()
  const truth = await truthOf(store, history.certificates)
  const headers = await tables.signedHeaders(1n, (head?.height ?? 0n) + 1n)

  const run = (repair: boolean) => fsck({ store, tables, genesis: history.genesis, protocols, repair })

  it(`finds each of ${flips} flipped bits or it is harmless, serves none as a proof, and mends what it says it mends`, {
    timeout,
  }, async () => {
    const random = new SeededRandom(chooseSeed())
    const outcomes = new Map<string, number>()
    const complaints: string[] = []
    await withClient(database, async (sql) => {
      for (let done = 0; done < flips; ) {
        const flip = await flipBit(sql, `chain_${history.chain}`, random)
        if (flip === undefined) continue
        done += 1
        const name = `${flip.table}.${flip.column}`
        const where = `${name}, row ${flip.row}, bit ${flip.bit}`
        for (const key of await falseProofs(store, truth)) complaints.push(`${where}: a false proof of ${key}`)
        const { findings } = await run(true)
        let outcome = 'found'
        if (findings.length === 0) {
          outcome = 'silent'
          if (!harmless.has(name)) complaints.push(`${where}: not found`)
        } else if (findings.every(({ repaired }) => repaired)) outcome = 'mended'
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        if (outcome !== 'mended') await flip.undo()
        for (const [height, bytes] of headers) await store.signedHeaders.put(height, bytes)
        const { findings: left } = await run(false)
        if (left.length > 0)
          complaints.push(`${where}: ${JSON.stringify(findings.slice(0, 3))} then ${JSON.stringify(left.slice(0, 3))}`)
        if (left.length > 0) break
      }
    })
    expect(complaints).toEqual([])
    // Most are in what can be made again.
    expect(outcomes.get('mended')).toBeGreaterThan(flips / 3)
    expect(toHex((await store.head())?.root ?? new Uint8Array(0))).toBe(toHex(head?.root ?? new Uint8Array(1)))
  })
}
