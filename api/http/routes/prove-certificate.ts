import { Type } from 'typebox'
import { fromHex, toHex, Word } from '../../../src/codec/index.ts'
import { engineError } from '../../../src/engine/index.ts'
import { checkThreshold, type Fraction, lightError, trustError } from '../../../src/light/index.ts'
import { type LedgerNode, nodeError, type ReaderTrust } from '../../../src/node/index.ts'
import { certificateIcs23Proof, certificateProof } from '../certificate-proof.ts'
import { answerOther, defineRoute, Octets } from '../route.ts'
import { HeightText, HexDigest } from '../schemas.ts'

export const proofType = 'application/vnd.commonroot.proof+cbor'
export const ics23Type = 'application/vnd.commonroot.ics23+protobuf'

export const proveCertificate = defineRoute({
  method: 'GET',
  path: '/v1/certificates/:fingerprint/proof',
  operation: 'proveCertificate',
  group: 'certificates',
  summary: 'The proof of a certificate, or that it was never published, for verification without this node.',
  parameters: Type.Object({ fingerprint: HexDigest }, { additionalProperties: false }),
  query: Type.Object(
    {
      format: Type.Optional(
        Type.Unsafe<'commonroot' | 'ics23'>({
          ...Word('commonroot', 'ics23'),
          default: 'commonroot',
          description:
            '`ics23` proves the record alone, not how its manufacturer stands; two headers of the answer name the block header that it leads to.',
        }),
      ),
      trusted: Type.Optional(
        Type.Unsafe<string>({
          ...HeightText,
          description:
            'The height of the trust file that the proof is for: the proof then has the headers that lead from there to its own.',
        }),
      ),
      threshold: Type.Optional(
        Type.String({
          pattern: '^[1-9][0-9]{0,2}/[1-9][0-9]{0,2}$',
          default: '1/3',
          description: 'The threshold of that trust file.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: {
      description: 'Covers everything that this node has acknowledged.',
      content: { [proofType]: Octets, [ics23Type]: Octets },
      headers: {
        'Commonroot-Header-Height': Type.String({ description: 'With ICS23: the height of the header.' }),
        'Commonroot-App-Hash': Type.String({ description: 'With ICS23: its app hash, in hexadecimal.' }),
      },
    },
  },
  refusals: [
    nodeError.numberOf('proof-timeout'),
    engineError.numberOf('no-header'),
    lightError.numberOf('too-many-headers'),
    trustError.numberOf('threshold'),
  ],
  answer: async (
    node: Pick<LedgerNode, 'proof' | 'provableState'>,
    { parameters: { fingerprint }, query: { format = 'commonroot', trusted, threshold = '1/3' } },
  ) => {
    const digest = fromHex(fingerprint)
    if (format === 'commonroot') {
      return answerOther(200, proofType, await certificateProof(node, digest, readerOf(trusted, threshold)))
    }
    const { bytes, headerHeight, appHash } = await certificateIcs23Proof(node, digest)
    const headers = {
      'commonroot-header-height': headerHeight.toString(),
      'commonroot-app-hash': toHex(appHash),
    }
    return answerOther(200, ics23Type, bytes, headers)
  },
})

/** @throws trust.threshold */
function readerOf(trusted: string | undefined, threshold: string): ReaderTrust | undefined {
  if (trusted === undefined) return undefined
  const [numerator = 0n, denominator = 0n] = threshold.split('/').map(BigInt)
  const fraction: Fraction = [numerator, denominator]
  checkThreshold(fraction)
  return { height: BigInt(trusted), threshold: fraction }
}
