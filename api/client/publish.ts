/** Publishing certificates: cut into batches, each signed once and submitted until it is answered. */
import { maximumBatch, pkiModule, pkiName } from '../../pki/contract/index.ts'
import { maximumTransactionBytes } from '../../src/codec/index.ts'
import type { TransactionSigner } from '../../src/node/index.ts'
import type { TransactionAnswer } from './answers.ts'
import type { FoundCertificate } from './certificate-files.ts'
import { cliError } from './errors.ts'
import { explainRefusal } from './explain.ts'
import { envelopeReserve, itemOverhead } from './limits.ts'
import type { NodeClient } from './node-client.ts'
import { type Act, signAct, submitTransaction } from './submit.ts'

/** What the chain said about one certificate. `code` is `done`, `unchanged` or the code of a refusal. */
export type PublicationVerdict = {
  readonly certificate: FoundCertificate
  readonly code: string
  readonly number: number
  readonly message: string
}

export type Publication = {
  readonly node: NodeClient
  readonly signer: TransactionSigner
  readonly certificates: readonly FoundCertificate[]
  /** Certificates in one transaction, at most; what the rules allow unless given. */
  readonly batch?: number
  /** Called after each batch with the verdicts so far. */
  readonly onProgress?: (published: number) => void
  readonly signal?: AbortSignal
}

/** @returns one verdict a certificate, in their order @throws what `submitTransaction` throws, and the refusal of a whole batch */
export async function publishCertificates(publication: Publication): Promise<readonly PublicationVerdict[]> {
  const { node, signer, certificates, batch = maximumBatch, onProgress, signal } = publication
  const verdicts: PublicationVerdict[] = []
  for (const part of cutBatches(certificates, batch)) {
    signal?.throwIfAborted()
    // Block time moves: each batch is valid from the time at which it is signed.
    const chain = await node.chain()
    const transaction = await signAct(chain, publishAct(part), signer)
    const answer = await submitTransaction(node, transaction, signal)
    verdicts.push(...verdictsOf(node, part, answer).map((verdict) => explained(verdict, chain.chain)))
    onProgress?.(verdicts.length)
  }
  return verdicts
}

/** As many certificates in a row as one transaction can carry, by number and by bytes. */
export function cutBatches(
  certificates: readonly FoundCertificate[],
  maximumItems: number,
  maximumBytes: number = maximumTransactionBytes - envelopeReserve,
): readonly (readonly FoundCertificate[])[] {
  const batches: FoundCertificate[][] = []
  let bytes = 0
  for (const certificate of certificates) {
    const size = certificate.der.length + itemOverhead
    const last = batches.at(-1)
    if (last === undefined || last.length >= maximumItems || bytes + size > maximumBytes) {
      batches.push([certificate])
      bytes = size
    } else {
      last.push(certificate)
      bytes += size
    }
  }
  return batches
}

function publishAct(certificates: readonly FoundCertificate[]): Act {
  const declared = pkiModule.transactions.publish
  if (declared === undefined) throw new TypeError('the certificate module has no publish transaction')
  return { module: pkiName, type: 'publish', declared, body: certificates.map(({ der }) => ({ certificate: der })) }
}

function verdictsOf(
  node: NodeClient,
  certificates: readonly FoundCertificate[],
  { operations }: TransactionAnswer,
): readonly PublicationVerdict[] {
  const verdicts = operations[0]?.verdicts
  if (verdicts?.length !== certificates.length) {
    throw cliError('answer-odd', { url: node.url, reason: 'it has not one verdict for each certificate' })
  }
  return certificates.map((certificate, index) => ({ certificate, ...verdicts[index]! }))
}

function explained(verdict: PublicationVerdict, chain: string): PublicationVerdict {
  const { der, fingerprint } = verdict.certificate
  const message = explainRefusal(verdict.code, { der, fingerprint, chain })
  return message === undefined ? verdict : { ...verdict, message }
}
