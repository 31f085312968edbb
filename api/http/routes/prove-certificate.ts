import { Type } from 'typebox'
import { fromHex, toHex, Word } from '../../../src/codec/index.ts'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { certificateIcs23Proof, certificateProof } from '../certificate-proof.ts'
import { answerOther, defineRoute, Octets } from '../route.ts'
import { HexDigest } from '../schemas.ts'

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
  refusals: [nodeError.numberOf('proof-timeout')],
  answer: async (
    node: Pick<LedgerNode, 'proof' | 'provableState'>,
    { parameters: { fingerprint }, query: { format = 'commonroot' } },
  ) => {
    const digest = fromHex(fingerprint)
    if (format === 'commonroot') {
      return answerOther(200, proofType, await certificateProof(node, digest))
    }
    const { bytes, headerHeight, appHash } = await certificateIcs23Proof(node, digest)
    const headers = {
      'commonroot-header-height': headerHeight.toString(),
      'commonroot-app-hash': toHex(appHash),
    }
    return answerOther(200, ics23Type, bytes, headers)
  },
})
