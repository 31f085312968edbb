import { decodeSignedHeader, type SignedHeader, trimVotes, type Validator } from '../light/index.ts'
import type { Tables } from '../store/index.ts'
import type { ExportOptions } from './export.ts'

/** Signed headers as a store has them, for an export without a node. @throws light.* for one that these validators did not sign */
export function storedHeaders(tables: Tables, validators: readonly Validator[]): ExportOptions['signedHeader'] {
  return async (height: bigint): Promise<SignedHeader | undefined> => {
    const bytes = (await tables.signedHeaders(height, height + 1n)).get(height)
    return bytes === undefined ? undefined : trimVotes(decodeSignedHeader(bytes), validators)
  }
}
