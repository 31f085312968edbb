/**
 * Writes the consensus vectors: `node scripts/generate-crypto-vectors.ts`. The cases follow from fixed words, so that
 * every run gives the same files; their verdicts follow from how each case is made, not from the code under test.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { edDsaVectors } from './crypto-vectors/eddsa.ts'
import { es256Vectors } from './crypto-vectors/es256.ts'
import type { VectorFile } from './crypto-vectors/vector-file.ts'
import { voteVectors } from './crypto-vectors/vote.ts'

/** Each vector file with its text; paths are from the checkout's top. */
export const cryptoVectorDocuments = [
  { path: 'src/crypto/vectors/es256.json', make: async () => textOf(es256Vectors) },
  { path: 'src/crypto/vectors/eddsa.json', make: async () => textOf(edDsaVectors) },
  { path: 'src/crypto/vectors/vote.json', make: async () => textOf(voteVectors) },
]

function textOf(file: VectorFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`
}

if (import.meta.main) {
  for (const document of cryptoVectorDocuments) {
    writeFileSync(path.join(path.dirname(import.meta.dirname), document.path), await document.make())
  }
}
