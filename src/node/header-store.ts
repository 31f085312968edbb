import type { HeaderStore } from '../engine/index.ts'
import { decodeSignedHeader, encodeSignedHeader } from '../light/index.ts'
import type { Store } from '../store/index.ts'

/** The engine's signed headers, kept where the node keeps everything else. */
export function headerStoreOf({ signedHeaders }: Pick<Store, 'signedHeaders'>): HeaderStore {
  return {
    put: (signed) => signedHeaders.put(signed.header.height, encodeSignedHeader(signed)),
    get: async (height) => {
      const bytes = await signedHeaders.get(height)
      return bytes === undefined ? undefined : decodeSignedHeader(bytes)
    },
  }
}
