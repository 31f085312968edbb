/** A store with a history: certificates published and revoked, closed again, to be looked at and damaged. */
import { rm } from 'node:fs/promises'
import { protocols } from '../../api/protocols.ts'
import { parseCertificate } from '../../pki/certificate/index.ts'
import type { Genesis } from '../../src/chain/index.ts'
import { type FsckOptions, type FsckReport, fsck } from '../../src/fsck/index.ts'
import { openStore, type Store, Tables } from '../../src/store/index.ts'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'

export type History = {
  readonly database: string
  readonly genesis: Genesis
  readonly chain: string
  readonly certificates: readonly Uint8Array[]
  /** The folder of its archive files, when old blocks lie there. */
  readonly archive?: string
}

/** Publishes `count` certificates in batches of 50, revokes every tenth, and stops the node. */
export async function makeHistory(database: string, count: number): Promise<History> {
  const vendor = testMember('vendor-a', ['vendor'])
  const regulator = testMember('regulator', ['regulator'])
  const ledger = await startTestLedger({ database, members: [vendor, regulator] })
  const chain = ledger.chain.id
  const certificates: Uint8Array[] = []
  for (let index = 0; index < count; index++) {
    certificates.push((await testDevice(chain, vendor.id, `S${index}`)).certificate)
  }
  for (let start = 0; start < count; start += 50) {
    const items = certificates.slice(start, start + 50).map((certificate) => ({ certificate }))
    await ledger.submit([['pki', 'publish', items]], [vendor.signer])
  }
  const revoked = certificates.filter((_, index) => index % 10 === 0)
  const items = revoked.map((certificate) => {
    return { fingerprint: parseCertificate(certificate).fingerprint, reason: 'key-compromise' }
  })
  await ledger.submit([['pki', 'revoke', items]], [regulator.signer])
  const { genesis, folder, node } = ledger
  await node.stop()
  await rm(folder, { recursive: true, force: true })
  return { database, genesis, chain, certificates }
}

/** Opens the store as a node would, for one look at it. */
export async function withStore<Result>(
  { database, chain, archive }: Pick<History, 'database' | 'chain' | 'archive'>,
  work: (open: { readonly store: Store; readonly tables: Tables }) => Promise<Result>,
): Promise<Result> {
  const place = { connection: database, chain, ...(archive === undefined ? {} : { archive }) }
  const store = await openStore(place)
  const tables = Tables.open(place)
  try {
    return await work({ store, tables })
  } finally {
    await tables.close()
    await store.close()
  }
}

export function check(
  history: Omit<History, 'certificates'>,
  options: Omit<FsckOptions, 'store' | 'tables' | 'genesis' | 'protocols'> = {},
): Promise<FsckReport> {
  return withStore(history, ({ store, tables }) =>
    fsck({ store, tables, genesis: history.genesis, protocols, ...options }),
  )
}
