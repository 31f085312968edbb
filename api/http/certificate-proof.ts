/** What a relying party needs to judge one certificate offline, as bytes. */
import { certificates } from '../../pki/contract/index.ts'
import { equalBytes, utf8 } from '../../src/codec/index.ts'
import { standings, withdrawnAlgorithms } from '../../src/governance/index.ts'
import { recordAddress } from '../../src/module/index.ts'
import { type LedgerNode, nodeError, proveForIcs23, type ReaderTrust } from '../../src/node/index.ts'
import { encodeIcs23, stateRoot } from '../../src/state/index.ts'

/**
 * The `.proof` file of a certificate: its record, its manufacturer's standing and the withdrawn algorithms; of a
 * certificate that was never published, its absence alone.
 * @param fingerprint SHA-256 of the certificate's DER
 * @param reader for whom the proof has the headers that lead from an older trust file
 * @throws node.proof-timeout, node.root-differs, engine.no-header, light.too-many-headers
 */
export function certificateProof(
  node: Pick<LedgerNode, 'proof'>,
  fingerprint: Uint8Array,
  reader?: ReaderTrust,
): Promise<Uint8Array> {
  return node.proof(async (view) => {
    const record = await view.prove(certificates, fingerprint)
    if (record.value === undefined) return [record]
    const { manufacturer } = certificates.decode(record.value)
    return [
      record,
      await view.prove(standings, utf8(manufacturer)),
      await view.prove(withdrawnAlgorithms, new Uint8Array(0)),
    ]
  }, reader)
}

export type Ics23Proof = {
  /** `ibc.core.commitment.v1.MerkleProof`. */
  readonly bytes: Uint8Array
  /** The header whose app hash the proof leads to. */
  readonly headerHeight: bigint
  readonly appHash: Uint8Array
}

/**
 * The record of a certificate, or its absence, for verifiers that know ICS23. It says nothing of the standing.
 * @throws node.proof-timeout, node.root-differs, state.ics23-empty-tree before anything is published
 */
export async function certificateIcs23Proof(
  node: Pick<LedgerNode, 'provableState'>,
  fingerprint: Uint8Array,
): Promise<Ics23Proof> {
  const { signed, view } = await node.provableState()
  try {
    const { appHash, height } = signed.header
    const roots = { standing: await view.root('standing'), records: await view.root('records') }
    if (!equalBytes(stateRoot(roots.standing, roots.records), appHash)) {
      throw nodeError('root-differs', { height: view.height })
    }
    const { proven, neighbours } = await proveForIcs23(
      view,
      certificates.tree,
      recordAddress(certificates, fingerprint).key,
    )
    return { bytes: encodeIcs23(proven, roots, neighbours), headerHeight: height, appHash }
  } finally {
    await view.close()
  }
}
