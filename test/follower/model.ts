/** The naive model: what the ledger's own records say, looked through one by one. */
import { parseCertificate } from '../../pki/certificate/index.ts'
import { type CertificateRecord, certificates, massRevocationOf, presentState } from '../../pki/contract/index.ts'
import type { CertificateFilters } from '../../pki/search/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { concat, toHex, utf8 } from '../../src/codec/index.ts'
import { standings } from '../../src/governance/index.ts'
import { collectionPrefix } from '../../src/state/index.ts'

export type KnownCertificate = {
  readonly record: CertificateRecord
  readonly commonName: string | undefined
  readonly notAfter: bigint
  readonly isMassRevoked: boolean
}

export async function knownCertificates(chain: Chain): Promise<readonly KnownCertificate[]> {
  const from = collectionPrefix(certificates.module, certificates.name)
  const until = concat(from.subarray(0, -1), Uint8Array.of(from.at(-1)! + 1))
  const rows = await chain.store.scan(from, until, 1_000_000)
  const view = await chain.view('head')
  try {
    return await Promise.all(
      rows.map(async ({ value }) => {
        const record = certificates.decode(value)
        const standing = await view.get(standings, utf8(record.manufacturer))
        const { subject, notAfter } = parseCertificate((await chain.store.blob(record.fingerprint))!)
        const isMassRevoked = massRevocationOf(record, standing!) !== undefined
        return { record, commonName: subject.commonName, notAfter, isMassRevoked }
      }),
    )
  } finally {
    await view.close()
  }
}

/** Fingerprints of those that fit, sorted. */
export function modelSearch(known: readonly KnownCertificate[], filters: CertificateFilters): readonly string[] {
  return known
    .filter(({ record, commonName, notAfter, isMassRevoked }) => {
      const state = isMassRevoked ? 'revoked' : presentState(record)
      return (
        (filters.manufacturer ?? record.manufacturer) === record.manufacturer &&
        (filters.serial ?? record.serial) === record.serial &&
        (filters.commonName ?? commonName) === commonName &&
        (filters.model ?? record.model) === record.model &&
        (filters.batch ?? record.batch) === record.batch &&
        (filters.firmware ?? record.firmware).join('.') === record.firmware.join('.') &&
        (filters.state ?? state) === state &&
        (filters.expiresFrom ?? notAfter) <= notAfter &&
        (filters.expiresBefore ?? notAfter + 1n) > notAfter
      )
    })
    .map(({ record }) => toHex(record.fingerprint))
    .sort()
}
