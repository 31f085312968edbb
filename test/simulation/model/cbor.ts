/**
 * Deterministic CBOR (RFC 8949 section 4.2.1) written the plainest way: the model shares no encoder with what it is
 * compared with. Text keys are sorted by their encodings; a field that is undefined is left out.
 */

export type Plain =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly [field: string]: Plain | undefined }

const unsigned = 0
const byteString = 2
const textString = 3
const array = 4
const map = 5

export function cbor(value: Plain): Buffer {
  if (value === null) return Buffer.of(0xf6)
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4)
  if (typeof value === 'number' || typeof value === 'bigint') return head(unsigned, BigInt(value))
  if (typeof value === 'string')
    return Buffer.concat([head(textString, BigInt(Buffer.byteLength(value))), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(byteString, BigInt(value.length)), value])
  if (isList(value)) return Buffer.concat([head(array, BigInt(value.length)), ...value.map(cbor)])
  const fields = Object.entries(value)
    .filter((entry): entry is [string, Plain] => entry[1] !== undefined)
    .map(([name, content]) => [cbor(name), cbor(content)] as const)
    .sort(([a], [b]) => Buffer.compare(a, b))
  return Buffer.concat([head(map, BigInt(fields.length)), ...fields.flat()])
}

/** The type and an argument in the shortest form. */
function head(type: number, argument: bigint): Buffer {
  const first = type * 32
  if (argument < 24n) return Buffer.of(first + Number(argument))
  const sizes = [1, 2, 4, 8]
  const power = sizes.findIndex((size) => argument < 1n << BigInt(8 * size))
  const size = sizes[power] ?? 8
  const bytes = Buffer.from(argument.toString(16).padStart(2 * size, '0'), 'hex')
  return Buffer.concat([Buffer.of(first + 24 + power), bytes])
}

function isList(value: readonly Plain[] | { readonly [field: string]: Plain | undefined }): value is readonly Plain[] {
  return Array.isArray(value)
}
