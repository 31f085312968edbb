/** What the certificate rules keep. */
import {
  AlgorithmName,
  DigestBytes,
  List,
  Optional,
  Row,
  Text,
  Unsigned64,
  type ValueOf,
  Whole,
  Word,
} from '../../src/codec/index.ts'
import { MemberId } from '../../src/governance/index.ts'
import { DeviceSerial, SerialRange } from '../voucher/index.ts'
import { maximumStates } from './limits.ts'

export const certificateStates = ['valid', 'held', 'revoked', 'superseded'] as const
export type CertificateState = (typeof certificateStates)[number]

/** Reasons of RFC 5280 section 5.3.1 that apply to a device's certificate. */
export const revocationReasons = [
  'unspecified',
  'key-compromise',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
  'privilege-withdrawn',
] as const
export type RevocationReason = (typeof revocationReasons)[number]
export const RevocationReason = Word(...revocationReasons)

export const DeviceWord = Text({ maximum: 256 })
export const Firmware = List(Whole({ maximum: 2_147_483_647 }), { minimum: 1, maximum: 8 })

/** One state since a block: the list of them answers "was it valid at T" from today's proof. */
export const StateEntry = Row({
  state: Word(...certificateStates),
  reason: Optional(RevocationReason),
  height: Unsigned64,
  time: Unsigned64,
})

/** The record of a certificate: one leaf. The certificate itself is kept as a blob under its fingerprint. */
export const CertificateRecord = Row({
  fingerprint: DigestBytes,
  manufacturer: MemberId,
  serial: DeviceSerial,
  /** SHA-256 of the SubjectPublicKeyInfo. */
  key: DigestBytes,
  algorithm: AlgorithmName,
  model: DeviceWord,
  batch: DeviceWord,
  firmware: Firmware,
  states: List(StateEntry, { minimum: 1, maximum: maximumStates }),
})
export type CertificateRecord = ValueOf<typeof CertificateRecord>

/**
 * A mass revocation: every certificate of the manufacturer that was published up to the fact's height and fits all
 * fields that are given. It is a fact of the manufacturer's standing, so that one leaf speaks for any number of devices.
 */
export const MassRevocation = Row({
  reason: RevocationReason,
  model: Optional(DeviceWord),
  batch: Optional(DeviceWord),
  /** Versions that come before this one, number by number. */
  firmwareBelow: Optional(Firmware),
  serials: Optional(SerialRange),
})
export type MassRevocation = ValueOf<typeof MassRevocation>
