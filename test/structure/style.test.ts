import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeFiles, root, tokensOf, trackedFiles } from './source/index.ts'

/** A file longer than this holds more than one idea. */
const maximumLines = 400

/** Names under which things without a home gather. */
const drawers = new Set([
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'manager',
  'managers',
  'misc',
  'shared',
  'lib',
])

/** Written in pieces, so that this file does not break its own rule. */
const unfinishedMarks = [`TO${'DO'}`, `FIX${'ME'}`, `X${'XX'}`]
const machineFolders = ['work', 'home', 'root', 'Users', 'mnt'].map((folder) => `/${folder}/`)
const registries = [
  ['registry', 'npmjs'],
  ['registry', 'yarnpkg'],
  ['proxy', 'golang'],
  ['sum', 'golang'],
  ['deb', 'debian'],
  ['files', 'pythonhosted'],
  ['pypi', 'org'],
  ['static', 'crates'],
  ['repo1', 'maven'],
].map((parts) => parts.join('.'))

const files = trackedFiles()
const parts = ['src', 'pki', 'api']
const code = codeFiles(...parts, 'test', 'scripts', 'bench')
const text = new Map(
  files
    .filter((file) => file !== 'package-lock.json')
    .map((file) => [file, readFileSync(path.join(root, file))] as const)
    .filter(([, bytes]) => !bytes.includes(0))
    .map(([file, bytes]) => [file, bytes.toString('utf8')] as const),
)

describe('every file', () => {
  it(`of code has at most ${maximumLines} lines`, () => {
    const long = [...code].map(([file, source]) => ({ file, lines: source.split('\n').length - 1 }))
    expect(long.filter(({ lines }) => lines > maximumLines)).toEqual([])
  })

  it('lies in a folder that says what is in it', () => {
    expect(
      files.filter((file) =>
        path
          .dirname(file)
          .split('/')
          .some((folder) => drawers.has(folder)),
      ),
    ).toEqual([])
    expect([...code.keys()].filter((file) => drawers.has(path.basename(file, '.ts')))).toEqual([])
  })

  it('of code is finished: no mark of work to come', () => {
    expect(mentions(new Map([...text].filter(([file]) => isCode(file))), unfinishedMarks, wholeWord)).toEqual([])
  })

  it('names no folder of the machine that it was written on', () => {
    expect(mentions(text, machineFolders, fromTheTop)).toEqual([])
  })

  it('names no host of a package registry', () => {
    expect(mentions(text, registries, anywhere)).toEqual([])
  })
})

describe('TypeScript', () => {
  it('never says any', () => {
    const said = [...code].flatMap(([file, source]) =>
      tokensOf(source).flatMap((token, index, tokens) => {
        const isType = /^[:<|&=,(]$|^(?:as|extends|is)$/.test(tokens[index - 1]?.text ?? '')
        return token.kind === 'word' && token.text === 'any' && isType ? [`${file}:${token.line}`] : []
      }),
    )
    expect(said).toEqual([])
  })

  it('has an index.ts with a leading comment in every folder of more than one file', () => {
    // A module's own index.ts lists its transactions: their folder has no other face.
    const isFaceless = (folder: string) => parts.includes(folder) || path.basename(folder) === 'transactions'
    const folders = Map.groupBy(
      [...code.keys()].filter((file) => parts.includes(file.split('/')[0] ?? '')),
      (file) => path.dirname(file),
    )
    const faceless = [...folders].flatMap(([folder, members]) => {
      if (members.length < 2 || isFaceless(folder)) return []
      const face = code.get(`${folder}/index.ts`)
      if (face === undefined) return [`${folder} has no index.ts`]
      return face.startsWith('/**') ? [] : [`${folder}/index.ts does not start with a doc comment`]
    })
    expect(faceless).toEqual([])
  })
})

describe('the lock file', () => {
  const lock = readFileSync(path.join(root, 'package-lock.json'), 'utf8')

  it('names no place that a package comes from', () => {
    expect(lock).not.toContain('"resolved"')
  })

  it('pins every package to its digest', () => {
    const { packages } = JSON.parse(lock) as { readonly packages: Record<string, { readonly integrity?: string }> }
    const loose = Object.entries(packages).filter(([name, entry]) => name !== '' && entry.integrity === undefined)
    expect(loose.map(([name]) => name)).toEqual([])
  })
})

describe('the manifest', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, object>

  it('asks for one exact version of each package', () => {
    const asked = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    })
    expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([])
  })

  it('has a line of reason for each package in docs/dependencies.md', () => {
    const reasons = readFileSync(path.join(root, 'docs', 'dependencies.md'), 'utf8')
    const named = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    })
    expect(named.filter(([name, version]) => !reasons.includes(`- \`${name}\` ${version} (`))).toEqual([])
  })
})

type Matcher = (line: string, word: string) => boolean

const anywhere: Matcher = (line, word) => line.includes(word)
const wholeWord: Matcher = (line, word) => new RegExp(`\\b${word}\\b`).test(line)
/** A folder of the same name further down a path of our own is not the machine's. */
const fromTheTop: Matcher = (line, word) => new RegExp(`(?<![\\w.~}*-])${word}`).test(line)

function mentions(among: ReadonlyMap<string, string>, words: readonly string[], matches: Matcher): readonly string[] {
  return [...among].flatMap(([file, source]) =>
    source
      .split('\n')
      .flatMap((line, index) =>
        words.filter((word) => matches(line, word)).map((word) => `${file}:${index + 1} says ${word}`),
      ),
  )
}

function isCode(file: string): boolean {
  return /\.(?:ts|js|go|sh|py|sql|html|css|yml|yaml)$/.test(file) || /^(?:bin\/|\.ci\/)/.test(file)
}
