/**
 * The manifest: what a snapshot is of, and the digest of each chunk. Two nodes make the same bytes for the same height.
 *
 *     manifest = [format, chain, height, time, standing, records, protocol, [* digest]]
 */
import {
  type CborValue,
  ChainId,
  conform,
  DigestBytes,
  decodeCbor,
  encodeAs,
  equalBytes,
  List,
  Row,
  Unsigned64,
  type ValueOf,
  Whole,
} from '../codec/index.ts'
import { sha256 } from '../crypto/index.ts'
import { protocolAt, protocolState } from '../governance/index.ts'
import { Owners, type Protocols, programOf } from '../host/index.ts'
import { recordAddress } from '../module/index.ts'
import { Proven, rootOf, stateRoot, treeNumber } from '../state/index.ts'
import { snapshotError } from './errors.ts'
import { maximumChunks, maximumManifestBytes, snapshotFormat } from './limits.ts'

const ManifestRow = Row({
  format: Whole({ minimum: snapshotFormat, maximum: snapshotFormat }),
  chain: ChainId,
  /** The state is the one after the block of this height. */
  height: Unsigned64,
  /** Block time of that height, in milliseconds: what its maker says. Nothing in the state depends on it. */
  time: Unsigned64,
  /** Roots of both trees. */
  standing: DigestBytes,
  records: DigestBytes,
  /** The record that says which rules read the state. */
  protocol: Proven,
  /** SHA-256 of each chunk, those of the standing tree first. */
  chunks: List(DigestBytes, { minimum: 2, maximum: maximumChunks }),
})
export type Manifest = ValueOf<typeof ManifestRow>

/** What a manifest says once it is held against the chain's root. */
export type SoundManifest = Manifest & {
  readonly root: Uint8Array
  /** The protocol of the next block, whose rules go on with the state, and what its records belong to. */
  readonly protocolNumber: number
  readonly owners: Owners
  /** The next block is the first of its protocol: CometBFT would take the application for another version. */
  readonly isBeforeSwitch: boolean
}

export function encodeManifest(manifest: Omit<Manifest, 'format'>): Uint8Array {
  return encodeAs(ManifestRow, { ...manifest, format: snapshotFormat })
}

/** What CometBFT tells snapshots apart by. */
export function manifestDigest(manifest: Uint8Array): Uint8Array {
  return sha256(manifest)
}

/** Reads a manifest, strictly; it proves nothing yet. @throws snapshot.format, snapshot.too-large and codes of `codec` */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > maximumManifestBytes) {
    throw snapshotError('too-large', { what: 'the manifest', size: bytes.length, limit: maximumManifestBytes })
  }
  const item = decodeCbor(bytes)
  const format = formatOf(item)
  if (format !== snapshotFormat) throw snapshotError('format', { found: format, known: snapshotFormat })
  return conform(ManifestRow, item)
}

/** The root of the state that a manifest is about. */
export function manifestRoot({ standing, records }: Pick<Manifest, 'standing' | 'records'>): Uint8Array {
  return stateRoot(standing, records)
}

/**
 * Holds a manifest against the chain and the root that the header of the next block signs.
 * @throws snapshot.other-chain, snapshot.other-root, snapshot.manifest, state.path-form, host.unknown-protocol
 */
export function checkManifest(
  manifest: Manifest,
  expected: { readonly chain: string; readonly root: Uint8Array; readonly protocols: Protocols },
): SoundManifest {
  const { chain, height } = manifest
  if (chain !== expected.chain) throw snapshotError('other-chain', { found: chain, expected: expected.chain })
  const root = manifestRoot(manifest)
  if (!equalBytes(root, expected.root)) {
    throw snapshotError('other-root', { height, found: root, expected: expected.root })
  }
  const state = protocolState.decode(provenProtocol(manifest))
  const protocolNumber = protocolAt(state, height + 1n)
  return {
    ...manifest,
    root,
    protocolNumber,
    owners: new Owners(programOf(expected.protocols, protocolNumber)),
    isBeforeSwitch: protocolNumber !== protocolAt(state, height),
  }
}

/** @throws snapshot.manifest, state.path-form */
function provenProtocol({ protocol: proven, records }: Manifest): Uint8Array {
  const { key } = recordAddress(protocolState, new Uint8Array(0))
  if (proven.tree !== treeNumber.records || !equalBytes(proven.key, key) || proven.value === undefined) {
    throw snapshotError('manifest', { reason: 'it shows another record than that of the protocol' })
  }
  if (!equalBytes(rootOf(proven), records)) {
    throw snapshotError('manifest', { reason: 'the record of the protocol leads to another root' })
  }
  return proven.value
}

function formatOf(item: CborValue): string | number {
  const first: unknown = Array.isArray(item) ? item[0] : undefined
  return typeof first === 'number' ? first : 'unknown'
}
