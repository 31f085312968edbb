/** A history that touches every rule once: what a recorded chain consists of. */
import { parseCertificate } from '../../pki/certificate/index.ts'
import { publicationPolicy } from '../../pki/contract/index.ts'
import { issueVoucher } from '../../pki/voucher/index.ts'
import { encodeAs } from '../../src/codec/index.ts'
import { possessionMessage } from '../../src/governance/index.ts'
import { type TestDevice, testDevice } from '../ledger/devices.ts'
import { type DrivenChain, drivenStart } from '../ledger/driven-chain.ts'
import { signerOf, type TestMember, testKey, testMember } from '../ledger/members.ts'

export const historyMembers: readonly TestMember[] = [
  testMember('vendor-a', ['vendor']),
  testMember('vendor-bb', ['vendor']),
  testMember('operator', ['operator']),
  testMember('regulator', ['regulator']),
]
const [vendor, other, operator, regulator] = historyMembers as [TestMember, TestMember, TestMember, TestMember]

const publication = (...devices: readonly TestDevice[]) =>
  ['pki', 'publish', devices.map(({ certificate }) => ({ certificate }))] as const
const revocation = ({ certificate }: TestDevice) =>
  ['pki', 'revoke', [{ fingerprint: parseCertificate(certificate).fingerprint, reason: 'key-compromise' }]] as const

/** Writes the history into a fresh chain. */
export async function writeHistory(driven: DrivenChain): Promise<void> {
  const { chain } = driven
  const validity = { notBefore: drivenStart - 300_000n, notAfter: drivenStart + 365n * 86_400_000n }
  const device = (member: TestMember, serial: string, changes = {}) =>
    testDevice(chain.id, member.id, serial, { ...validity, ...changes })
  const submit = async (signers: readonly TestMember[], ...operations: Parameters<DrivenChain['sign']>[0]) =>
    driven.sign(
      operations,
      signers.map(({ signer }) => signer),
    )

  const cells = await Promise.all(Array.from({ length: 20 }, (_, index) => device(vendor, `A${100 + index}`)))
  const old = await Promise.all([1, 2].map((number) => device(other, `B${number}`, { model: 'old', firmware: [1, 2] })))
  await driven.block(await submit([vendor], publication(...cells)), await submit([other], publication(...old)))
  await driven.block()
  const again = await submit([vendor], publication(cells[0]!, await device(other, 'X1')))
  await driven.block(again, await submit([regulator], revocation(cells[1]!)), Uint8Array.of(1, 2, 3))
  await driven.block(again)
  const policy = { ...publicationPolicy.initial, publisherRoles: ['operator'] as const }
  const value = encodeAs(publicationPolicy.schema, policy)
  const decision = { module: 'pki', name: 'publication-policy', value, at: driven.time + 2_500n }
  await driven.block(await submit([vendor, other, operator], ['governance', 'set-parameter', decision]))
  await driven.block()
  await driven.block()
  await driven.block(await submit([vendor], publication(await device(vendor, 'A200'))))
  const predicate = { manufacturer: other.id, reason: 'key-compromise', model: 'old' }
  await driven.block(await submit([regulator], ['pki', 'mass-revoke', predicate]))
  const next = testKey()
  const rotation = {
    member: operator.id,
    keys: { purpose: 'line', threshold: 1, keys: [next.key] },
    possession: [next.sign(possessionMessage(chain.id, operator.id, 'line'))],
  }
  await driven.block(await submit([operator], ['governance', 'rotate-keys', rotation]))
  const rotated = await device(operator, 'C1')
  await driven.block(await driven.sign([publication(rotated)], [signerOf(operator.id, next)]))
  const lot = { chain: chain.id, manufacturer: operator.id, serials: { from: 'C2', to: 'C9' } }
  const voucher = await issueVoucher({ ...lot, expires: driven.time + 3_600_000n }, [next])
  const carried = await Promise.all([device(operator, 'C2'), device(operator, 'D1'), device(operator, 'C3')])
  const items = carried.map(({ certificate }) => ({ certificate, voucher }))
  await driven.block(await submit([vendor], ['pki', 'publish-vouched', items]))
  const suspension = ['governance', 'set-member-state', { member: other.id, state: 'suspended' }] as const
  await driven.block(await submit([vendor, operator, regulator], suspension))
  await driven.block(await submit([other], publication(await device(other, 'B9'))))
  const withdrawal = ['governance', 'withdraw-algorithm', { algorithm: 'EdDSA' }] as const
  await driven.block(await submit([vendor, operator, regulator], withdrawal))
  driven.time += 2n * 60n * 60n * 1000n
  await driven.block(await submit([regulator], revocation(cells[2]!)))
  await driven.block()
}
