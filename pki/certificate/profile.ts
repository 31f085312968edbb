/** Device profiles: what a certificate must, may and may not hold, as a parameter that governance sets. */
import { AlgorithmName, Flag, List, Name, Struct, Text, type ValueOf, Whole, Word } from '../../src/codec/index.ts'
import { keyUsages, nameAttributes } from './certificate.ts'
import { extensionId, keyPurpose } from './object-identifiers.ts'

const ObjectIdentifier = Text({ maximum: 80, pattern: '^[0-2](\\.(0|[1-9][0-9]{0,9}))+$' })
const ObjectIdentifiers = List(ObjectIdentifier, { maximum: 32 })
const KeyUsageWord = Word(...keyUsages)
const KeyUsages = List(KeyUsageWord, { maximum: keyUsages.length })
const SubjectAttribute = Word(...nameAttributes)
const SubjectAttributes = List(SubjectAttribute, { maximum: nameAttributes.length })

/** Lists named `required...` and `optional...` are together all that is allowed; what is in neither is refused. */
export const DeviceProfile = Struct({
  name: Name,
  /** For the key and the signature. */
  algorithms: List(AlgorithmName, { minimum: 1, maximum: 8 }),
  selfIssued: Flag,
  /** Days of 24 hours from notBefore to notAfter, the last begun one counted. */
  maximumValidityDays: Whole({ minimum: 1, maximum: 3_000_000 }),
  /** Whether notAfter may be 99991231235959Z, whatever the maximum. */
  withoutExpiry: Flag,
  requiredSubject: SubjectAttributes,
  optionalSubject: SubjectAttributes,
  requiredExtensions: ObjectIdentifiers,
  optionalExtensions: ObjectIdentifiers,
  /** Those that are critical wherever they occur; for others it is the issuer's choice. */
  criticalExtensions: ObjectIdentifiers,
  requiredKeyUsages: KeyUsages,
  optionalKeyUsages: KeyUsages,
  /** Purposes that extKeyUsage may name. */
  extendedKeyUsages: ObjectIdentifiers,
  /** Kinds of alternative names that may occur, hardware module names apart. */
  alternativeNames: List(Word('dns', 'ip', 'uri'), { maximum: 3 }),
  hardwareModuleName: Word('refused', 'optional', 'required'),
})
export type DeviceProfile = ValueOf<typeof DeviceProfile>

/**
 * A small cell or comparable device, after IEEE 802.1AR: it names its manufacturer and serial number, is no CA, signs
 * (and may agree on keys), and describes itself in the ledger's extension.
 */
export const defaultDeviceProfile: DeviceProfile = {
  name: 'device',
  algorithms: ['ES256', 'EdDSA'],
  selfIssued: true,
  // 20 years: the service life of radio equipment, with reserve.
  maximumValidityDays: 7305,
  withoutExpiry: false,
  requiredSubject: ['organization', 'serialNumber'],
  optionalSubject: ['country', 'organizationalUnit', 'commonName'],
  requiredExtensions: [extensionId.basicConstraints, extensionId.keyUsage, extensionId.device],
  optionalExtensions: [
    extensionId.extKeyUsage,
    extensionId.subjectAltName,
    extensionId.subjectKeyIdentifier,
    extensionId.authorityKeyIdentifier,
  ],
  criticalExtensions: [extensionId.basicConstraints, extensionId.keyUsage],
  requiredKeyUsages: ['digitalSignature'],
  optionalKeyUsages: ['keyAgreement'],
  extendedKeyUsages: [keyPurpose.clientAuth, keyPurpose.serverAuth, keyPurpose.ipsecIke],
  alternativeNames: ['dns', 'ip', 'uri'],
  hardwareModuleName: 'optional',
}
