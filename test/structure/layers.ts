/**
 * The import rule as data and as a check: imports point one way, and a folder is seen through its `index.ts`
 * by all but the folders that it lies in.
 */
import path from 'node:path'
import { importsOf, resolveImport } from './source/index.ts'

/** The parts of the house; each may import those before it. */
const parts = ['src', 'pki', 'api']

/** The areas inside `src`; each may import those of a lower rank. An area is a folder or a file. */
const ranks = new Map(
  [
    ['errors', 'durable'],
    ['codec'],
    ['crypto'],
    ['state'],
    ['module'],
    ['store', 'light'],
    ['engine'],
    ['governance'],
    ['host'],
    ['chain'],
    ['snapshot'],
    ['fsck', 'follower'],
    ['node'],
  ].flatMap((areas, rank) => areas.map((area) => [area, rank] as const)),
)

/** Files besides an `index.ts` that other folders may import, each with its reason. */
export const doors = new Map([
  ['src/crypto/portable/index.ts', 'the half of src/crypto that runs in a browser: the light client may load no more'],
  ['src/crypto/vectors/index.ts', 'reads the vectors from files: only a node that starts needs them'],
  ['src/state/verifier.ts', 'checks proofs without a tree: the light client may load no more'],
  [
    'src/light/validator-set.ts',
    'validators as headers have them: what runs in a block may load no more of a light client',
  ],
  ['src/light/limits.ts', 'what a validator set can be: what runs in a block may load no more of a light client'],
  ['src/light/types.ts', 'types only: headers and votes, which the ports below speak of'],
  ['src/engine/port.ts', 'types only: what an engine and a chain are to each other'],
  ['pki/certificate/issue.ts', 'draws random numbers: what runs in a block may not reach it'],
  ['pki/certificate/verify.ts', 'uses node:crypto: what runs in a block may not reach it'],
  ['src/store/port.ts', 'types only: what a store is to a chain'],
])

/** All that the light client may import besides itself. */
const lightMayImport = [
  'src/errors/index.ts',
  'src/codec/index.ts',
  'src/crypto/portable/index.ts',
  'src/state/verifier.ts',
]

/** Which folders may import a package: an HTTP or SQL type has no business anywhere else. */
const packageHomes = new Map([
  ['fastify', ['api']],
  ['@fastify/swagger', ['api']],
  ['@fastify/swagger-ui', ['api']],
  ['commander', ['api']],
  ['postgres', ['src/store']],
  ['protobufjs', ['src/engine/cometbft']],
  ['@noble/curves', ['src/crypto', 'src/light']],
  ['@noble/hashes', ['src/crypto', 'src/light']],
  ['typebox', ['src', 'pki', 'api']],
])

/**
 * What breaks the rule, one line each: the file, its line, the rule.
 * @param files path from the checkout's top to source text: all of `src`, `pki` and `api`
 * @param dependencies the packages that the manifest declares for users
 */
export function importViolations(
  files: ReadonlyMap<string, string>,
  dependencies: ReadonlySet<string>,
): readonly string[] {
  const violations: string[] = []
  for (const [file, source] of files) {
    for (const { specifier, line } of importsOf(source)) {
      const target = resolveImport(file, specifier)
      const rule = target === undefined ? packageRule(file, specifier, dependencies) : fileRule(file, target)
      if (rule !== undefined) violations.push(`${file}:${line} imports ${target ?? specifier}: ${rule}`)
    }
  }
  return violations
}

function fileRule(file: string, target: string): string | undefined {
  const [from, to] = [placeOf(file), placeOf(target)]
  if (to === undefined) return `only ${parts.join(', ')} may be imported`
  if (from === undefined) return 'the importer is in no part of the house'
  if (to.part > from.part) return `imports point one way: ${parts.join(' <- ')}`
  if (from.part === 0) {
    const [fromRank, toRank] = [ranks.get(from.area), ranks.get(to.area)]
    if (fromRank === undefined) return `src/${from.area} is not in the table of layers`
    if (toRank === undefined) return `src/${to.area} is not in the table of layers`
    if (from.area !== to.area && toRank >= fromRank)
      return `${from.area} is not above ${to.area} in the table of layers`
  }
  if (file.startsWith('src/light/') && !target.startsWith('src/light/') && !lightMayImport.includes(target)) {
    return `the light client imports only ${lightMayImport.join(', ')}`
  }
  return seenThroughIndex(file, target) || doors.has(target) ? undefined : 'a folder is imported through its index.ts'
}

/** Whether the target lies in or below the importer's folder, or the way to it enters one folder, by its `index.ts`. */
function seenThroughIndex(file: string, target: string): boolean {
  const common = commonFolder(file, target)
  if (common === path.posix.dirname(file)) return true
  const way = path.posix.relative(common, target).split('/')
  if (common === '.') way.shift()
  return way.length === 1 || (way.length === 2 && way[1] === 'index.ts')
}

function commonFolder(a: string, b: string): string {
  const [left, right] = [path.posix.dirname(a).split('/'), path.posix.dirname(b).split('/')]
  const length = left.findIndex((name, index) => name !== right[index])
  return left.slice(0, length === -1 ? left.length : length).join('/') || '.'
}

function placeOf(file: string): { readonly part: number; readonly area: string } | undefined {
  const [part, area] = file.split('/')
  const rank = parts.indexOf(part ?? '')
  return rank === -1 || area === undefined ? undefined : { part: rank, area: path.posix.basename(area, '.ts') }
}

function packageRule(file: string, specifier: string, dependencies: ReadonlySet<string>): string | undefined {
  if (specifier === '(computed)') return 'an import that is computed can be checked by nobody'
  if (specifier.startsWith('node:')) return undefined
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  if (!dependencies.has(name)) return `${name} is no dependency of package.json`
  const homes = packageHomes.get(name)
  if (homes === undefined) return `${name} has no home in the table of packages`
  return homes.some((home) => file.startsWith(`${home}/`)) ? undefined : `${name} belongs to ${homes.join(', ')} alone`
}
