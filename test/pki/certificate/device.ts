/** A device for the tests of this folder: its key, and the request for its certificate. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { type DeviceCertificateRequest, issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { type PublicKey, toHex } from '../../../src/codec/index.ts'
import { publicKeyFromSpki } from '../../../src/crypto/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'

export type TestKey = { readonly key: PublicKey; readonly sign: (message: Uint8Array) => Uint8Array }

export function makeKey(algorithm: PublicKey['algorithm'] = 'ES256'): TestKey {
  const { publicKey, privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return {
    key: publicKeyFromSpki(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))),
    sign: (message) =>
      new Uint8Array(
        sign(algorithm === 'ES256' ? 'sha256' : null, message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
  }
}

export const notBefore = BigInt(Date.UTC(2026, 0, 1))
export const notAfter = BigInt(Date.UTC(2036, 0, 1))

export function deviceRequest(
  overrides: Partial<DeviceCertificateRequest> = {},
  key: TestKey = makeKey(),
): DeviceCertificateRequest {
  return {
    manufacturer: 'acme-radio',
    serial: 'SC-000123',
    chain: 'telecom-0123abcd',
    model: 'SmallCell 5',
    batch: '2026-07',
    firmware: [2, 10, 7],
    notBefore,
    notAfter,
    key: key.key,
    sign: key.sign,
    ...overrides,
  }
}

/** Every optional part of a request. */
export const everything: Partial<DeviceCertificateRequest> = {
  commonName: 'Funkzelle Süd 小基站',
  keyAgreement: true,
  extendedKeyUsage: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.17'],
  hardwareType: '1.3.6.1.4.1.32473.7.2',
}

export async function issueSamples(): Promise<readonly Uint8Array[]> {
  return Promise.all([
    issueDeviceCertificate(deviceRequest()),
    issueDeviceCertificate(deviceRequest(everything)),
    issueDeviceCertificate(deviceRequest(everything, makeKey('EdDSA'))),
  ])
}

/** The code of the error that `act` throws; anything but a CommonrootError is let through. */
export function refusal(act: () => unknown): string | undefined {
  try {
    act()
  } catch (error) {
    if (error instanceof CommonrootError) return error.code
    throw error
  }
  return undefined
}

/** Replaces the only occurrence of a byte string given in hexadecimal. */
export function replaceOnce(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = toHex(bytes)
  const at = text.indexOf(from)
  if (at < 0 || at % 2 !== 0 || text.indexOf(from, at + 2) >= 0) throw new TypeError(`${from} is not there once`)
  return Uint8Array.from(Buffer.from(text.slice(0, at) + to + text.slice(at + from.length), 'hex'))
}
