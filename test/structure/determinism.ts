/**
 * What deterministic code may reach: every node must compute the same from the same block, whatever its clock, locale,
 * processor or build. The walk follows imports, because a clock is as harmful two files away.
 */
import { importsOf, resolveImport, type Token, tokensOf } from './source/index.ts'

/** Where deterministic code lies: folders, or files without their ending. */
const deterministic = [
  'src/errors/',
  'src/codec/',
  'src/state/',
  'src/module',
  'src/governance/',
  'pki/contract/',
  'pki/certificate/',
]

/** Files of those folders that act for a person at one machine, never inside a block. */
const exceptions = new Map([
  ['pki/certificate/issue.ts', 'makes a certificate: draws a serial number and signs'],
  ['pki/certificate/verify.ts', 'verifies with the library of this machine'],
])

/**
 * Code outside those folders that deterministic code may call although it reaches further. Each is a function of its
 * arguments alone, by its own tests.
 */
export const trusted = new Map([
  ['src/crypto/portable/digest.ts', 'SHA-256, whichever library computes it: test/crypto/portable/digest.test.ts'],
])

/** Packages that compute from their arguments alone. */
const packages = new Set(['typebox', '@noble/curves', '@noble/hashes'])

const clocks = ['Date', 'performance', 'Temporal', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']
const machines = ['process', 'navigator', 'global', 'globalThis', 'window', 'self', 'require', 'Worker', 'WebAssembly']
const networks = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource']
const chances = ['crypto', 'WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics']
const codes = ['eval', 'Function']
const locales = ['Intl']
const floats = ['parseFloat', 'Float16Array', 'Float32Array', 'Float64Array']
const forbiddenNames = new Set([clocks, machines, networks, chances, codes, locales, floats].flat())

/** Methods whose result follows from a locale, from a Unicode version, or from the engine's number printing. */
const forbiddenMethods = new Set([
  'localeCompare',
  'normalize',
  'toLocaleString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toExponential',
  'toFixed',
  'toPrecision',
  'getFloat16',
  'getFloat32',
  'getFloat64',
  'setFloat16',
  'setFloat32',
  'setFloat64',
])

/** The part of `Math` that is exact on integers. */
const exactMathematics = new Set(['abs', 'ceil', 'clz32', 'floor', 'imul', 'max', 'min', 'sign', 'trunc'])

/** The deterministic files among `files`. */
export function deterministicFiles(files: Iterable<string>): readonly string[] {
  return [...files].filter(
    (file) => !exceptions.has(file) && deterministic.some((place) => file.startsWith(place) && follows(file, place)),
  )
}

/** `src/module` stands for `src/module.ts` and `src/module/`, not for `src/modules.ts`. */
function follows(file: string, place: string): boolean {
  return place.endsWith('/') || /^[./]/.test(file.slice(place.length))
}

/** A file that runs when another does, and the way to it. */
export type Reached = { readonly file: string; readonly way: readonly string[] }

/** Every file that runs when one of `starts` is imported: type-only imports are gone by then. */
export function reachedFrom(
  starts: readonly string[],
  files: ReadonlyMap<string, string>,
  stopAt: ReadonlyMap<string, string> = new Map(),
): readonly Reached[] {
  const reached = new Map(starts.map((file) => [file, { file, way: [file] }]))
  for (const { file, way } of reached.values()) {
    for (const { specifier, typeOnly } of importsOf(files.get(file) ?? '')) {
      const target = typeOnly ? undefined : resolveImport(file, specifier)
      if (target === undefined || reached.has(target) || stopAt.has(target)) continue
      reached.set(target, { file: target, way: [...way, target] })
    }
  }
  return [...reached.values()]
}

/** What makes a run of these files differ between two machines, one line each. */
export function determinismViolations(files: ReadonlyMap<string, string>): readonly string[] {
  return reachedFrom(deterministicFiles(files.keys()), files, trusted).flatMap(({ file, way }) => {
    const source = files.get(file) ?? ''
    const found = [...importFindings(source), ...tokensOf(source).flatMap(tokenFinding)]
    const suffix = way.length > 1 ? ` (reached by ${way.join(' -> ')})` : ''
    return found.map(({ line, what }) => `${file}:${line} ${what}${suffix}`)
  })
}

type Finding = { readonly line: number; readonly what: string }

function importFindings(source: string): readonly Finding[] {
  return importsOf(source)
    .filter(({ specifier, typeOnly }) => !typeOnly && !specifier.startsWith('.') && !isPurePackage(specifier))
    .map(({ specifier, line }) => ({ line, what: `imports ${specifier}` }))
}

function isPurePackage(specifier: string): boolean {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  return packages.has(name)
}

function tokenFinding(token: Token, index: number, tokens: readonly Token[]): readonly Finding[] {
  const what = forbidden(token, tokens[index - 1]?.text, tokens[index + 1]?.text, tokens[index + 2]?.text)
  return what === undefined ? [] : [{ line: token.line, what }]
}

function forbidden(token: Token, before?: string, after?: string, afterNext?: string): string | undefined {
  if (token.kind === 'number' && isFraction(token.text)) return `has the fraction ${token.text}`
  if (token.kind === 'regular-expression' && /\\[pP]\{/.test(token.text))
    return `asks for a Unicode property: ${token.text}`
  if (token.kind !== 'word') return undefined
  const isMember = before === '.' || before === '?.'
  if (forbiddenMethods.has(token.text)) return `mentions ${token.text}`
  if (isMember) return undefined
  if (token.text === 'Math') {
    return after === '.' && exactMathematics.has(afterNext ?? '') ? undefined : `uses Math.${afterNext}`
  }
  const isField = before !== '?' && (after === ':' || (after === '?' && afterNext === ':'))
  return forbiddenNames.has(token.text) && !isField ? `mentions ${token.text}` : undefined
}

function isFraction(text: string): boolean {
  return !/^0[xXbBoO]/.test(text) && /[.eE]/.test(text)
}
