import { BeforeImages } from './before-images.ts'
import { storeError } from './errors.ts'
import { viewWindow } from './limits.ts'
import type { Session } from './session.ts'

/** The before-images of the window's blocks, in memory: views mostly look one block back. */
export class BeforeImageCache {
  readonly #images = new Map<bigint, BeforeImages>()

  /** Those of a block that has just been written. */
  put(height: bigint, bytes: Uint8Array): void {
    this.#keep(height, new BeforeImages(height, bytes))
  }

  /** @throws store.before-images, codes of the session */
  async at(height: bigint, session: Session): Promise<BeforeImages> {
    const kept = this.#images.get(height)
    if (kept !== undefined) return kept
    const [row] = await session.query(
      (sql) => sql<{ bytes: Uint8Array }[]>`select bytes from before_image where height = ${height}`,
    )
    if (row === undefined) throw storeError('before-images', { height })
    const images = new BeforeImages(height, row.bytes)
    this.#keep(height, images)
    return images
  }

  #keep(height: bigint, images: BeforeImages): void {
    this.#images.set(height, images)
    for (const other of this.#images.keys()) {
      if (this.#images.size <= Number(viewWindow)) return
      this.#images.delete(other)
    }
  }
}
