import { equalBytes, utf8 } from '../../src/codec/index.ts'
import { type AlternativeName, type Certificate, nameAttributes } from './certificate.ts'
import { noExpiration } from './der/index.ts'
import { certificateError } from './errors.ts'
import type { DeviceProfile } from './profile.ts'

/** A device serial: safe in a PrintableString, a path and a file name's parts, and without a way to look like another. */
export const deviceSerialPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/

const millisecondsInDay = 86_400_000n

/**
 * Holds a parsed certificate against a profile. What is not written in the profile: basicConstraints may never say CA;
 * a hardware module name carries the subject's serial number; the authority key identifier of a self-issued certificate
 * is its own key identifier.
 *
 * Not checked: the signature, block time against the validity, and whether O names a member; those rules need state.
 * @throws certificate.profile-... , one code for each rule
 */
export function checkProfile(certificate: Certificate, profile: DeviceProfile): void {
  checkAlgorithm(certificate, profile)
  checkIssuer(certificate, profile)
  checkValidity(certificate, profile)
  checkSubject(certificate, profile)
  checkExtensions(certificate, profile)
  checkAuthority(certificate, profile)
  checkKeyUsage(certificate, profile)
  checkExtendedKeyUsage(certificate, profile)
  checkAlternativeNames(certificate, profile)
  checkHardwareModuleName(certificate, profile)
  checkAuthorityKey(certificate)
}

/** @throws certificate.profile-device-serial */
export function checkDeviceSerial(serial: string): void {
  if (!deviceSerialPattern.test(serial)) throw certificateError('profile-device-serial', { serial })
}

function checkAlgorithm({ algorithm, key }: Certificate, { name, algorithms }: DeviceProfile): void {
  for (const used of [key.algorithm, algorithm]) {
    if (!algorithms.includes(used)) throw certificateError('profile-algorithm', { profile: name, algorithm: used })
  }
}

function checkIssuer(certificate: Certificate, profile: DeviceProfile): void {
  if (profile.selfIssued && !certificate.selfIssued) {
    throw certificateError('profile-self-issued', { profile: profile.name })
  }
}

function checkValidity({ notBefore, notAfter }: Certificate, profile: DeviceProfile): void {
  if (notAfter === noExpiration) {
    if (!profile.withoutExpiry) throw certificateError('profile-without-expiry', { profile: profile.name })
    return
  }
  const days = (notAfter - notBefore + millisecondsInDay - 1n) / millisecondsInDay
  const limit = profile.maximumValidityDays
  if (days > limit) throw certificateError('profile-validity', { profile: profile.name, limit, days })
}

function checkSubject({ subject }: Certificate, profile: DeviceProfile): void {
  for (const attribute of nameAttributes) {
    const isRequired = profile.requiredSubject.includes(attribute)
    const isPresent = subject[attribute] !== undefined
    if (isRequired && !isPresent)
      throw certificateError('profile-subject-missing', { profile: profile.name, attribute })
    if (isPresent && !isRequired && !profile.optionalSubject.includes(attribute)) {
      throw certificateError('profile-subject-refused', { profile: profile.name, attribute })
    }
  }
  if (subject.serialNumber !== undefined) checkDeviceSerial(subject.serialNumber)
}

function checkExtensions({ extensions }: Certificate, profile: DeviceProfile): void {
  const { name, requiredExtensions, optionalExtensions, criticalExtensions } = profile
  for (const extension of requiredExtensions) {
    if (!extensions.some(({ id }) => id === extension)) {
      throw certificateError('profile-extension-missing', { profile: name, extension })
    }
  }
  for (const { id, critical } of extensions) {
    if (!requiredExtensions.includes(id) && !optionalExtensions.includes(id)) {
      throw certificateError('profile-extension-refused', { profile: name, extension: id })
    }
    if (!critical && criticalExtensions.includes(id)) {
      throw certificateError('profile-extension-not-critical', { profile: name, extension: id })
    }
  }
}

function checkAuthority({ basicConstraints }: Certificate, profile: DeviceProfile): void {
  if (basicConstraints?.authority === true) throw certificateError('profile-authority', { profile: profile.name })
}

function checkKeyUsage({ keyUsage = [] }: Certificate, profile: DeviceProfile): void {
  for (const usage of profile.requiredKeyUsages) {
    if (!keyUsage.includes(usage)) throw certificateError('profile-key-usage-missing', { profile: profile.name, usage })
  }
  for (const usage of keyUsage) {
    if (!profile.requiredKeyUsages.includes(usage) && !profile.optionalKeyUsages.includes(usage)) {
      throw certificateError('profile-key-usage-refused', { profile: profile.name, usage })
    }
  }
}

function checkExtendedKeyUsage({ extendedKeyUsage = [] }: Certificate, profile: DeviceProfile): void {
  for (const purpose of extendedKeyUsage) {
    if (!profile.extendedKeyUsages.includes(purpose)) {
      throw certificateError('profile-extended-key-usage', { profile: profile.name, purpose })
    }
  }
}

function checkAlternativeNames({ alternativeNames = [] }: Certificate, profile: DeviceProfile): void {
  for (const { kind } of alternativeNames) {
    const isAllowed =
      kind === 'hardware-module' ? profile.hardwareModuleName !== 'refused' : profile.alternativeNames.includes(kind)
    if (!isAllowed) throw certificateError('profile-alternative-name', { profile: profile.name, kind })
  }
}

function checkHardwareModuleName({ alternativeNames = [], subject }: Certificate, profile: DeviceProfile): void {
  const [module, ...others] = alternativeNames.filter(isHardwareModule)
  if (others.length > 0) throw certificateError('profile-hardware-module-repeated', { count: others.length + 1 })
  if (module === undefined) {
    if (profile.hardwareModuleName !== 'required') return
    throw certificateError('profile-hardware-module-missing', { profile: profile.name })
  }
  const serial = subject.serialNumber ?? ''
  if (!equalBytes(module.serialNumber, utf8(serial))) throw certificateError('profile-hardware-serial', { serial })
}

function checkAuthorityKey(certificate: Certificate): void {
  const { selfIssued, authorityKeyIdentifier: authority, subjectKeyIdentifier: own } = certificate
  if (!selfIssued || authority === undefined) return
  if (own === undefined || !equalBytes(authority, own)) throw certificateError('profile-authority-key')
}

type HardwareModule = Extract<AlternativeName, { kind: 'hardware-module' }>

function isHardwareModule(name: AlternativeName): name is HardwareModule {
  return name.kind === 'hardware-module'
}
