/** Revoking: one certificate, or all of a manufacturer's that fit a predicate. */
import { type MassRevocation, pkiModule, pkiName, type RevocationReason } from '../../pki/contract/index.ts'
import { fromHex } from '../../src/codec/index.ts'
import type { TransactionSigner } from '../../src/node/index.ts'
import type { TransactionAnswer } from './answers.ts'
import { cliError } from './errors.ts'
import type { NodeClient } from './node-client.ts'
import { signAct, submitTransaction } from './submit.ts'

export type Submitter = { readonly node: NodeClient; readonly signer: TransactionSigner; readonly signal?: AbortSignal }

/** The verdict about the certificate, and the block that holds it. */
export type RevocationAnswer = Pick<TransactionAnswer, 'id' | 'height' | 'time' | 'code' | 'number' | 'message'>

/** @param fingerprint lower-case hexadecimal @throws what `submitTransaction` throws */
export async function revokeCertificate(
  { node, signer, signal }: Submitter,
  fingerprint: string,
  reason: RevocationReason,
): Promise<RevocationAnswer> {
  const items = [{ fingerprint: fromHex(fingerprint, 32, 'the fingerprint'), reason }]
  const act = { module: pkiName, type: 'revoke', declared: declaredAs('revoke'), body: items }
  const answer = await submitTransaction(node, await signAct(await node.chain(), act, signer), signal)
  const verdict = answer.operations[0]?.verdicts?.[0]
  if (verdict === undefined) throw cliError('answer-odd', { url: node.url, reason: 'it has no verdict' })
  const { id, height, time } = answer
  return { id, height, time, ...verdict }
}

/** Which certificates of a manufacturer; a field that is left out fits all. */
export type MassRevocationRequest = { readonly manufacturer: string } & MassRevocation

export async function massRevoke(
  { node, signer, signal }: Submitter,
  { serials, ...request }: MassRevocationRequest,
): Promise<RevocationAnswer> {
  const body = { ...request, ...(serials === undefined ? {} : { serialFrom: serials.from, serialTo: serials.to }) }
  const act = { module: pkiName, type: 'mass-revoke', declared: declaredAs('mass-revoke'), body }
  const transaction = await signAct(await node.chain(), act, signer)
  const { id, height, time, code, number, message } = await submitTransaction(node, transaction, signal)
  return { id, height, time, code, number, message }
}

function declaredAs(type: string) {
  const declared = pkiModule.transactions[type]
  if (declared === undefined) throw new TypeError(`the certificate module has no ${type} transaction`)
  return declared
}
