/** What a start finds: the application's head beside the signing state. Each crash ends in one of these rows. */
import { equalBytes } from '../../codec/index.ts'
import { decodeSignedHeader, type SignedHeader, validatorAddress } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import type { SoloChain } from './header.ts'
import type { FoundSigningState, PreparedBlock, SigningState } from './signing-state.ts'
import type { SignedBlock } from './voter.ts'

export type ApplicationHead = { readonly height: bigint; readonly appHash: Uint8Array }

export type Resumption =
  /** Nothing is committed or signed: initialise the chain. */
  | { readonly kind: 'begin' }
  /** The newest block is signed: put its header into the store again, and go on. */
  | { readonly kind: 'continue'; readonly block: SignedBlock }
  /** The newest block is committed but not signed: sign it now. */
  | { readonly kind: 'sign'; readonly prepared: PreparedBlock; readonly previous: SignedHeader | undefined }
  /** The chain has blocks, but the signing state is gone. */
  | { readonly kind: 'missing' }

/**
 * Decides how to go on; reads and writes nothing.
 * @throws engine.signing-state-damaged, engine.signing-state-foreign, engine.behind-signing-state, engine.signing-state-stale,
 *   engine.application-diverged
 */
export function resumption(
  found: FoundSigningState | undefined,
  head: ApplicationHead,
  chain: SoloChain,
  file: string,
): Resumption {
  if (found === undefined) return head.height === 0n ? { kind: 'begin' } : { kind: 'missing' }
  refuseForeign(found.state, chain, file)
  const { signed, prepared } = found.state
  if (found.isDamaged) refuseDoubtful(found.state, head, file)
  const previous = signed === undefined ? undefined : decodeSignedHeader(signed.header)
  const signedHeight = previous?.header.height ?? 0n
  if (head.height < signedHeight) {
    throw engineError('behind-signing-state', { height: head.height, signed: signedHeight })
  }
  if (head.height === 0n) return { kind: 'begin' }
  if (previous !== undefined && signed !== undefined && head.height === signedHeight) {
    refuseDiverged(head, signed.outcome.appHash)
    return { kind: 'continue', block: { signed: previous, outcome: signed.outcome } }
  }
  if (prepared !== undefined && head.height === prepared.height) {
    refuseDiverged(head, prepared.outcome.appHash)
    return { kind: 'sign', prepared, previous }
  }
  throw engineError('signing-state-stale', { height: head.height, signed: signedHeight })
}

/**
 * A copy that a power loss has cut off is that of a vote whose block is committed, or of a block that is not. Any other
 * could have been a signature, of which nothing is known any more.
 */
function refuseDoubtful({ signed, prepared }: SigningState, { height }: ApplicationHead, file: string): void {
  const newest = prepared?.height ?? (signed === undefined ? 0n : decodeSignedHeader(signed.header).header.height)
  if (height !== newest) {
    const reason = 'one of its copies is, and the other does not tell what was signed'
    throw engineError('signing-state-damaged', { file, reason })
  }
}

function refuseForeign(state: SigningState, { chainId, validator }: SoloChain, file: string): void {
  if (state.chain !== chainId) throw engineError('signing-state-foreign', { file, what: 'chain' })
  if (!equalBytes(state.validator, validatorAddress(validator.key))) {
    throw engineError('signing-state-foreign', { file, what: 'validator' })
  }
}

function refuseDiverged({ height, appHash }: ApplicationHead, expected: Uint8Array): void {
  if (!equalBytes(appHash, expected)) throw engineError('application-diverged', { height, actual: appHash, expected })
}
