/** The `.proof` file: leaves of the state, the signed header that carries their root, and the way there if it is needed. */
import {
  type CborValue,
  codecError,
  compareBytes,
  conform,
  DigestBytes,
  decodeCbor,
  encodeCbor,
  List,
  Optional,
  Row,
  toCbor,
  Whole,
} from '../codec/index.ts'
import { Proven } from '../state/verifier.ts'
import { proofError } from './errors.ts'
import { maximumProofBytes, maximumProvenLeaves, maximumViaHeaders } from './limits.ts'
import {
  SignedHeaderRow,
  signedHeaderFromRow,
  signedHeaderToRow,
  ValidatorRows,
  validatorsFromRows,
  validatorsToRows,
} from './signed-header.ts'
import type { LightBlock, SignedHeader } from './types.ts'

export const proofFormat = 1

export type Proof = {
  /** The header after the proven height, with just enough votes. */
  readonly signed: SignedHeader
  /** In rising order of tree, then key. */
  readonly proven: readonly Proven[]
  /** The root of the tree without a proven leaf; undefined when both trees have one. */
  readonly otherRoot?: Uint8Array
  /** In rising order of height: headers that lead from the reader's trust to the validators of `signed`. */
  readonly via: readonly Omit<LightBlock, 'nextValidators'>[]
}

const ProofRow = Row({
  format: Whole({ minimum: proofFormat, maximum: proofFormat }),
  signed: SignedHeaderRow,
  proven: List(Proven, { minimum: 1, maximum: maximumProvenLeaves }),
  otherRoot: Optional(DigestBytes),
  via: List(Row({ signed: SignedHeaderRow, validators: ValidatorRows }), { maximum: maximumViaHeaders }),
})

/** @throws proof.leaf-order, proof.other-root, light.block-hash, codec.schema, codec.too-large */
export function encodeProof(proof: Proof): Uint8Array {
  checkForm(proof)
  const bytes = encodeCbor(
    toCbor(ProofRow, {
      ...proof,
      format: proofFormat,
      signed: signedHeaderToRow(proof.signed),
      via: proof.via.map(({ signed, validators }) => ({
        signed: signedHeaderToRow(signed),
        validators: validatorsToRows(validators),
      })),
    }),
  )
  refuseLarge(bytes)
  return bytes
}

/**
 * Takes a proof apart, strictly; byte strings in it are views of the input. It proves nothing yet: see `verifyProof`.
 * @throws proof.format, proof.leaf-order, proof.other-root, light.header and every code of `codec`
 */
export function decodeProof(bytes: Uint8Array): Proof {
  refuseLarge(bytes)
  const item = decodeCbor(bytes)
  const format = formatOf(item)
  if (format !== proofFormat) throw proofError('format', { format })
  const { format: _, signed, via, ...rest } = conform(ProofRow, item)
  const proof: Proof = {
    ...rest,
    signed: signedHeaderFromRow(signed),
    via: via.map((step) => ({
      signed: signedHeaderFromRow(step.signed),
      validators: validatorsFromRows(step.validators),
    })),
  }
  checkForm(proof)
  return proof
}

/** One set of leaves has one form: in order, each once, and no root that the leaves give already. */
export function checkForm({ proven, otherRoot }: Proof): void {
  for (let index = 1; index < proven.length; index++) {
    if (compareLeaves(proven[index - 1]!, proven[index]!) >= 0) throw proofError('leaf-order')
  }
  const trees = new Set(proven.map(({ tree }) => tree)).size
  if (trees + (otherRoot === undefined ? 0 : 1) !== 2) throw proofError('other-root')
}

/** The order of leaves in a proof: tree, then key in byte order. */
export function compareLeaves(a: Proven, b: Proven): number {
  return a.tree - b.tree || compareBytes(a.key, b.key)
}

function refuseLarge(bytes: Uint8Array): void {
  if (bytes.length > maximumProofBytes) {
    throw codecError('too-large', { what: 'the proof', size: bytes.length, limit: maximumProofBytes })
  }
}

function formatOf(item: CborValue): string | number {
  const first: unknown = Array.isArray(item) ? item[0] : undefined
  return typeof first === 'number' ? first : 'unknown'
}
