/** Each contract of the kernel has a user: what a module author may rely on. */
import { afterAll, describe, expect, it } from 'vitest'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates, pkiError, publicationPolicy } from '../../pki/contract/index.ts'
import { encodeAs } from '../../src/codec/index.ts'
import { governanceError, possessionMessage } from '../../src/governance/index.ts'
import { type TestDevice, testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { signerOf, testKey, testMember } from '../ledger/members.ts'
import { verdictOf } from '../ledger/proofs.ts'
import { testDatabase } from '../postgres.ts'

const governKeys = [testKey(), testKey('ES256'), testKey()]
const vendor = testMember('vendor-a', ['vendor'], { govern: { threshold: 2, keys: governKeys } })
const other = testMember('vendor-bb', ['vendor'])
const operator = testMember('operator', ['operator'])
const regulator = testMember('regulator', ['regulator'])
const quorum = [other.signer, operator.signer, regulator.signer]
const ledger = await startTestLedger({
  database: await testDatabase(),
  members: [vendor, other, operator, regulator],
})
afterAll(() => ledger.stop())

const device = (serial: string, changes = {}) => testDevice(ledger.chain.id, vendor.id, serial, changes)
const publication = (...devices: readonly TestDevice[]) =>
  ['pki', 'publish', devices.map(({ certificate }) => ({ certificate }))] as const
const revocation = ({ certificate }: TestDevice) =>
  ['pki', 'revoke', [{ fingerprint: parseCertificate(certificate).fingerprint, reason: 'key-compromise' }]] as const
const recordOf = async ({ certificate }: TestDevice) => {
  const view = await ledger.chain.view('head')
  const record = await view.get(certificates, parseCertificate(certificate).fingerprint)
  await view.close()
  return record
}

describe('the operations of one transaction', () => {
  it('are done together: one certificate is published and another revoked', async () => {
    const [old, fresh] = [await device('A1'), await device('A2')]
    await ledger.submit([publication(old)], [vendor.signer])
    const { result } = await ledger.submit([publication(fresh), revocation(old)], [vendor.signer])
    expect(result).toEqual({ code: 0, operations: [{ verdicts: [0] }, { verdicts: [0] }] })
    expect(await verdictOf(ledger, fresh.certificate)).toMatchObject({ verdict: 'valid' })
    expect(await verdictOf(ledger, old.certificate)).toMatchObject({ verdict: 'revoked' })
  })

  it('see what earlier ones did: a device is revoked and gets its next certificate in one act', async () => {
    const [old, next] = [await device('A3'), await device('A3')]
    await ledger.submit([publication(old)], [vendor.signer])
    const { result } = await ledger.submit([revocation(old), publication(next)], [vendor.signer])
    expect(result).toEqual({ code: 0, operations: [{ verdicts: [0] }, { verdicts: [0] }] })
  })

  it('are none of them done when one is refused', async () => {
    const fresh = await device('A4')
    const withoutQuorum = ['governance', 'set-member-state', { member: other.id, state: 'suspended' }] as const
    const { result } = await ledger.submit([publication(fresh), withoutQuorum], [vendor.signer])
    expect(result).toEqual({ code: governanceError.numberOf('quorum-not-met'), operations: [] })
    expect(await recordOf(fresh)).toBeUndefined()
    expect(await verdictOf(ledger, fresh.certificate)).toMatchObject({ verdict: 'never-published' })
  })
})

describe('a batch', () => {
  it('refuses bad items between good ones, each with its own verdict, and nothing else', async () => {
    const [first, last] = [await device('B1'), await device('B4')]
    const foreign = await testDevice(ledger.chain.id, other.id, 'B2')
    const elsewhere = await testDevice('other-00000000', vendor.id, 'B3')
    const { result } = await ledger.submit([publication(first, foreign, elsewhere, first, last)], [vendor.signer])
    expect(result).toEqual({
      code: 0,
      operations: [{ verdicts: [0, pkiError.numberOf('not-manufacturer'), pkiError.numberOf('other-chain'), 1, 0] }],
    })
    expect(await recordOf(last)).toMatchObject({ serial: 'B4' })
    expect(await recordOf(foreign)).toBeUndefined()
  })

  it('answers "unchanged" for the same certificate again, also when it is revoked, and its state stays', async () => {
    const device1 = await device('B5')
    await ledger.submit([publication(device1)], [vendor.signer])
    await ledger.submit([revocation(device1)], [vendor.signer])
    const { result } = await ledger.submit([publication(device1)], [vendor.signer])
    expect(result).toEqual({ code: 0, operations: [{ verdicts: [1] }] })
    expect(await verdictOf(ledger, device1.certificate)).toMatchObject({ verdict: 'revoked' })
  })
})

describe('a policy', () => {
  it('takes effect at its time, by the due-work queue, and not before', async () => {
    const value = encodeAs(publicationPolicy.schema, { ...publicationPolicy.initial, publisherRoles: ['operator'] })
    const at = (ledger.chain.head?.time ?? 0n) + 1_500n
    const decision = { module: 'pki', name: 'publication-policy', value, at }
    const decided = await ledger.submit([['governance', 'set-parameter', decision]], quorum)
    expect(decided.result.code).toBe(0)
    const before = await ledger.submit([publication(await device('C1'))], [vendor.signer])
    expect(before.time).toBeLessThan(at)
    expect(before.result.operations).toEqual([{ verdicts: [0] }])

    await expect.poll(() => ledger.chain.head?.time ?? 0n, { timeout: 10_000 }).toBeGreaterThanOrEqual(at)
    const after = await ledger.submit([publication(await device('C2'))], [vendor.signer])
    expect(after.result.operations).toEqual([{ verdicts: [pkiError.numberOf('role-missing')] }])

    const back = encodeAs(publicationPolicy.schema, publicationPolicy.initial)
    const restored = { module: 'pki', name: 'publication-policy', value: back, at: 0n }
    expect((await ledger.submit([['governance', 'set-parameter', restored]], quorum)).result.code).toBe(0)
    const again = await ledger.submit([publication(await device('C3'))], [vendor.signer])
    expect(again.result.operations).toEqual([{ verdicts: [0] }])
  })

  it('is refused when its value does not fit its schema, and the state stays', async () => {
    const decision = { module: 'pki', name: 'publication-policy', value: Uint8Array.of(0xa0), at: 0n }
    const before = (await ledger.submit([['governance', 'set-parameter', decision]], quorum)).result.code
    expect(before).toBe(governanceError.numberOf('parameter-value'))
  })
})

describe('the rotation of a key that two of three must sign', () => {
  const replacement = testKey()
  const keys = { purpose: 'line', threshold: 1, keys: [replacement.key] } as const
  const rotation = {
    member: vendor.id,
    keys,
    possession: [replacement.sign(possessionMessage(ledger.chain.id, vendor.id, 'line'))],
  }
  const governors = governKeys.map((key) => signerOf(vendor.id, key))

  it('is refused with one signature', async () => {
    const signed = await ledger.sign([['governance', 'rotate-keys', rotation]], [governors[0]!])
    await expect(ledger.node.submissions.submit(signed)).rejects.toMatchObject({ code: 'governance.threshold-not-met' })
  })

  it('is refused when the new key has not proven possession', async () => {
    const stolen = { ...rotation, possession: [testKey().sign(possessionMessage(ledger.chain.id, vendor.id, 'line'))] }
    const { result } = await ledger.submit([['governance', 'rotate-keys', stolen]], governors.slice(0, 2))
    expect(result.code).toBe(governanceError.numberOf('possession-not-proven'))
  })

  it('is done with two, and from then on only the new key publishes', async () => {
    const { result } = await ledger.submit([['governance', 'rotate-keys', rotation]], governors.slice(1))
    expect(result.code).toBe(0)
    const withNew = await ledger.submit([publication(await device('D1'))], [signerOf(vendor.id, replacement)])
    expect(withNew.result.operations).toEqual([{ verdicts: [0] }])
    const withOld = await ledger.submit([publication(await device('D2'))], [vendor.signer])
    expect(withOld.result.code).toBe(governanceError.numberOf('purpose-missing'))
  })
})

describe('a mass revocation', () => {
  it('is one standing fact that ends every certificate it covers, and no other', async () => {
    const covered = await testDevice(ledger.chain.id, other.id, 'E1', { model: 'cell-2', firmware: [1, 9] })
    const fixed = await testDevice(ledger.chain.id, other.id, 'E2', { model: 'cell-2', firmware: [2, 0] })
    const spared = await testDevice(ledger.chain.id, other.id, 'E3', { model: 'cell-3', firmware: [1, 9] })
    await ledger.submit([publication(covered, fixed, spared)], [other.signer])
    const earlier = (await recordOf(covered))!.states[0]!.time
    const body = { manufacturer: other.id, reason: 'key-compromise', model: 'cell-2', firmwareBelow: [2, 0] }
    expect((await ledger.submit([['pki', 'mass-revoke', body]], [regulator.signer])).result.code).toBe(0)

    const verdict = await verdictOf(ledger, covered.certificate)
    expect(verdict).toMatchObject({ verdict: 'revoked', code: 'certificate.mass-revoked' })
    expect(await verdictOf(ledger, fixed.certificate)).toMatchObject({ verdict: 'valid' })
    expect(await verdictOf(ledger, spared.certificate)).toMatchObject({ verdict: 'valid' })
    expect(await verdictOf(ledger, covered.certificate, { at: earlier })).toMatchObject({ verdict: 'valid' })
    expect((await recordOf(covered))?.states).toHaveLength(1)
  })

  it('frees the device for its next certificate, and the old one stays revoked', async () => {
    const next = await testDevice(ledger.chain.id, other.id, 'E1', { model: 'cell-2', firmware: [2, 1] })
    const { result } = await ledger.submit([publication(next)], [other.signer])
    expect(result.operations).toEqual([{ verdicts: [0] }])
    expect(await verdictOf(ledger, next.certificate)).toMatchObject({ verdict: 'valid' })
  })
})

describe('a suspended member', () => {
  it('holds all its certificates with one leaf, acts no more, and is restored', async () => {
    const held = await testDevice(ledger.chain.id, operator.id, 'F1')
    await ledger.submit([publication(held)], [operator.signer])
    const governing = [other.signer, regulator.signer, ...governKeys.slice(0, 2).map((key) => signerOf(vendor.id, key))]
    const set = (state: string) =>
      ledger.submit([['governance', 'set-member-state', { member: operator.id, state }]], governing)
    expect((await set('suspended')).result.code).toBe(0)
    expect(await verdictOf(ledger, held.certificate)).toMatchObject({
      verdict: 'held',
      code: 'certificate.manufacturer-suspended',
    })
    const acting = await ledger.sign([publication(held)], [operator.signer])
    await expect(ledger.node.submissions.submit(acting)).rejects.toMatchObject({ code: 'governance.member-not-active' })
    expect((await set('active')).result.code).toBe(0)
    expect(await verdictOf(ledger, held.certificate)).toMatchObject({ verdict: 'valid' })
  })
})

describe('counters', () => {
  it('count recorded states and manufacturers, as the records have them', async () => {
    const view = await ledger.chain.view('head')
    const count = (counter: 'state' | 'manufacturer', group: string) =>
      view.count(certificates, counter, new TextEncoder().encode(group))
    expect(await count('manufacturer', other.id)).toBe(4n)
    expect(await count('state', 'held')).toBe(0n)
    const ended = await count('state', 'revoked')
    const valid = await count('state', 'valid')
    const all = (await count('manufacturer', vendor.id)) + (await count('manufacturer', operator.id)) + 4n
    await view.close()
    expect(ended + valid).toBe(all)
    expect(ended).toBeGreaterThanOrEqual(4n)
  })
})
