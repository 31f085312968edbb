/** Certificates for the tests of the contract: sound ones at block time, and ones that break a rule in one place. */

import { der } from '../../../pki/certificate/der/index.ts'
import { type Certificate, parseCertificate } from '../../../pki/certificate/index.ts'
import { type DeviceCertificateRequest, issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { concat } from '../../../src/codec/index.ts'
import { derFromRaw } from '../../../src/crypto/index.ts'
import { type BareChain, bareChain, bareGenesis, type NamedOperation, start } from '../../host/bare-chain.ts'
import { type TestKey, testKey, testMember } from '../../ledger/members.ts'
import { assemble, type Parts, partsOf } from '../certificate/assemble.ts'

export const lineKeys = [testKey(), testKey('ES256'), testKey()]
/** Its certificates are published with two of three `line` keys; one other key serves every other purpose. */
export const maker = testMember('maker-a', ['vendor'], { line: { threshold: 2, keys: lineKeys } })
export const other = testMember('maker-bb', ['vendor'])
export const operator = testMember('operator', ['operator'])
export const regulator = testMember('regulator', ['regulator'])
const genesis = bareGenesis([maker, other, operator, regulator])

export const publicationChain = (): Promise<BareChain> => bareChain({ genesis })

export type Issued = { readonly certificate: Uint8Array; readonly key: TestKey; readonly parsed: Certificate }

/** A certificate of `maker-bb`, valid from the genesis on for a year, unless changed. */
export async function issue(
  bare: BareChain,
  serial: string,
  changes: Partial<DeviceCertificateRequest> = {},
  key: TestKey = testKey('ES256'),
): Promise<Issued> {
  const certificate = await issueDeviceCertificate({
    manufacturer: other.id,
    serial,
    chain: bare.chain.id,
    model: 'cell-1',
    batch: 'b1',
    firmware: [1, 0, 0],
    notBefore: start,
    notAfter: start + 365n * 86_400_000n,
    key: key.key,
    sign: key.sign,
    ...changes,
  })
  return { certificate, key, parsed: parseCertificate(certificate) }
}

/** The certificate with some parts replaced and, if its form still allows, signed again by its own key. */
export function altered({ parsed, key }: Issued, overrides: Partial<Parts>): Uint8Array {
  const parts = { ...partsOf(parsed), ...overrides }
  const unsigned = assemble(parts)
  if (overrides.signature !== undefined) return unsigned
  const bodyLength = unsigned.length - parts.outerAlgorithm.length - parts.signature.length
  const head = unsigned[1] === 0x82 ? 4 : unsigned[1] === 0x81 ? 3 : 2
  const signature = key.sign(unsigned.subarray(head, bodyLength))
  const written = key.key.algorithm === 'ES256' ? derFromRaw(signature) : signature
  return assemble({ ...parts, signature: der.wholeBitString(written) })
}

export const publish = (...list: readonly Uint8Array[]): NamedOperation => [
  'pki',
  'publish',
  list.map((certificate) => ({ certificate })),
]

export function withByteBehind(bytes: Uint8Array): Uint8Array {
  return concat(bytes, Uint8Array.of(0))
}
