/** Certificate signing requests (RFC 2986), for the authority that ours is held against. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { constructed, der } from '../../pki/certificate/der/index.ts'
import { utf8 } from '../../src/codec/index.ts'

const commonName = '2.5.4.3'
const ecdsaWithSha256 = '1.2.840.10045.4.3.2'
const extensionRequest = '1.2.840.113549.1.9.14'
const subjectAltName = '2.5.29.17'

/** Identifier octets: SET, and dNSName of GeneralName (RFC 5280 section 4.2.1.6). */
const set = 0x31
const dnsName = 0x82

/** A request with a P-256 key of its own, for one DNS name. @returns PEM */
export function makeSigningRequest(name: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const body = der.sequence(
    der.smallInteger(0),
    der.sequence(der.element(set, der.sequence(der.objectIdentifier(commonName), der.text('printable', name)))),
    publicKey.export({ format: 'der', type: 'spki' }),
    der.element(constructed(0), extensions(name)),
  )
  const algorithm = der.sequence(der.objectIdentifier(ecdsaWithSha256))
  const request = der.sequence(body, algorithm, der.wholeBitString(sign('sha256', body, privateKey)))
  const lines = request.toBase64().match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n')
}

function extensions(name: string): Uint8Array {
  const names = der.sequence(der.element(dnsName, utf8(name)))
  const extension = der.sequence(der.objectIdentifier(subjectAltName), der.octetString(names))
  return der.sequence(der.objectIdentifier(extensionRequest), der.element(set, der.sequence(extension)))
}
