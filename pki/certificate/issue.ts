/**
 * Issuing on the device or its line. Kept out of the folder's face: it draws random numbers, which code that runs in a
 * block may not reach.
 */
import { type PublicKey, utf8 } from '../../src/codec/index.ts'
import { writeHardwareModuleName } from './alternative-name.ts'
import type { KeyUsage, NameAttribute } from './certificate.ts'
import { checkProfile } from './check-profile.ts'
import { constructed, der, isPrintable } from './der/index.ts'
import { writeDeviceDescription } from './device-extension.ts'
import { writeExtension, writeKeyUsage } from './extensions.ts'
import { writeName } from './name.ts'
import { attributeType, extensionId } from './object-identifiers.ts'
import { parseCertificate } from './parse.ts'
import { type DeviceProfile, defaultDeviceProfile } from './profile.ts'
import { x509SignatureAlgorithmOf } from './signature-algorithm.ts'

/** What a device certificate is made from. */
export type DeviceCertificateRequest = {
  /** Member id of the manufacturer: O of the subject. */
  readonly manufacturer: string
  /** Device serial: serialNumber of the subject. */
  readonly serial: string
  readonly commonName?: string
  readonly chain: string
  readonly model: string
  readonly batch: string
  /** Version numbers, most significant first. */
  readonly firmware: readonly number[]
  /** Milliseconds since 1970, whole seconds. */
  readonly notBefore: bigint
  readonly notAfter: bigint
  readonly key: PublicKey
  /** Signs with the private half of `key`; the signature is in COSE form, as a `KeyHolder` gives it. */
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
  /** Beside digitalSignature. */
  readonly keyAgreement?: boolean
  /** Purposes for extKeyUsage, as object identifiers; none leaves the extension out. */
  readonly extendedKeyUsage?: readonly string[]
  /** hwType of a hardwareModuleName, an object identifier; its serial number is the device's. */
  readonly hardwareType?: string
  /** A magnitude of 1 to 20 octets, not zero; 16 random octets unless given. */
  readonly certificateSerial?: Uint8Array
  /** What the result is held against: the default profile unless given. */
  readonly profile?: DeviceProfile
}

/**
 * Makes a self-issued device certificate and reads it back: what is returned passes `parseCertificate` and the profile.
 * The signature is not verified; a broken signer shows when the certificate is published.
 * @returns the certificate in DER
 * @throws what `parseCertificate` and `checkProfile` throw; whatever `sign` throws; TypeError for values without a DER form
 */
export async function issueDeviceCertificate(request: DeviceCertificateRequest): Promise<Uint8Array> {
  const algorithm = x509SignatureAlgorithmOf(request.key.algorithm)
  const body = writeBody(request, algorithm.identifier)
  const signature = algorithm.toX509(await request.sign(body))
  const certificate = parseCertificate(der.sequence(body, algorithm.identifier, der.wholeBitString(signature)))
  checkProfile(certificate, request.profile ?? defaultDeviceProfile)
  return certificate.der
}

function writeBody(request: DeviceCertificateRequest, algorithmIdentifier: Uint8Array): Uint8Array {
  const name = writeName(subjectOf(request))
  return der.sequence(
    der.element(constructed(0), der.smallInteger(2)),
    der.unsignedInteger(request.certificateSerial ?? randomSerialNumber()),
    algorithmIdentifier,
    name,
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    name,
    request.key.spki,
    der.element(constructed(3), der.sequence(...extensionsOf(request))),
  )
}

function subjectOf({ manufacturer, serial, commonName }: DeviceCertificateRequest): readonly NameAttribute[] {
  return [
    attribute(attributeType.organization, manufacturer),
    ...(commonName === undefined ? [] : [attribute(attributeType.commonName, commonName)]),
    { type: attributeType.serialNumber, text: serial, form: 'printable' },
  ]
}

function attribute(type: string, text: string): NameAttribute {
  return { type, text, form: isPrintable(text) ? 'printable' : 'utf8' }
}

function extensionsOf(request: DeviceCertificateRequest): readonly Uint8Array[] {
  const { extendedKeyUsage = [], hardwareType, serial } = request
  const usages: readonly KeyUsage[] = request.keyAgreement ? ['digitalSignature', 'keyAgreement'] : ['digitalSignature']
  const extensions = [
    writeExtension(extensionId.basicConstraints, true, der.sequence()),
    writeExtension(extensionId.keyUsage, true, writeKeyUsage(usages)),
  ]
  if (extendedKeyUsage.length > 0) {
    const purposes = der.sequence(...extendedKeyUsage.map(der.objectIdentifier))
    extensions.push(writeExtension(extensionId.extKeyUsage, false, purposes))
  }
  if (hardwareType !== undefined) {
    const names = writeHardwareModuleName(hardwareType, utf8(serial))
    extensions.push(writeExtension(extensionId.subjectAltName, false, names))
  }
  extensions.push(writeExtension(extensionId.device, false, writeDeviceDescription(request)))
  return extensions
}

/** 16 random octets with the first bit clear and the next set: always positive, always of one length. */
function randomSerialNumber(): Uint8Array {
  const octets = crypto.getRandomValues(new Uint8Array(16))
  octets[0] = (octets[0]! & 0x3f) | 0x40
  return octets
}
