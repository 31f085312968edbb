/** What a light client knows of the one header that it stands on, and for how long that counts. */
import { timestampToMilliseconds } from './timestamp.ts'
import type { Timestamp, Validator } from './types.ts'
import type { Fraction } from './verify-commit.ts'

export type TrustedHeader = {
  readonly chain: string
  readonly height: bigint
  readonly headerHash: Uint8Array
  readonly time: Timestamp
  /** The set that signed this height. */
  readonly validators: readonly Validator[]
  readonly nextValidatorsHash: Uint8Array
  /** The set of `nextValidatorsHash`, where it is known: the newer of the two that can vouch for a later header. */
  readonly nextValidators?: readonly Validator[] | undefined
  /** Milliseconds after `time` for which the validators answer for what they signed. */
  readonly trustingPeriod: bigint
  /** A header that is not the next one needs votes of more than this part of the trusted power: 1/3 to 2/3. */
  readonly threshold: Fraction
}

/** Power of more than a third holds at least one honest validator. */
export const defaultThreshold: Fraction = [1n, 3n]

/** When the validators stop answering for what they signed, in milliseconds since 1970. */
export function trustedUntil(trusted: Pick<TrustedHeader, 'time' | 'trustingPeriod'>): bigint {
  return timestampToMilliseconds(trusted.time) + trusted.trustingPeriod
}
