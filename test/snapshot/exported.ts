/** A ledger with certificates, and snapshots of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { genesisValidators } from '../../src/chain/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import { decodeTrust, trimVotes } from '../../src/light/index.ts'
import { exportSnapshot, SnapshotFolder, type SnapshotSummary, type TrustedSource } from '../../src/snapshot/index.ts'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger, type TestLedger, type TestLedgerOptions } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'

export type LedgerWithCertificates = {
  readonly database: string
  readonly ledger: TestLedger
  readonly certificates: readonly Uint8Array[]
  publish(count: number): Promise<void>
}

/** A ledger on the solo engine; every tenth of the certificates is revoked. */
export async function ledgerWithCertificates(
  database: string,
  count: number,
  options: Pick<TestLedgerOptions, 'archive' | 'idleInterval'> = {},
): Promise<LedgerWithCertificates> {
  const vendor = testMember('vendor-a', ['vendor'])
  const regulator = testMember('regulator', ['regulator'])
  const ledger = await startTestLedger({ database, members: [vendor, regulator], ...options })
  const certificates: Uint8Array[] = []
  const publish = async (more: number) => {
    const first = certificates.length
    for (let index = first; index < first + more; index++) {
      certificates.push((await testDevice(ledger.chain.id, vendor.id, `S${index}`)).certificate)
    }
    for (let start = first; start < certificates.length; start += 50) {
      const items = certificates.slice(start, start + 50).map((certificate) => ({ certificate }))
      await ledger.submit([['pki', 'publish', items]], [vendor.signer])
    }
    const items = certificates.slice(first).flatMap((certificate, index) => {
      return index % 10 === 0 ? [{ fingerprint: parseCertificate(certificate).fingerprint, reason: 'superseded' }] : []
    })
    await ledger.submit([['pki', 'revoke', items]], [regulator.signer])
  }
  await publish(count)
  return { database, ledger, certificates, publish }
}

/** A folder of the test file that calls it (at its top level), removed when the file is done. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'commonroot-snapshot-'))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function exportFrom(
  { database, ledger }: Pick<LedgerWithCertificates, 'database' | 'ledger'>,
  folder: string,
  changes: Partial<Parameters<typeof exportSnapshot>[0]> = {},
): Promise<SnapshotSummary> {
  const validators = genesisValidators(ledger.genesis)
  return exportSnapshot({
    connection: database,
    chain: ledger.chain.id,
    protocols,
    folder,
    at: 'provable',
    chunkBytes: 8 * 1024,
    signedHeader: async (height) => {
      const signed = await ledger.node.signedHeader(height)
      return signed === undefined ? undefined : trimVotes(signed, validators)
    },
    ...changes,
  })
}

/** What whoever has the folder and the ledger's trust file starts with. */
export async function sourceOf(ledger: TestLedger, path: string): Promise<TrustedSource> {
  return {
    snapshot: new SnapshotFolder(path),
    protocols,
    trust: decodeTrust(await ledger.node.trust()),
    now: BigInt(Date.now()),
    verifier: voteVerifier,
  }
}
