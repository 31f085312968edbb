import { describe, expect, it } from 'vitest'
import { certificateProof } from '../../../api/http/index.ts'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { verifyCertificate } from '../../../pki/status/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { decodeProof, decodeTrust } from '../../../src/light/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { testMember } from '../../ledger/members.ts'
import { startTestServer } from './fixture.ts'

const vendor = testMember('vendor-a', ['vendor'])
const regulator = testMember('regulator', ['regulator'])
const { ledger, get } = await startTestServer([vendor, regulator])
const unknown = '0'.repeat(64)

async function publish(serial: string) {
  const { certificate } = await testDevice(ledger.chain.id, vendor.id, serial)
  await ledger.submit([['pki', 'publish', [{ certificate }]]], [vendor.signer])
  const parsed = parseCertificate(certificate)
  return { certificate, parsed, path: `/v1/certificates/${toHex(parsed.fingerprint)}` }
}

async function verdictOf(certificate: Uint8Array) {
  const { fingerprint } = parseCertificate(certificate)
  const proof = await get(`/v1/certificates/${toHex(fingerprint)}/proof`)
  const trust = await get('/v1/trust')
  return verifyCertificate({ certificate, proof: proof.bytes, trust: trust.bytes, now: BigInt(Date.now()) })
}

describe('GET /v1/certificates/:fingerprint', () => {
  it('shows the record, the certificate, and the verdict', async () => {
    const { certificate, parsed, path } = await publish('S1')
    await ledger.node.trust()
    const { status, json } = await get(path)
    expect(status).toBe(200)
    const iso = (time: bigint) => new Date(Number(time)).toISOString()
    expect(json).toMatchObject({
      fingerprint: toHex(parsed.fingerprint),
      manufacturer: 'vendor-a',
      serial: 'S1',
      algorithm: 'ES256',
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      model: 'cell-1',
      batch: 'b1',
      firmware: [1, 0, 0],
      notBefore: iso(parsed.notBefore),
      notAfter: iso(parsed.notAfter),
      states: [{ state: 'valid', height: expect.any(Number), time: expect.any(String) }],
      verdict: 'valid',
      code: 'certificate.valid',
      certificate: Buffer.from(certificate).toString('base64'),
    })
  })

  it('shows a revocation with its reason, beside the state before it', async () => {
    const { parsed, path } = await publish('S2')
    const body = [{ fingerprint: parsed.fingerprint, reason: 'key-compromise' }]
    await ledger.submit([['pki', 'revoke', body]], [vendor.signer])
    expect((await get(path)).json).toMatchObject({
      verdict: 'revoked',
      code: 'certificate.revoked',
      states: [{ state: 'valid' }, { state: 'revoked', reason: 'key-compromise' }],
    })
  })

  it('judges by the standing as well: a mass revocation changes no record', async () => {
    const { path } = await publish('MASS-1')
    await ledger.submit(
      [
        [
          'pki',
          'mass-revoke',
          { manufacturer: vendor.id, reason: 'key-compromise', serialFrom: 'MASS-1', serialTo: 'MASS-9' },
        ],
      ],
      [vendor.signer],
    )
    expect((await get(path)).json).toMatchObject({
      verdict: 'revoked',
      code: 'certificate.mass-revoked',
      states: [{ state: 'valid' }],
    })
  })

  it('does not know what was never published', async () => {
    expect(await get(`/v1/certificates/${unknown}`)).toMatchObject({
      status: 404,
      type: 'application/problem+json',
      json: { code: 'pki.unknown-certificate', details: { fingerprint: unknown } },
    })
  })
})

describe('GET /v1/certificates/:fingerprint/proof', () => {
  it('is verified offline with the trust file, and covers what was acknowledged', async () => {
    const { certificate, parsed, path } = await publish('S3')
    expect(await verdictOf(certificate)).toMatchObject({ verdict: 'valid' })
    const body = [{ fingerprint: parsed.fingerprint, reason: 'unspecified' }]
    await ledger.submit([['pki', 'revoke', body]], [vendor.signer])
    expect(await verdictOf(certificate)).toMatchObject({ verdict: 'revoked' })
    const { type, bytes } = await get(`${path}/proof`)
    expect(type).toBe('application/vnd.commonroot.proof+cbor')
    expect(decodeProof(bytes).proven).toHaveLength(3)
  })

  it('of a certificate that was never published is one absent leaf', async () => {
    const { certificate } = await testDevice(ledger.chain.id, vendor.id, 'NEVER')
    expect(await verdictOf(certificate)).toMatchObject({ verdict: 'never-published' })
    const { bytes } = await get(`/v1/certificates/${unknown}/proof?format=commonroot`)
    expect(decodeProof(bytes).proven).toHaveLength(1)
  })

  it('is made for a trust file of any height that the node has, and of no other', async () => {
    const { path } = await publish('S5')
    for (const query of ['trusted=1', 'trusted=1&threshold=2/3', 'trusted=999999999']) {
      // The one validator of this chain never changes: nobody has to be led to it.
      expect(decodeProof((await get(`${path}/proof?${query}`)).bytes).via).toEqual([])
    }
    expect((await get(`${path}/proof?trusted=0`)).json).toMatchObject({ status: 404, code: 'engine.no-header' })
    for (const threshold of ['1/4', '3/4', '9/9']) {
      expect((await get(`${path}/proof?trusted=1&threshold=${threshold}`)).json).toMatchObject({
        status: 400,
        code: 'trust.threshold',
      })
    }
  })

  it('is what the function gives that other callers use', async () => {
    const { parsed } = await publish('S4')
    const leaf = decodeProof(await certificateProof(ledger.node, parsed.fingerprint)).proven.find(
      ({ tree }) => tree === 1,
    )
    expect(leaf?.value).toBeDefined()
  })

  it.each(['present', 'absent'])('comes as ICS23 with the header that a %s leaf leads to', async (which) => {
    const { path } = await publish(`ICS-${which}`)
    const { status, type, headers, bytes } = await get(
      `${which === 'present' ? path : `/v1/certificates/${unknown}`}/proof?format=ics23`,
    )
    expect({ status, type }).toEqual({ status: 200, type: 'application/vnd.commonroot.ics23+protobuf' })
    const header = await ledger.node.signedHeader(BigInt(headers.get('commonroot-header-height') ?? '0'))
    expect(headers.get('commonroot-app-hash')).toBe(toHex(header!.header.appHash))
    expect(bytes[0]).toBe(0x0a)
  })
})

describe('GET /v1/trust', () => {
  it('pins a header of this chain', async () => {
    const { type, bytes } = await get('/v1/trust')
    expect(type).toBe('application/vnd.commonroot.trust+cbor')
    expect(decodeTrust(bytes)).toMatchObject({ chain: ledger.chain.id })
  })
})
