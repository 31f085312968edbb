/** Memory for many small arrays at once: each of its own would cost the collector more than what it holds is worth. */
const slabBytes = 64 * 1024

export class Slab {
  #bytes = new Uint8Array(0)
  #taken = 0

  readonly take = (size: number): Uint8Array => {
    if (size > this.#bytes.length - this.#taken) {
      this.#bytes = new Uint8Array(Math.max(size, slabBytes))
      this.#taken = 0
    }
    this.#taken += size
    return this.#bytes.subarray(this.#taken - size, this.#taken)
  }
}
