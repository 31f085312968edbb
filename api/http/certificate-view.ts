/** A certificate as the API shows it. */
import { Type } from 'typebox'
import { CertificateRecord } from '../../pki/contract/index.ts'
import { verdicts } from '../../pki/status/index.ts'
import { Word } from '../../src/codec/index.ts'
import { Base64, Height, HexDigest, Instant } from './schemas.ts'

const { manufacturer, serial, algorithm, model, batch, firmware, states } = CertificateRecord.properties
const { state, reason } = states.items.properties

export const CertificateView = Type.Object({
  fingerprint: HexDigest,
  manufacturer,
  serial,
  algorithm,
  key: Type.Unsafe<string>({ ...HexDigest, description: 'SHA-256 of the SubjectPublicKeyInfo.' }),
  model,
  batch,
  firmware,
  notBefore: Instant,
  notAfter: Instant,
  states: Type.Array(Type.Object({ state, reason, height: Height, time: Instant }), {
    description: 'Every state since a block, in order: the last one is in force.',
  }),
  verdict: Word(...verdicts),
  code: Type.String({ description: 'Why the verdict is what it is, for programs.' }),
  judgedAt: Instant,
  certificate: Type.Unsafe<string>({ ...Base64, description: 'The certificate in DER.' }),
  headerHeight: Type.Optional(
    Type.Unsafe<bigint>({
      ...Height,
      description: 'A signed header that proves the last state; absent for a moment after it.',
    }),
  ),
})
