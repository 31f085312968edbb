/**
 * A writer for the few protobuf messages that others hash, sign or check (CometBFT's, ICS23's), byte for byte as
 * gogoproto writes them: fields in rising order, zero and empty values left out, embedded messages always written.
 * Wire format: https://protobuf.dev/programming-guides/encoding/
 */
import { concat, utf8 } from './bytes.ts'

const wire = { varint: 0, fixed64: 1, lengthDelimited: 2 } as const
const nothing = new Uint8Array(0)

/** A base-128 varint; negative numbers are written as 64-bit two's complement in ten bytes, as `int64` and `int32` are. */
export function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** `int32`, `int64`, `uint32`, `uint64` and enumerations. */
export function varintField(field: number, value: bigint | number): Uint8Array {
  return BigInt(value) === 0n ? nothing : concat(tag(field, wire.varint), varint(BigInt(value)))
}

/** `sfixed64`: eight bytes, little-endian. */
export function fixed64Field(field: number, value: bigint): Uint8Array {
  if (value === 0n) return nothing
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, value, true)
  return concat(tag(field, wire.fixed64), bytes)
}

export function bytesField(field: number, value: Uint8Array): Uint8Array {
  return value.length === 0 ? nothing : messageField(field, value)
}

export function textField(field: number, value: string): Uint8Array {
  return bytesField(field, utf8(value))
}

/** An embedded message, written even when it is empty. A message is the `concat` of its fields. */
export function messageField(field: number, message: Uint8Array): Uint8Array {
  return concat(tag(field, wire.lengthDelimited), lengthDelimited(message))
}

/** A message led by its length. */
export function lengthDelimited(message: Uint8Array): Uint8Array {
  return concat(varint(BigInt(message.length)), message)
}

function tag(field: number, type: number): Uint8Array {
  return varint(BigInt((field << 3) | type))
}
