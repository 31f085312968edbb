/** The chain and the model disagree. */
export class Difference extends Error {
  constructor(what: string, found: unknown, expected: unknown) {
    super(`${what}: the chain has ${cut(shown(found))}, the model ${cut(shown(expected))}`)
  }
}

/** Characters of one side that a message shows. */
const longest = 2000

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

/** @throws Difference */
export function requireSame(what: string, found: unknown, expected: unknown): void {
  if (shown(found) !== shown(expected)) throw new Difference(what, found, expected)
}

/** @throws Difference that names the first keys in which they differ */
export function requireSameRows(
  what: string,
  found: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): void {
  const keys = new Set([...found.keys(), ...expected.keys()])
  for (const key of keys) requireSame(`${what} ${key}`, found.get(key), expected.get(key))
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`
    return part instanceof Uint8Array ? Buffer.from(part).toString('hex') : part
  })
  return text ?? 'nothing'
}
