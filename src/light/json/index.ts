/**
 * Light blocks in CometBFT's JSON, read strictly and written as its libraries read it: keys as `{ type, value }` in base64,
 * 64-bit integers as decimal text, times of RFC 3339, hashes in upper-case hexadecimal.
 *
 * May import: what `src/light` may. Start reading at `light-block.ts`, then `parse-json.ts`.
 */
export {
  encodeLightBlock,
  fieldsOf,
  lightBlockOf,
  parseLightBlock,
  parseLightBlocks,
  renderLightBlock,
  signedHeaderOf,
} from './light-block.ts'
export { parseJson } from './parse-json.ts'
export { parsePinnedBlock } from './pinned.ts'
export { renderTrustedHeader, trustedHeaderOf } from './trusted-header.ts'
export { validatorOf } from './validator-set.ts'
