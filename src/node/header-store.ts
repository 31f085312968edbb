import type { Chain } from '../chain/index.ts'
import type { HeaderStore } from '../engine/index.ts'
import { decodeSignedHeader, encodeSignedHeader } from '../light/index.ts'

/**
 * The engine's signed headers, kept where the node keeps everything else. A header that is to be stored waits for a store
 * that is away; one that is asked for does not.
 */
export function headerStoreOf({ store: { signedHeaders }, recovery }: Pick<Chain, 'store' | 'recovery'>): HeaderStore {
  return {
    put: (signed) => {
      const bytes = encodeSignedHeader(signed)
      return recovery.persist(() => signedHeaders.put(signed.header.height, bytes))
    },
    get: async (height) => {
      const bytes = await signedHeaders.get(height)
      return bytes === undefined ? undefined : decodeSignedHeader(bytes)
    },
  }
}
