import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { protocols } from '../../api/protocols.ts'
import { layoutOf } from '../../api/sandbox/layout.ts'
import { Genesis, genesisDigest, genesisValidators } from '../../src/chain/index.ts'
import { decodeAs } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import { decodeSignedHeader, type Trust, trustFrom } from '../../src/light/index.ts'
import {
  exportSnapshot,
  importSnapshot,
  SnapshotFolder,
  storedHeaders,
  type VerifiedSnapshot,
} from '../../src/snapshot/index.ts'
import { connect } from '../../src/store/connection.ts'
import { openStore, startEmbeddedPostgres, Tables } from '../../src/store/index.ts'
import { million } from '../plan.ts'
import type { Row } from '../row.ts'

/** Milliseconds. */
const hour = 3_600_000n
const statementTimeout = 60_000

export const snapshotImport: Row = {
  name: 'snapshot-import',
  title: 'filling an empty database from a snapshot of a million, each chunk verified',
  against: 'the time that it took to publish them, HTTP included',
  unit: 's',
  judged: 'ratio',
  better: 'lower',
  reach: 0.33,
  goal: 0.1,
  atSize: million,
  measure: async (bench) => {
    const campaign = await bench.campaign()
    await campaign.node.stop()
    const found = await takeAndFill(campaign.dataFolder, bench.chain.id).finally(() => campaign.restart())
    return {
      value: found.seconds,
      ratio: found.seconds / campaign.seconds,
      size: campaign.published,
      note:
        `${found.entries} records in ${found.chunks} chunks; ${campaign.published} certificates took ` +
        `${campaign.seconds.toFixed(0)} s to publish, the export ${found.exporting.toFixed(1)} s`,
    }
  },
}

type Filled = VerifiedSnapshot & { readonly seconds: number; readonly exporting: number }

/** The database that is filled is on the server of the one that the snapshot is of; both are idle otherwise. */
async function takeAndFill(dataFolder: string, chain: string): Promise<Filled> {
  const { genesis: genesisFile, postgres, archive, folder } = layoutOf(dataFolder)
  const genesis = decodeAs(Genesis, readFileSync(genesisFile))
  await using stack = new AsyncDisposableStack()
  const { connection, stop } = await startEmbeddedPostgres({ folder: postgres })
  stack.defer(stop)
  const tables = Tables.open({ connection, chain, archive })
  stack.defer(() => tables.close())
  const beginning = performance.now()
  const exported = await exportSnapshot({
    connection,
    chain,
    archive,
    protocols,
    folder: join(folder, 'snapshots'),
    at: 'provable',
    signedHeader: storedHeaders(tables, genesisValidators(genesis)),
  })
  const exporting = (performance.now() - beginning) / 1000
  const trust = await trustIn(tables, genesis, exported.height + 1n)
  const target = await emptyDatabase(stack, connection)
  const store = await openStore({ connection: target, chain })
  stack.defer(() => store.close())
  const begun = performance.now()
  const filled = await importSnapshot({
    snapshot: new SnapshotFolder(exported.path),
    protocols,
    trust,
    now: BigInt(Date.now()),
    verifier: voteVerifier,
    store,
    connection: target,
    chain,
  })
  return { ...filled, exporting, seconds: (performance.now() - begun) / 1000 }
}

async function trustIn(tables: Tables, genesis: Genesis, height: bigint): Promise<Trust> {
  const bytes = (await tables.signedHeaders(height, height + 1n)).get(height)
  if (bytes === undefined) throw new Error(`there is no header of height ${height}`)
  const eras = [{ genesis: genesisDigest(genesis), from: 1n }]
  const pinned = {
    signed: decodeSignedHeader(bytes),
    validators: genesisValidators(genesis),
    eras,
    trustingPeriod: hour,
  }
  return trustFrom(pinned, voteVerifier)
}

async function emptyDatabase(stack: AsyncDisposableStack, connection: string): Promise<string> {
  const name = 'filled'
  const sql = connect({ url: connection, schema: 'public', connections: 1, statementTimeout })
  await sql`create database ${sql(name)}`
  stack.defer(async () => {
    await sql`drop database ${sql(name)} with (force)`
    await sql.end()
  })
  const url = new URL(connection)
  url.pathname = `/${name}`
  return url.href
}
