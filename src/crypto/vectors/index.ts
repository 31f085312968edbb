/**
 * The consensus vectors: `es256.json`, `eddsa.json` and `vote.json` for any language, and the run that a node makes when
 * it starts. The files are written by `scripts/generate-crypto-vectors.ts`.
 *
 * May import: `src/errors`, `src/codec` and the rest of `src/crypto`. Start reading at `consensus-vectors.ts`.
 */
export { consensusVectorsDigest, runConsensusVectors, type VerificationHalf } from './consensus-vectors.ts'
