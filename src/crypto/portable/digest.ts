import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'

/** SHA-256 (FIPS 180-4): 32 bytes. Twice as fast where the runtime offers its own: trees are made of little else. */
export const sha256: (bytes: Uint8Array) => Uint8Array = runtimeSha256() ?? portableSha256

/** Node's, found without an import so that this file still loads in a browser. */
function runtimeSha256(): ((bytes: Uint8Array) => Uint8Array) | undefined {
  const hash = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash
  if (hash === undefined) return undefined
  return (bytes) => {
    // As text and not as a Buffer: small arrays of our own cost the garbage collector nothing, thousands of Buffers do.
    const text = hash('sha256', bytes, 'latin1')
    const digest = new Uint8Array(digestLength)
    for (let index = 0; index < digestLength; index++) digest[index] = text.charCodeAt(index)
    return digest
  }
}

const digestLength = 32
