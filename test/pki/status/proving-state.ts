/** A state of any leaves, with proofs of them under headers of the test chain: also states that no sound ledger has. */
import { type Certificate, parseCertificate } from '../../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../../pki/certificate/issue.ts'
import { type CertificateRecord, certificates } from '../../../pki/contract/index.ts'
import { toHex, utf8 } from '../../../src/codec/index.ts'
import { keyDigest, voteVerifier } from '../../../src/crypto/index.ts'
import {
  type Standing,
  standings,
  type WithdrawnAlgorithms,
  withdrawnAlgorithms,
} from '../../../src/governance/index.ts'
import { compareLeaves, encodeProof, encodeTrust, type Proof, trimVotes, trustFrom } from '../../../src/light/index.ts'
import { type Collection, recordAddress } from '../../../src/module/index.ts'
import { type Proven, proveLeaf, stateRoot, type TreeName, updateTree } from '../../../src/state/index.ts'
import { testKey } from '../../ledger/members.ts'
import { block, chainId, era, genesisTime, validatorSet } from '../../light/chain.ts'

export const manufacturer = 'maker'
export const published = genesisTime + 1000n
export const notBefore = genesisTime
export const notAfter = genesisTime + 86_400_000n
const only = new Uint8Array(0)
const set = validatorSet({ a: 1n })

export async function issueCertificate(
  serial = 'S1',
  changes: { readonly manufacturer?: string } = {},
): Promise<Certificate> {
  const { key, sign } = testKey('ES256')
  const body = {
    manufacturer,
    serial,
    chain: chainId,
    model: 'cell-1',
    batch: 'b1',
    firmware: [1, 0],
    notBefore,
    notAfter,
  }
  return parseCertificate(await issueDeviceCertificate({ ...body, key, sign, ...changes }))
}

/** The record that a sound ledger holds of a certificate, but for what is given. */
export function recordOf(certificate: Certificate, changes: Partial<CertificateRecord> = {}): CertificateRecord {
  return {
    fingerprint: certificate.fingerprint,
    manufacturer: certificate.subject.organization!,
    serial: certificate.subject.serialNumber!,
    key: keyDigest(certificate.key),
    algorithm: 'ES256',
    model: 'cell-1',
    batch: 'b1',
    firmware: [1, 0],
    states: [{ state: 'valid', height: 1n, time: published }],
    ...changes,
  }
}

export function standingOf(changes: Partial<Standing> = {}): Standing {
  return { member: manufacturer, states: [{ state: 'active', height: 0n, time: genesisTime }], facts: [], ...changes }
}

export type Leaf = { readonly tree: TreeName; readonly key: Uint8Array; readonly value: Uint8Array | null }

export function leaf<Value>(collection: Collection<Value>, value: Value): Leaf {
  const address = recordAddress(collection, collection.key(value))
  return { tree: collection.tree, key: address.key, value: collection.encode(value) }
}

export const noneWithdrawn: WithdrawnAlgorithms = { algorithms: [] }
export const recordLeaf = (record: CertificateRecord) => leaf(certificates, record)
export const standingLeaf = (standing: Standing) => leaf(standings, standing)
export const withdrawnLeaf = (withdrawn: WithdrawnAlgorithms) => leaf(withdrawnAlgorithms, withdrawn)
export const absentRecord = ({ fingerprint }: Certificate): Leaf => absent(certificates, fingerprint)
export const absentStanding = (member: string): Leaf => absent(standings, utf8(member))
export const absentWithdrawn = (): Leaf => absent(withdrawnAlgorithms, only)

function absent<Value>(collection: Collection<Value>, key: Uint8Array): Leaf {
  return { tree: collection.tree, key: recordAddress(collection, key).key, value: null }
}

export type ProvingState = {
  /** A proof of some leaves by the header of a height; the state is that of the height before. */
  proof(leaves: readonly Leaf[], height?: bigint): Promise<Proof>
}

export async function provingState(leaves: readonly Leaf[]): Promise<ProvingState> {
  const trees = { standing: await makeTree('standing', leaves), records: await makeTree('records', leaves) }
  const root = stateRoot(trees.standing.root, trees.records.root)
  return {
    proof: async (wanted, height = 100n) => {
      const prove = ({ tree, key, value }: Leaf): Promise<Proven> => proveLeaf(tree, trees[tree].read, key, value)
      const proven = (await Promise.all(wanted.map(prove))).sort(compareLeaves)
      const present = new Set(wanted.map(({ tree }) => tree))
      const other = present.has('records') ? trees.standing.root : trees.records.root
      return {
        signed: trimVotes(block(height, set, { appHash: root }), set),
        proven,
        ...(present.size === 2 ? {} : { otherRoot: other }),
        via: [],
      }
    },
  }
}

/** A trust file of the test chain that pins a height. */
export function trustFile(height = 50n, trustingPeriod = 86_400_000n): Uint8Array {
  const signed = block(height, set)
  return encodeTrust(trustFrom({ signed, validators: set, eras: [era], trustingPeriod }, voteVerifier))
}

export async function proofBytes(state: ProvingState, leaves: readonly Leaf[], height?: bigint): Promise<Uint8Array> {
  return encodeProof(await state.proof(leaves, height))
}

async function makeTree(tree: TreeName, leaves: readonly Leaf[]) {
  const pages = new Map<string, Uint8Array>()
  const read = async (keys: readonly Uint8Array[]) =>
    new Map(keys.map(toHex).flatMap((key) => (pages.has(key) ? [[key, pages.get(key)!] as const] : [])))
  const own = leaves.filter((one) => one.tree === tree)
  const update = await updateTree(tree, read, own)
  for (const { key, after } of update.pages) if (after !== null) pages.set(toHex(key), after)
  return { root: update.root, read }
}
