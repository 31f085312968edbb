/** Takes the chunks of a snapshot in order: each verified by itself, all together the whole state and nothing twice. */
import { equalBytes } from '../codec/index.ts'
import type { CommonrootError } from '../errors/index.ts'
import { type BuiltPage, TreeBuilder, type TreeName } from '../state/index.ts'
import { snapshotError } from './errors.ts'
import type { SoundManifest } from './manifest.ts'
import { type VerifiedChunk, verifyChunk } from './verify-chunk.ts'

/** Where the next chunk must begin. */
type Expected = { readonly tree: TreeName; readonly from: Uint8Array }

/** A chunk, and the pages of the trees that are finished with it. */
export type TakenChunk = { readonly chunk: VerifiedChunk; readonly pages: readonly BuiltPage[] }

const firstBound = new Uint8Array(32)

export class ChunkSequence {
  readonly manifest: SoundManifest
  readonly #builders: Readonly<Record<TreeName, TreeBuilder>> = {
    standing: new TreeBuilder('standing'),
    records: new TreeBuilder('records'),
  }
  #taken = 0
  #expected: Expected | undefined = { tree: 'standing', from: firstBound }

  constructor(manifest: SoundManifest) {
    this.manifest = manifest
  }

  /** How many chunks were taken. */
  get taken(): number {
    return this.#taken
  }

  /**
   * Takes the next chunk. After a refusal of its bytes alone (`snapshot.chunk-damaged`) it can come again.
   * @throws snapshot.chunk-order, snapshot.chunk-damaged, snapshot.chunk-forged, snapshot.unknown-collection
   */
  take(number: number, bytes: Uint8Array): TakenChunk {
    if (number !== this.#taken) throw snapshotError('chunk-order', { expected: this.#taken, given: number })
    const chunk = verifyChunk(this.manifest, number, bytes)
    const expected = this.#following(number, chunk)
    const pages = this.#build(chunk)
    this.#expected = expected
    this.#taken += 1
    return { chunk, pages }
  }

  /** After the last chunk. @throws snapshot.incomplete */
  end(): void {
    const { length } = this.manifest.chunks
    if (this.#taken < length) throw snapshotError('incomplete', { reason: `${this.#taken} of ${length} chunks came` })
    if (this.#expected !== undefined) throw snapshotError('incomplete', { reason: 'its last chunk is not the end' })
  }

  /** Chunks lie side by side, and none is empty that need not be: there are never more than the state fills. */
  #following(number: number, { tree, range, leaves }: VerifiedChunk): Expected | undefined {
    const expected = this.#expected
    if (expected === undefined) throw forged(number, 'it comes after the end of the state')
    if (tree !== expected.tree || !equalBytes(range.from, expected.from)) {
      throw forged(number, 'it does not begin where the one before ends')
    }
    const isWhole = equalBytes(range.from, firstBound) && range.to === undefined
    if (leaves.length === 0 && !isWhole) throw forged(number, 'it is empty')
    if (range.to !== undefined) return { tree, from: range.to }
    return tree === 'standing' ? { tree: 'records', from: firstBound } : undefined
  }

  #build({ tree, range, leaves }: VerifiedChunk): readonly BuiltPage[] {
    const builder = this.#builders[tree]
    for (const leaf of leaves) builder.add(leaf)
    if (range.to === undefined && !equalBytes(builder.end(), this.manifest[tree])) {
      throw new TypeError('chunks that each lead to the root give another one together')
    }
    return builder.taken()
  }
}

function forged(chunk: number, reason: string): CommonrootError {
  return snapshotError('chunk-forged', { chunk, reason })
}
