/** One tree over pages in memory, with the values that stand in it. */
import { fromHex, toHex } from '../../src/codec/index.ts'
import {
  type LeafChange,
  type Neighbours,
  neighbourKeys,
  type PageChange,
  type PageReader,
  type Proven,
  proveLeaf,
  type TreeName,
  updateTree,
} from '../../src/state/index.ts'

export class MemoryTree {
  readonly name: TreeName
  readonly pages = new Map<string, Uint8Array>()
  readonly content = new Map<string, Uint8Array>()

  constructor(name: TreeName = 'records') {
    this.name = name
  }

  static async of(changes: readonly LeafChange[], name: TreeName = 'records'): Promise<MemoryTree> {
    const tree = new MemoryTree(name)
    await tree.update(changes)
    return tree
  }

  readonly read: PageReader = async (keys) =>
    new Map(
      keys.flatMap((key) => {
        const page = this.pages.get(toHex(key))
        return page === undefined ? [] : [[toHex(key), page] as const]
      }),
    )

  async update(changes: readonly LeafChange[]): Promise<{ root: Uint8Array; pages: readonly PageChange[] }> {
    const update = await updateTree(this.name, this.read, changes)
    for (const { key, after } of update.pages) setOrDelete(this.pages, key, after)
    for (const { key, value } of changes) setOrDelete(this.content, key, value)
    return update
  }

  get keys(): readonly Uint8Array[] {
    return [...this.content.keys()].map((key) => fromHex(key))
  }

  /** Present or absent, whichever it is. */
  prove(key: Uint8Array): Promise<Proven> {
    return proveLeaf(this.name, this.read, key, this.content.get(toHex(key)) ?? null)
  }

  async neighbours(key: Uint8Array): Promise<Neighbours> {
    const { left, right } = await neighbourKeys(this.name, this.read, key)
    return { left: left && (await this.prove(left)), right: right && (await this.prove(right)) }
  }
}

function setOrDelete(map: Map<string, Uint8Array>, key: Uint8Array, value: Uint8Array | null): void {
  if (value === null) map.delete(toHex(key))
  else map.set(toHex(key), value)
}
