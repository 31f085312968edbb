/** What a search found, held against the ledger before it is shown. */
import { Type } from 'typebox'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates } from '../../pki/contract/index.ts'
import { type FoundCertificate, searchError } from '../../pki/search/index.ts'
import { judge } from '../../pki/status/index.ts'
import type { StateView } from '../../src/chain/index.ts'
import { type DeepReadonly, type Static, toHex, utf8 } from '../../src/codec/index.ts'
import { standings, withdrawnAlgorithms } from '../../src/governance/index.ts'
import { nodeError } from '../../src/node/index.ts'
import type { Store } from '../../src/store/index.ts'
import { CertificateView } from './certificate-view.ts'
import { instant } from './schemas.ts'

const { certificate: _der, headerHeight: _header, judgedAt: _time, ...fields } = CertificateView.properties

/** A certificate among others: its DER is one request away, the time of the verdict is the page's. */
export const SearchedCertificate = Type.Object({ ...fields, commonName: Type.Optional(Type.String()) })
export type SearchedCertificate = DeepReadonly<Static<typeof SearchedCertificate>>

/**
 * The certificate as its record and its kept bytes have it: the record is held against its leaf in the state tree, the
 * bytes against their digest, and the index against both.
 * @param at block time of the view, in milliseconds: the verdict is about it
 * @throws search.row-differs when the index says something else; state.page-form, store.corrupt when the store is damaged
 */
export async function searchedCertificate(
  view: Pick<StateView, 'get' | 'prove'>,
  store: Pick<Store, 'blob'>,
  found: FoundCertificate,
  at: bigint,
): Promise<SearchedCertificate> {
  const { fingerprint } = found
  const leaf = await view.prove(certificates, fingerprint)
  if (leaf.value === undefined) throw searchError('row-differs', { fingerprint })
  const record = certificates.decode(leaf.value)
  const standing = await view.get(standings, utf8(record.manufacturer))
  const withdrawn = await view.get(withdrawnAlgorithms, new Uint8Array(0))
  const der = await store.blob(fingerprint)
  if (standing === undefined || withdrawn === undefined || der === undefined) throw nodeError('not-ready')
  const certificate = parseCertificate(der)
  const { notBefore, notAfter } = certificate
  const { commonName } = certificate.subject
  const { manufacturer, serial, algorithm, model, batch, firmware, states } = record
  const facts = { manufacturer, serial, commonName, model, batch, firmware: firmware.join('.'), notBefore, notAfter }
  const indexed = { ...found, firmware: found.firmware.join('.') }
  for (const name of Object.keys(facts) as (keyof typeof facts)[]) {
    if (facts[name] !== indexed[name]) throw searchError('row-differs', { fingerprint })
  }
  return {
    fingerprint: toHex(fingerprint),
    manufacturer,
    serial,
    ...(commonName === undefined ? {} : { commonName }),
    algorithm,
    key: toHex(record.key),
    model,
    batch,
    firmware,
    notBefore: instant(notBefore),
    notAfter: instant(notAfter),
    states: states.map((entry) => ({ ...entry, time: instant(entry.time) })),
    ...judge({ certificate, record, standing, withdrawn }, at),
  }
}
