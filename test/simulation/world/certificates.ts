/** Device certificates: most are right, the others wrong in one way. */

import { defaultDeviceProfile } from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { parameterOf, words } from '../model/acting.ts'
import type { DescribedCertificate, ReadCertificate } from '../model/described.ts'
import type { Algorithm, State } from '../model/state.ts'
import { digest } from '../model/tree.ts'
import { bytesFrom, pickFrom, pickWeighted } from '../seed.ts'
import type { Content } from './content.ts'
import { type SimulatedKey, seededKey } from './keys.ts'

const day = 86_400_000n

export type MadeCertificate = { readonly described: DescribedCertificate; readonly der: Uint8Array }

export async function makeCertificate(content: Content, manufacturer: string): Promise<MadeCertificate> {
  const { random, certificates } = content
  const flavour = pickWeighted(random, {
    right: 70,
    again: 5,
    'same-key': 3,
    'same-device': 8,
    'other-chain': 2,
    'not-its-key': 2,
    'edge-of-time': 4,
    'other-manufacturer': 3,
    unreadable: 2,
  })
  const isOwn = flavour === 'same-device' && random.chance(0.9)
  const old = pickFrom(random, isOwn ? certificates.filter((one) => one.manufacturer === manufacturer) : certificates)
  if (flavour === 'again' && old !== undefined) return { described: old, der: old.der }
  if (flavour === 'unreadable') return { described: { flaw: 'der.truncated' }, der: Uint8Array.of(0x30) }
  const made = await issue(content, {
    manufacturer: flavour === 'other-manufacturer' ? random.pick(['vendor-a', 'vendor-z', 'auditor-h']) : manufacturer,
    serial: flavour === 'same-device' && old !== undefined ? old.serial : newSerial(content),
    chain: flavour === 'other-chain' ? 'other-01234567' : content.model.chain,
    key:
      flavour === 'same-key' && old !== undefined
        ? content.keyring.get(old.key.digest)
        : content.keyring.newKey(algorithmOf(content)),
    selfSigned: flavour !== 'not-its-key',
    ...validity(content, flavour === 'edge-of-time'),
  })
  certificates.push(made)
  return { described: made, der: made.der }
}

/** Mostly one that may be used. P-256 is rare while there is a choice, since it is slow to make here. */
function algorithmOf({ random, model: { state } }: Content): Algorithm {
  const allowed = words(profileOf(state).algorithms)
  const isFit = allowed.includes('EdDSA') && state.withdrawn.length === 0
  return random.chance(isFit ? 0.9 : 0.1) ? 'EdDSA' : 'ES256'
}

function profileOf(state: State) {
  return parameterOf(state, 'pki/device-profile')
}

type Validity = Pick<ReadCertificate, 'notBefore' | 'notAfter'>

/** Whole seconds, as certificates have them. */
function validity({ random, time, model }: Content, isAtTheEdge: boolean): Validity {
  const now = (time / 1000n) * 1000n
  const limit = Number(profileOf(model.state).maximumValidityDays)
  const days = random.chance(0.95) ? Math.min(limit, random.pick([20, 350, 7000])) : limit + 1
  const notAfter = now - 300_000n + BigInt(days) * day
  if (!isAtTheEdge) return { notBefore: now - 300_000n, notAfter }
  const edge = random.pick([-1000n, 0n, 0n, 1000n])
  return random.chance(0.5)
    ? { notBefore: now + 600_000n + edge, notAfter }
    : { notBefore: now - day, notAfter: now + edge }
}

function newSerial({ random, certificates }: Content): string {
  const number = random.chance(0.9) ? certificates.length : random.whole(200)
  return `${random.pick(['S', 'S', 'S', 'S', 'S', 'S', 'T-'])}${String(number).padStart(4, '0')}`
}

type Order = Pick<ReadCertificate, 'manufacturer' | 'serial' | 'chain' | 'notBefore' | 'notAfter' | 'selfSigned'> & {
  readonly key: SimulatedKey
}

async function issue({ random, model }: Content, order: Order): Promise<ReadCertificate> {
  const { key, selfSigned, ...named } = order
  const details = {
    model: random.pick(['cell-1', 'cell-1', 'cell-2', 'gateway']),
    batch: random.pick(['b1', 'b2', 'b3']),
    firmware: random.pick([[1, 0], [1, 2], [1, 2, 1], [2, 0, 0], [10]]),
  }
  const wanted = profileOf(model.state).hardwareModuleName
  const hardwareModule = random.chance(wanted === 'required' ? 0.95 : wanted === 'refused' ? 0.05 : 0.3)
  const certificateSerial = bytesFrom(random, 16)
  certificateSerial[0] = (certificateSerial[0]! & 0x3f) | 0x40
  const der = await issueDeviceCertificate({
    ...named,
    ...details,
    ...(hardwareModule ? { hardwareType: '1.3.6.1.4.1.32473.9' } : {}),
    certificateSerial,
    key: key.publicKey,
    sign: selfSigned ? key.sign : seededKey(key.algorithm, random).sign,
    profile: { ...defaultDeviceProfile, maximumValidityDays: 3_000_000 },
  })
  return { ...named, ...details, key, hardwareModule, selfSigned, der, fingerprint: digest(der).toString('hex') }
}
