/** What a node does beside its blocks: search rows follow them, and old ones leave the database. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { projections } from '../../api/projections.ts'
import { protocols } from '../../api/protocols.ts'
import { certificates } from '../../pki/contract/index.ts'
import { Chain } from '../../src/chain/index.ts'
import { concat, toHex } from '../../src/codec/index.ts'
import { Follower } from '../../src/follower/index.ts'
import { BackgroundPruning } from '../../src/node/index.ts'
import { minimumKeptBlocks, type Store } from '../../src/store/index.ts'
import { withClient } from '../postgres.ts'
import type { Scene } from './scene.ts'

/** The word of the program's command line that asks for it. */
export const backgroundWord = 'background'

/** Heights in an archive file: few, so that a short run writes many. */
const fileHeights = 8

/** More than any run publishes. */
const maximumCertificates = 100_000

export function archiveOf(folder: string): string {
  return join(folder, 'archive')
}

/** Runs until the process ends, however it ends. */
export function startBackground(
  chain: Chain,
  connection: string,
  folder: string,
  onFault: (error: unknown) => void,
): Follower {
  new BackgroundPruning({
    chain,
    connection,
    archive: archiveOf(folder),
    keep: minimumKeptBlocks,
    fileHeights,
    onFault,
  })
  return Follower.start({ chain, connection, projections })
}

/** What is wrong with the search rows of a chain whose node has stopped: each certificate has one, and no other has. */
export async function followedComplaints(
  { genesis, postgres }: Pick<Scene, 'genesis' | 'postgres'>,
  store: Store,
): Promise<readonly string[]> {
  const { connection } = postgres
  const chain = await Chain.open({ genesis, store, protocols })
  const follower = Follower.start({ chain, connection, projections })
  await follower.followed(chain.head?.height ?? 0n)
  await follower.stop()
  const rows = await withClient(
    connection,
    (sql) => sql<{ fingerprint: Buffer }[]>`select fingerprint from ${sql(`follow_${chain.id}`)}.pki_certificate`,
  )
  const { prefix } = certificates
  const records = await store.scan(prefix, concat(prefix, new Uint8Array(33).fill(0xff)), maximumCertificates)
  const found = rows.map(({ fingerprint }) => fingerprint.toString('hex')).sort()
  const expected = records.map(({ key }) => toHex(key.subarray(prefix.length))).sort()
  return found.join() === expected.join() ? [] : [`search rows: ${found.length} for ${expected.length} certificates`]
}

/** Whether archive files were written at all. */
export function hasArchived(folder: string): boolean {
  return existsSync(archiveOf(folder)) && readdirSync(archiveOf(folder)).some((name) => name.endsWith('.archive'))
}
