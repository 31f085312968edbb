/** Writing a block so that it is there exactly once, whatever becomes of the store and of its answers meanwhile. */
import { equalBytes } from '../codec/index.ts'
import { CommonrootError } from '../errors/index.ts'
import { type BlockWrite, type Head, type Store, storeError } from '../store/index.ts'
import { chainError } from './errors.ts'
import type { Recovery } from './recovery.ts'

type WritingStore = Pick<Store, 'head' | 'block' | 'write'>

/**
 * Resolves when the block is durable. After an attempt whose outcome nobody knows, what is stored decides: this very
 * block was written then; the head it follows, and it is written now; anything else is somebody else's.
 * @param before the head that the block follows; undefined for the genesis
 * @throws chain.overtaken, and what the store refuses for good
 */
export function writeBlockOnce(
  store: WritingStore,
  recovery: Recovery,
  block: BlockWrite,
  before: Head | undefined,
): Promise<void> {
  return recovery.persist(async (isRepeated) => {
    if (isRepeated && (await isWritten(store, block, before))) return
    try {
      await store.write(block)
    } catch (error) {
      // The look and the lock are two moments: a commit of before may have got through in between.
      const late = isRepeated && error instanceof CommonrootError && error.code === notNext
      if (!(late && (await isWritten(store, block, before)))) throw error
    }
  })
}

const notNext = storeError('not-next', { height: 0n, head: 0n }).code

/** @throws chain.overtaken */
async function isWritten(store: WritingStore, block: BlockWrite, before: Head | undefined): Promise<boolean> {
  const head = await store.head()
  if (head?.height === block.height) {
    const stored = await store.block(block.height)
    if (stored !== undefined && equalBytes(stored.root, block.root) && equalBytes(stored.block, block.block))
      return true
  }
  requireHead(head, before)
  return false
}

/** Nobody else has written since this chain read its head. @throws chain.overtaken */
export function requireHead(found: Head | undefined, expected: Head | undefined): void {
  const same = found === undefined || expected === undefined ? found === expected : isSameHead(found, expected)
  if (!same) throw chainError('overtaken', { expected: nameOf(expected), found: nameOf(found) })
}

export function isSameHead(a: Head, b: Head): boolean {
  return a.height === b.height && a.time === b.time && equalBytes(a.root, b.root)
}

function nameOf(head: Head | undefined): string {
  return head === undefined ? 'nothing' : `height ${head.height}`
}
