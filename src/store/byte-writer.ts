/** Fills an array of a size that is known beforehand. Numbers are big-endian. */
export class ByteWriter {
  readonly bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
    this.#view = new DataView(this.bytes.buffer)
  }

  get offset(): number {
    return this.#offset
  }

  /** Bytes that still fit. */
  get left(): number {
    return this.bytes.length - this.#offset
  }

  /** A view of what has been written; the next writing begins anew, over it. */
  taken(): Uint8Array {
    const written = this.bytes.subarray(0, this.#offset)
    this.#offset = 0
    return written
  }

  uint8(value: number): void {
    this.#view.setUint8(this.#offset, value)
    this.#offset += 1
  }

  int16(value: number): void {
    this.#view.setInt16(this.#offset, value)
    this.#offset += 2
  }

  uint16(value: number): void {
    this.#view.setUint16(this.#offset, value)
    this.#offset += 2
  }

  int32(value: number): void {
    this.#view.setInt32(this.#offset, value)
    this.#offset += 4
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#offset, value)
    this.#offset += 4
  }

  int64(value: bigint): void {
    this.#view.setBigInt64(this.#offset, value)
    this.#offset += 8
  }

  append(part: Uint8Array): void {
    this.bytes.set(part, this.#offset)
    this.#offset += part.length
  }
}
