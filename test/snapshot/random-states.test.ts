/** Any state, cut at any size: the chunks say all of it, each by itself, and give back its pages. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { toHex } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import { protocolState } from '../../src/governance/index.ts'
import { Owners, programOf } from '../../src/host/index.ts'
import { recordAddress } from '../../src/module/index.ts'
import { cutTree } from '../../src/snapshot/cut.ts'
import {
  type Chunk,
  ChunkSequence,
  checkManifest,
  encodeChunk,
  type Manifest,
  manifestRoot,
} from '../../src/snapshot/index.ts'
import { counterKey, counterValue, type LeafChange, treeRoot } from '../../src/state/index.ts'
import { MemoryTree } from '../state/memory-tree.ts'

const owners = new Owners(programOf(protocols, 1))
const protocol = {
  key: recordAddress(protocolState, new Uint8Array(0)).key,
  value: protocolState.encode({ version: 1 }),
}

/** Counters of any groups: leaves of any number, whose hashes fall anywhere. */
const leaves = (collection: readonly [module: string, name: string]): fc.Arbitrary<LeafChange[]> =>
  fc.array(
    fc.record({ group: fc.uint8Array({ maxLength: 40 }), count: fc.bigInt(1n, 2n ** 64n - 1n) }).map(
      ({ group, count }): LeafChange => ({
        key: counterKey(...collection, 'state', group),
        value: counterValue(count),
      }),
    ),
    { maxLength: 120, size: 'max' },
  )

it('is whole after it was cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      leaves(['governance', 'standings']),
      leaves(['pki', 'certificates']),
      fc.integer({ min: 1, max: 4_000 }),
      async (ofStanding, ofRecords, chunkBytes) => {
        const trees = [
          await MemoryTree.of(ofStanding, 'standing'),
          await MemoryTree.of([...ofRecords, protocol], 'records'),
        ] as const
        const read: MemoryTree['read'] = async (keys) =>
          new Map([...(await trees[0].read(keys)), ...(await trees[1].read(keys))])
        const content = new Map([...trees[0].content, ...trees[1].content])
        const state = {
          height: 7n,
          read: async (table: string, keys: readonly Uint8Array[]) =>
            table === 'pages' ? read(keys) : new Map(keys.map((key) => [toHex(key), content.get(toHex(key))!])),
          blobs: async () => new Map<string, Uint8Array>(),
        }
        const chunks: Uint8Array[] = []
        for (const tree of ['standing', 'records'] as const) {
          const cut = cutTree(tree, { state, owners, chunkBytes, executed: { at: async () => [] } })
          for await (const chunk of cut) chunks.push(encodeChunk(chunk satisfies Chunk))
        }
        const manifest: Manifest = {
          format: 1,
          chain: 'random-00000000',
          height: 7n,
          time: 0n,
          standing: await treeRoot('standing', read),
          records: await treeRoot('records', read),
          protocol: await trees[1].prove(protocol.key),
          chunks: chunks.map(sha256),
        }
        const root = manifestRoot(manifest)
        const sequence = new ChunkSequence(checkManifest(manifest, { chain: manifest.chain, root, protocols }))
        const entries = new Map<string, string>()
        const pages = new Map<string, string>()
        for (const [number, bytes] of chunks.entries()) {
          const taken = sequence.take(number, bytes)
          for (const { key, value } of taken.chunk.entries) entries.set(toHex(key), toHex(value))
          for (const { key, value } of taken.pages) pages.set(toHex(key), toHex(value))
        }
        sequence.end()
        expect(entries).toEqual(new Map([...content].map(([key, value]) => [key, toHex(value)])))
        const stored = [...trees[0].pages, ...trees[1].pages].map(([key, value]) => [key, toHex(value)] as const)
        expect(pages).toEqual(new Map(stored))
      },
    ),
    { numRuns: 60 },
  )
})
