/** Where the code makes something durable: always inside a call of `durably`, whose steps the fault tests count here. */
import { type Token, tokensOf } from './source/index.ts'

/** Files that make something durable otherwise, each with its reason. */
const exceptions = new Map([
  ['src/engine/cometbft/node-process.ts', 'puts the log of CometBFT aside, and nobody reads it again'],
  ['src/store/embedded/server.ts', 'makes the Postgres of a sandbox: one that was interrupted is begun anew'],
  ['src/store/embedded/binaries.ts', 'copies programs: a copy that was interrupted is begun anew'],
  ['src/store/embedded/place.ts', 'says where the data of a sandbox will be, before there are any'],
  ['src/store/embedded/claim.ts', 'says which process uses a folder, which a crash makes untrue'],
  ['src/store/schema.ts', 'its statements run inside the transaction of an upgrade'],
  ['src/store/follower/follower-store.ts', 'what it keeps is made again from the blocks'],
])

/** Calls inside which a durable step may stand: `#mend` of a table and a transaction end in `durably` themselves. */
const carriers = new Set(['durably', '#mend', 'transaction'])

/** Functions of Node that flush a file, or make, change or remove a name. */
const flushesAndNames = new Set(
  ['sync', 'datasync', 'fsync', 'fdatasync', 'rename', 'link', 'symlink', 'unlink'].flatMap((name) => [
    name,
    `${name}Sync`,
  ]),
)

/** Statements that change rows, or make changes durable. */
const changes = /^\s*(?:commit|insert|update|delete|with\b.*\b(?:insert|update|delete))\b/is

export type DurableCall = { readonly step: string; readonly place: string }

/** Every call of `durably` with its step. @throws TypeError for one whose step can't be read from the text */
export function durableCalls(files: ReadonlyMap<string, string>): readonly DurableCall[] {
  return [...files].flatMap(([file, source]) => {
    const tokens = tokensOf(source)
    return tokens.flatMap((token, index) => {
      if (token.text !== 'durably' || !isCall(tokens, index)) return []
      const place = `${file}:${token.line}`
      const step = tokens[index + 2]
      if (step?.kind !== 'string') throw new TypeError(`${place}: the name of a step is written out`)
      return [{ step: step.text, place }]
    })
  })
}

/** Durable steps that pass by `durably`, one line each. */
export function rawSteps(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files].flatMap(([file, source]) => {
    if (exceptions.has(file)) return []
    const tokens = tokensOf(source)
    const covered = coveredBy(tokens)
    return tokens.flatMap((token, index) => {
      const isStep =
        token.kind === 'word'
          ? flushesAndNames.has(token.text) && isCall(tokens, index)
          : token.kind === 'template' && tokens[index - 1]?.text === 'sql' && changes.test(token.text)
      return isStep && !covered.has(index) ? [`${file}:${token.line} ${token.text.trim().split(/\s/)[0]}`] : []
    })
  })
}

/** Exceptions that lead nowhere. */
export function staleExceptions(files: ReadonlyMap<string, string>): readonly string[] {
  return [...exceptions.keys()].filter((file) => !files.has(file))
}

/** The tokens inside the parentheses of a carrier's call. */
function coveredBy(tokens: readonly Token[]): ReadonlySet<number> {
  const covered = new Set<number>()
  for (const [index, token] of tokens.entries()) {
    if (!carriers.has(token.text) || !isCall(tokens, index)) continue
    let depth = 0
    for (let at = index + 1; at < tokens.length; at++) {
      if (tokens[at]?.kind === 'punctuation') depth += { '(': 1, ')': -1 }[tokens[at]?.text ?? ''] ?? 0
      if (depth === 0) break
      covered.add(at)
    }
  }
  return covered
}

/** A word before a parenthesis, unless a function of that name is declared there. */
function isCall(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.kind !== 'word' || tokens[index + 1]?.text !== '(') return false
  const before = tokens[index - 1]
  return before?.text !== 'function' && before?.text !== 'async' && !isDeclaredMethod(tokens, index)
}

/** `name(...): Type {` in the body of a class. */
function isDeclaredMethod(tokens: readonly Token[], index: number): boolean {
  let depth = 0
  for (let at = index + 1; at < tokens.length; at++) {
    if (tokens[at]?.kind !== 'punctuation') continue
    depth += { '(': 1, ')': -1 }[tokens[at]?.text ?? ''] ?? 0
    if (depth === 0) return tokens[at + 1]?.text === ':' && /^[;}]$|^\*/.test(tokens[index - 1]?.text ?? '')
  }
  return false
}
