/**
 * A proven leaf in the words of ICS23, for verifiers that know Cosmos chains: `ibc.core.commitment.v1.MerkleProof`, a
 * chain of two proofs. The first leads from the leaf to its tree's root under the standard `SmtSpec`, the second from
 * the roots of both trees to the state's root, which is a header's app hash:
 *
 *     proof 1   of the leaf: existence, or non-existence between the two neighbours in the order of H(key)
 *     proof 2   existence, empty path; key = root of `standing`, value = root of `records`; leaf operation
 *               { SHA256, prehash_key NO_HASH, prehash_value NO_HASH, length NO_PREFIX, prefix 01 }
 *
 * Messages: cosmos/ics23 `proofs.proto`, cosmos/ibc `commitment.proto`.
 */
import { bytesField, compareBytes, concat, equalBytes, messageField, varintField } from '../codec/index.ts'
import { sha256 } from '../crypto/portable/index.ts'
import { stateError } from './errors.ts'
import { emptyHash, innerPrefix, leafPrefix, pathBit } from './hashing.ts'
import { type CompactPath, type Proven, rootOf, type TreeName, treeNumber } from './verifier.ts'

/** The proven leaves on both sides of an absent key, null where there is none: see `neighbourKeys`. */
export type Neighbours = { readonly left: Proven | null; readonly right: Proven | null }

/** `HashOp.SHA256`. `HashOp.NO_HASH` and `LengthOp.NO_PREFIX` are zero, which protobuf leaves out. */
const hashSha256 = 1

const smtLeafOperation = concat(
  varintField(1, hashSha256),
  varintField(2, hashSha256),
  varintField(3, hashSha256),
  bytesField(5, leafPrefix),
)
const rootLeafOperation = concat(varintField(1, hashSha256), bytesField(5, innerPrefix))

/**
 * The protobuf bytes of the chain of two proofs; the same input gives the same bytes.
 *
 * @param proven a leaf that is present, or an absent one together with its `neighbours`
 * @param roots of both trees at the same height
 * @throws state.ics23-empty-tree for an absence in a tree without leaves: ICS23 shows absence between leaves only
 * @throws state.page-form when a leaf does not lead to its tree's root
 * @throws TypeError for neighbours that are missing, superfluous, absent themselves, or on the wrong side
 */
export function encodeIcs23(
  proven: Proven,
  roots: Readonly<Record<TreeName, Uint8Array>>,
  neighbours?: Neighbours,
): Uint8Array {
  return concat(...ics23Proofs(proven, roots, neighbours).map((proof) => messageField(1, proof)))
}

/** The two proofs of the chain apart, each a `CommitmentProof`. @throws as `encodeIcs23` */
export function ics23Proofs(
  proven: Proven,
  roots: Readonly<Record<TreeName, Uint8Array>>,
  neighbours?: Neighbours,
): readonly [leaf: Uint8Array, roots: Uint8Array] {
  const root = proven.tree === treeNumber.standing ? roots.standing : roots.records
  refuseOtherRoot(proven, root)
  const leafProof = proven.value === undefined ? absence(proven, root, neighbours) : presence(proven, neighbours)
  return [leafProof, rootsProof(roots)]
}

/** `CommitmentProof.exist`. */
function presence(proven: Proven, neighbours: Neighbours | undefined): Uint8Array {
  if (neighbours !== undefined) throw new TypeError('a leaf that is present has no neighbours to show')
  return messageField(1, existence(proven))
}

/** `CommitmentProof.nonexist`: `NonExistenceProof` of key, left, right. */
function absence(proven: Proven, root: Uint8Array, neighbours: Neighbours | undefined): Uint8Array {
  if (equalBytes(root, emptyHash)) throw stateError('ics23-empty-tree')
  if (neighbours === undefined) throw new TypeError('an absence in ICS23 needs the neighbours')
  const { left, right } = neighbours
  if (left === null && right === null) throw new TypeError('in a tree with leaves one neighbour is there')
  const message = concat(
    bytesField(1, proven.key),
    left === null ? new Uint8Array(0) : messageField(2, neighbour(left, proven, root, -1)),
    right === null ? new Uint8Array(0) : messageField(3, neighbour(right, proven, root, 1)),
  )
  return messageField(2, message)
}

function neighbour(leaf: Proven, absent: Proven, root: Uint8Array, side: -1 | 1): Uint8Array {
  if (leaf.tree !== absent.tree) throw new TypeError('a neighbour is a leaf of the same tree')
  if (side * compareBytes(sha256(leaf.key), sha256(absent.key)) <= 0) {
    throw new TypeError('a neighbour stands on the other side of the absent key')
  }
  refuseOtherRoot(leaf, root)
  return existence(leaf)
}

/** `ExistenceProof`; its path goes from the leaf to the root, and writes empty siblings out. */
function existence({ key, value, path }: Proven): Uint8Array {
  if (value === undefined) throw new TypeError('a neighbour is a leaf that is present')
  const keyHash = sha256(key)
  const operations = siblingsOf(path).map((sibling, level) => innerOperation(sibling, pathBit(keyHash, level)))
  return concat(
    bytesField(1, key),
    bytesField(2, value),
    messageField(3, smtLeafOperation),
    ...operations.reverse().map((operation) => messageField(4, operation)),
  )
}

/** `InnerOp`: what stands before and after the node of the path when it is hashed. */
function innerOperation(sibling: Uint8Array, bit: 0 | 1): Uint8Array {
  const hash = varintField(1, hashSha256)
  if (bit === 0) return concat(hash, bytesField(2, innerPrefix), bytesField(3, sibling))
  return concat(hash, bytesField(2, concat(innerPrefix, sibling)))
}

function siblingsOf({ depth, bitmap, siblings }: CompactPath): Uint8Array[] {
  let offset = 0
  return Array.from({ length: depth }, (_, level) => {
    if (pathBit(bitmap, level) === 0) return emptyHash
    offset += 32
    return siblings.subarray(offset - 32, offset)
  })
}

function rootsProof({ standing, records }: Readonly<Record<TreeName, Uint8Array>>): Uint8Array {
  return messageField(1, concat(bytesField(1, standing), bytesField(2, records), messageField(3, rootLeafOperation)))
}

function refuseOtherRoot(proven: Proven, root: Uint8Array): void {
  if (!equalBytes(rootOf(proven), root)) throw stateError('page-form', { reason: 'a leaf leads to another root' })
}
