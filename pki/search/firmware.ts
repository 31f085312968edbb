/** Firmware versions as bytes whose order is theirs: number by number, a version that ends first comes first. */

const bytesPerNumber = 4

export function firmwareBytes(firmware: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(bytesPerNumber * firmware.length)
  const view = new DataView(bytes.buffer)
  for (const [index, number] of firmware.entries()) view.setUint32(bytesPerNumber * index, number)
  return bytes
}

export function firmwareOf(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / bytesPerNumber }, (_, index) => view.getUint32(bytesPerNumber * index))
}
