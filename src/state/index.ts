/**
 * The authenticated state: two sparse Merkle trees, their leaves as bytes, and proofs.
 *
 * May import: `src/errors`, `src/codec`, `src/crypto` (its portable half).
 * Start reading at `leaf.ts` (what a leaf is), then `verifier.ts` (what a proof is), then `tree.ts` (how it changes).
 */
export { buildTree, joinPage, leafOf } from './build.ts'
export { stateError } from './errors.ts'
export { emptyHash, innerHash, leafHash, pathNibble, stateRoot } from './hashing.ts'
export { encodeIcs23, ics23Proofs, type Neighbours } from './ics23.ts'
export {
  collectionPrefix,
  counterKey,
  counterValue,
  kind,
  part,
  plainValue,
  readCounterValue,
  readPlainValue,
  recordKey,
  valueVersion,
} from './leaf.ts'
export { leavesInOrder } from './leaves.ts'
export { maximumKeyBytes, maximumValueBytes, minimumKeyBytes, minimumValueBytes, upperDepth } from './limits.ts'
export { type Leaf, Page, type Slot } from './page.ts'
export { slotsInPage } from './page-hashes.ts'
export { neighbourKeys, proveLeaf, treeRoot } from './prove.ts'
export { boundBetween, type HashRange, maximumOutside, proveRange, rangeRoot } from './range.ts'
export { type LeafChange, type PageChange, type PageReader, pageKey, updateTree } from './tree.ts'
export { type BuiltPage, TreeBuilder } from './tree-builder.ts'
export { CompactPath, decodeProven, maximumPathDepth, Proven, rootOf, type TreeName, treeNumber } from './verifier.ts'
