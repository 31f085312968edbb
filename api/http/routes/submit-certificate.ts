import { Type } from 'typebox'
import { certificateError, derError, maximumCertificateBytes } from '../../../pki/certificate/index.ts'
import { pkiError } from '../../../pki/contract/index.ts'
import { maximumVoucherText, voucherError, voucherFromText, voucherTextPattern } from '../../../pki/voucher/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { engineError } from '../../../src/engine/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import { done, unchanged } from '../../../src/host/index.ts'
import { nodeError } from '../../../src/node/index.ts'
import type { Carrier } from '../../carrier/index.ts'
import { apiError } from '../../errors.ts'
import { blockRefusal, refusedStatus } from '../block-refusal.ts'
import { answerJson, defineRoute, json, Refusal } from '../route.ts'
import { Height, HexDigest, Instant, instant } from '../schemas.ts'

const CarriedView = Type.Object({
  fingerprint: HexDigest,
  code: Type.String({ description: '`done`, or `unchanged` when it had been published before.' }),
  height: Height,
  time: Instant,
  transaction: Type.Unsafe<string>({ ...HexDigest, description: 'The id of the batch in which it was carried.' }),
})

export const submitCertificate = defineRoute({
  method: 'POST',
  path: '/v1/certificates',
  operation: 'submitCertificate',
  group: 'certificates',
  summary: "Submits one certificate with its line's voucher and waits until this node has committed it.",
  headers: Type.Object({
    'commonroot-voucher': Type.String({
      maxLength: maximumVoucherText,
      pattern: voucherTextPattern,
      description: 'The voucher in base64url without padding: the text of its file.',
    }),
  }),
  body: {
    type: 'application/pkix-cert',
    description: 'One certificate in DER (RFC 2585 section 4.1). The same certificate again changes nothing.',
    maximum: maximumCertificateBytes,
  },
  answers: { 200: json('Committed by this node.', CarriedView) },
  refusals: [
    ...[derError, certificateError, pkiError, voucherError].flatMap(({ rows }) => rows.map(({ number }) => number)),
    engineError.numberOf('mempool-full'),
    nodeError.numberOf('commit-timeout'),
    nodeError.numberOf('stopping'),
    apiError.numberOf('no-carrier'),
    apiError.numberOf('carrier-refused'),
    apiError.numberOf('too-many-submissions'),
  ],
  answer: async ({ carrier }: { readonly carrier: Carrier | undefined }, { headers, body }) => {
    if (carrier === undefined) throw apiError('no-carrier')
    const carried = await carrier.submit(body, voucherFromText(headers['commonroot-voucher'])).catch(asRefusal)
    if (carried instanceof Refusal) return carried
    const { verdict, height } = carried
    const [fingerprint, transaction, time] = [
      toHex(carried.fingerprint),
      toHex(carried.transaction),
      instant(carried.time),
    ]
    if (verdict === done || verdict === unchanged) {
      const code = verdict === done ? 'done' : 'unchanged'
      return answerJson(200, { fingerprint, code, height, time, transaction })
    }
    return new Refusal(blockRefusal(verdict), { status: refusedStatus, id: transaction, height: Number(height), time })
  },
})

/** What is wrong with the submission itself has one status, whether this node saw it or a block. */
function asRefusal(error: unknown): Refusal {
  if (!(error instanceof CommonrootError) || error.status >= 500 || !judged.test(error.code)) throw error
  return new Refusal(error, { status: refusedStatus })
}

const judged = /^(der|certificate|crypto|codec|voucher|governance|pki)\./
