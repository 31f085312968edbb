/** The rules of certificates as pki/contract/README.md has them. */
import { type Acting, parameterOf, signingFor, standingOf, words } from './acting.ts'
import type { DescribedVoucher, OperationOf, ReadCertificate } from './described.ts'
import { revocationBytes, standingBytes } from './leaves.ts'
import { refuse } from './refusal.ts'
import { type Algorithm, type Certificate, type MassRevocation, presentState, type Standing } from './state.ts'

const day = 86_400_000n

/** Facts in one standing, and bytes of it, beyond which none is added. */
const maximumFacts = 64
const maximumStandingBytes = 28 * 1024

/** The item's verdict; `authority` gives the roles of the member that answers for the certificate, or refuses. */
function publishOne(
  acting: Acting,
  certificate: ReadCertificate,
  authority: () => readonly string[],
): 'done' | 'unchanged' {
  const { state, block, emit } = acting
  const { fingerprint, manufacturer, serial, key, notBefore, notAfter } = certificate
  if (state.certificates.has(fingerprint)) return 'unchanged'
  requireProfile(acting, certificate)
  if (certificate.chain !== block.chain) refuse('pki.other-chain')
  if (!certificate.selfSigned) refuse('pki.self-signature')
  requireInForce(acting, key.algorithm)
  const { publisherRoles, clockSkew } = parameterOf(state, 'pki/publication-policy')
  if (!authority().some((role) => words(publisherRoles).includes(role))) refuse('pki.role-missing')
  if (notBefore > block.time + BigInt(Number(clockSkew))) refuse('pki.not-yet-valid')
  if (notAfter < block.time) refuse('pki.expired')
  const all = [...state.certificates.values()]
  if (all.some((other) => other.key === key.digest)) refuse('pki.key-in-use')
  const holder = all.find(
    (other) => other.manufacturer === manufacturer && other.serial === serial && presentState(other) !== 'revoked',
  )
  if (holder !== undefined) {
    const mass = coveringFact(holder, standingOf(state, manufacturer))
    if (mass === undefined) refuse('pki.device-has-certificate')
    end(acting, holder, mass.revocation.reason)
  }
  const { model, batch, firmware } = certificate
  const states = [{ state: 'valid' as const, height: block.height, time: block.time }]
  const described = {
    fingerprint,
    manufacturer,
    serial,
    key: key.digest,
    algorithm: key.algorithm,
    model,
    batch,
    firmware,
  }
  state.certificates.set(fingerprint, { ...described, states })
  emit('pki', 'certificate-published', [Buffer.from(fingerprint, 'hex'), manufacturer, serial])
  return 'done'
}

/** What governance changes of the profile here; the rest of it every certificate of the simulation fits. */
function requireProfile({ state }: Acting, { key, notBefore, notAfter, hardwareModule }: ReadCertificate): void {
  const profile = parameterOf(state, 'pki/device-profile')
  if (!words(profile.algorithms).includes(key.algorithm)) refuse('certificate.profile-algorithm')
  const days = (notAfter - notBefore) / day + ((notAfter - notBefore) % day === 0n ? 0n : 1n)
  if (days > BigInt(Number(profile.maximumValidityDays))) refuse('certificate.profile-validity')
  if (hardwareModule && profile.hardwareModuleName === 'refused') refuse('certificate.profile-alternative-name')
  if (!hardwareModule && profile.hardwareModuleName === 'required')
    refuse('certificate.profile-hardware-module-missing')
}

function requireInForce({ state }: Acting, algorithm: Algorithm): void {
  if (state.withdrawn.some((entry) => entry.algorithm === algorithm)) refuse('pki.algorithm-withdrawn')
}

export function publish(
  acting: Acting,
  { certificate }: OperationOf<'publish'>['items'][number],
): 'done' | 'unchanged' {
  if (certificate.flaw !== undefined) refuse(certificate.flaw)
  return publishOne(acting, certificate, () => {
    const own = acting.signers.find(({ id, purposes }) => id === certificate.manufacturer && purposes.has('line'))
    return own?.roles ?? refuse('pki.not-manufacturer')
  })
}

export function publishVouched(
  acting: Acting,
  { certificate, voucher }: OperationOf<'publish-vouched'>['items'][number],
): 'done' | 'unchanged' {
  if (certificate.flaw !== undefined) refuse(certificate.flaw)
  if (voucher.flaw !== undefined) refuse(voucher.flaw)
  return publishOne(acting, certificate, () => vouchingRoles(acting, certificate, voucher))
}

function vouchingRoles(
  acting: Acting,
  certificate: ReadCertificate,
  voucher: Extract<DescribedVoucher, { readonly flaw?: undefined }>,
): readonly string[] {
  const { state, block } = acting
  if (voucher.chain !== block.chain) refuse('voucher.other-chain')
  if (voucher.expires <= block.time) refuse('voucher.expired')
  if (voucher.manufacturer !== certificate.manufacturer) refuse('voucher.other-manufacturer')
  if (!isWithin(certificate.serial, voucher)) refuse('voucher.outside-range')
  const member = state.members.get(voucher.manufacturer) ?? refuse('governance.unknown-member')
  if (presentState(standingOf(state, member.id)) !== 'active') refuse('governance.member-not-active')
  const line = member.keys.find(({ purpose }) => purpose === 'line')
  const own = line?.keys.map((key) => key.digest) ?? []
  if (voucher.keys.some((key) => !own.includes(key.digest))) refuse('voucher.wrong-key')
  if (voucher.keys.length < (line?.threshold ?? 1)) refuse('voucher.threshold-not-met')
  for (const key of voucher.keys) requireInForce(acting, key.algorithm)
  if (!voucher.signaturesHold) refuse('voucher.signature')
  return member.roles
}

export function revoke(
  acting: Acting,
  { fingerprint, reason }: OperationOf<'revoke'>['items'][number],
): 'done' | 'unchanged' {
  const certificate = acting.state.certificates.get(fingerprint) ?? refuse('pki.unknown-certificate')
  requireRevoker(acting, certificate.manufacturer)
  if (presentState(certificate) === 'revoked') return 'unchanged'
  end(acting, certificate, reason)
  acting.emit('pki', 'certificate-revoked', [Buffer.from(fingerprint, 'hex'), reason])
  return 'done'
}

export function massRevoke(acting: Acting, operation: OperationOf<'mass-revoke'>): void {
  const { state, block, emit } = acting
  const { manufacturer, predicate, serialFrom, serialTo } = operation
  requireRevoker(acting, manufacturer)
  const standing = standingOf(state, manufacturer)
  let revocation: MassRevocation = predicate
  if (serialFrom !== undefined || serialTo !== undefined) {
    if (serialFrom === undefined || serialTo === undefined) refuse('pki.serial-range')
    if (serialFrom.length !== serialTo.length || serialFrom > serialTo) refuse('pki.serial-range')
    revocation = { ...predicate, serials: { from: serialFrom, to: serialTo } }
  }
  const facts = [...standing.facts, { height: block.height, time: block.time, revocation }]
  const next: Standing = { ...standing, facts }
  if (facts.length > maximumFacts || standingBytes(next).length > maximumStandingBytes)
    refuse('governance.too-many-facts')
  state.standings.set(manufacturer, next)
  emit('pki', 'certificates-mass-revoked', [manufacturer, revocationBytes(revocation)])
}

function requireRevoker(acting: Acting, manufacturer: string): void {
  const revokers = words(parameterOf(acting.state, 'pki/publication-policy').revokerRoles)
  const may = signingFor(acting, 'operate').some(
    ({ id, roles }) => id === manufacturer || roles.some((role) => revokers.includes(role)),
  )
  if (!may) refuse('pki.may-not-revoke')
}

function end({ state, block }: Acting, certificate: Certificate, reason: string): void {
  const entry = { state: 'revoked' as const, reason, height: block.height, time: block.time }
  state.certificates.set(certificate.fingerprint, { ...certificate, states: [...certificate.states, entry] })
}

/** The first mass revocation that covers a certificate. */
export function coveringFact(certificate: Certificate, { facts }: Standing): Standing['facts'][number] | undefined {
  const published = certificate.states[0]?.height ?? 0n
  return facts.find(({ height, revocation: { model, batch, firmwareBelow, serials } }) => {
    if (published > height) return false
    if (model !== undefined && model !== certificate.model) return false
    if (batch !== undefined && batch !== certificate.batch) return false
    if (firmwareBelow !== undefined && !comesBefore(certificate.firmware, firmwareBelow)) return false
    return serials === undefined || isWithin(certificate.serial, serials)
  })
}

/** Number by number; what ends first comes first. */
function comesBefore(version: readonly number[], limit: readonly number[]): boolean {
  for (let index = 0; index < limit.length; index++) {
    const [own, other] = [version[index], limit[index] ?? 0]
    if (own === undefined || own < other) return true
    if (own > other) return false
  }
  return false
}

function isWithin(serial: string, { from, to }: { readonly from: string; readonly to: string }): boolean {
  const bytes = Buffer.from(serial)
  return (
    serial.length === from.length &&
    Buffer.compare(Buffer.from(from), bytes) <= 0 &&
    Buffer.compare(bytes, Buffer.from(to)) <= 0
  )
}
