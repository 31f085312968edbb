/**
 * Certificates: strict DER, X.509 v3 certificates, certificate files, and device profiles. Pure code that runs in a
 * block, on a node and in a browser alike.
 *
 * May import: `src/errors`, `src/codec` and `src/crypto/portable`. Two files stand beside this face and are imported by
 * their own path, because what runs in a block may not reach them: `issue.ts` (random numbers) and `verify.ts`
 * (node:crypto). Start reading at `parse.ts`, then `extensions.ts`, then `check-profile.ts`.
 */
export {
  type AlternativeName,
  type Certificate,
  type DeviceDescription,
  type DistinguishedName,
  type Extension,
  type KeyUsage,
  keyUsages,
  type NameAttribute,
} from './certificate.ts'
export { checkDeviceSerial, checkProfile, deviceSerialPattern } from './check-profile.ts'
export { derError, noExpiration } from './der/index.ts'
export { certificateError } from './errors.ts'
export { maximumBundleCertificates, maximumCertificateBytes } from './limits.ts'
export { deviceExtension, extensionId, hardwareModuleName, keyPurpose } from './object-identifiers.ts'
export { parseCertificate, parseUncheckedKey } from './parse.ts'
export { certificatePem, readCertificates } from './pem.ts'
export { DeviceProfile, defaultDeviceProfile } from './profile.ts'
export { selfSignatureCheck } from './self-signature.ts'
