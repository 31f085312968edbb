import { describe, expect, it } from 'vitest'
import { determinismViolations, deterministicFiles, reachedFrom, trusted } from './determinism.ts'
import { codeFiles, importsOf } from './source/index.ts'

const found = (source: string) => determinismViolations(new Map([['pki/contract/publish.ts', source]]))

describe('deterministic code', () => {
  const files = codeFiles('src', 'pki', 'api')

  it('reaches no clock, chance, machine, network, locale or fraction', () => {
    expect(determinismViolations(files)).toEqual([])
  })

  it('is found in the folders of the ledger and of certificates', () => {
    const chosen = deterministicFiles(files.keys())
    for (const folder of ['src/codec/', 'src/state/', 'src/module', 'src/governance/', 'pki/contract/']) {
      expect(
        chosen.some((file) => file.startsWith(folder)),
        folder,
      ).toBe(true)
    }
  })

  it('trusts only files that exist', () => {
    expect([...trusted.keys()].filter((file) => !files.has(file))).toEqual([])
  })
})

describe('the light client', () => {
  it('runs without Node: nothing that it loads imports one of its modules', () => {
    const files = codeFiles('src')
    const starts = [...files.keys()].filter((file) => file.startsWith('src/light/'))
    const offending = reachedFrom(starts, files).flatMap(({ file, way }) =>
      importsOf(files.get(file) ?? '')
        .filter(({ specifier, typeOnly }) => !typeOnly && specifier.startsWith('node:'))
        .map(({ specifier }) => `${file} imports ${specifier} (reached by ${way.join(' -> ')})`),
    )
    expect(offending).toEqual([])
  })
})

describe('the scan', () => {
  it.each([
    ['Date.now()', 'mentions Date'],
    ['const a = x ? Date : b', 'mentions Date'],
    ['Math.random()', 'uses Math.random'],
    ['Math.sqrt(2)', 'uses Math.sqrt'],
    ["Math['random']()", 'uses Math'],
    ["globalThis['Da' + 'te']", 'mentions globalThis'],
    ['a.localeCompare(b)', 'mentions localeCompare'],
    ['a?.normalize()', 'mentions normalize'],
    ['1.5 + x', 'has the fraction 1.5'],
    ['1e-3', 'has the fraction 1e'],
    ['/^\\p{L}+$/u', 'asks for a Unicode property'],
    ["import { hash } from 'node:crypto'", 'imports node:crypto'],
    ["import postgres from 'postgres'", 'imports postgres'],
    [`\`\${Date.now()}\``, 'mentions Date'],
  ])('finds %s', (source, what) => {
    expect(found(source)[0]).toContain(what)
  })

  it.each([
    '// Date.now()',
    "'Math.random'",
    'Math.floor(7 / 2)',
    'clock.Date',
    'type Shape = { process: string, fetch?: number }',
    '0x1e + 1_000n',
    "import type { Server } from 'node:net'",
    "import { Type } from 'typebox'",
  ])('lets %s be', (source) => {
    expect(found(source)).toEqual([])
  })

  it('follows value imports to where the clock is, and tells the way', () => {
    const files = new Map([
      ['pki/contract/publish.ts', "import { now } from '../time/now.ts'\nimport type { T } from '../time/type.ts'"],
      ['pki/time/now.ts', 'export const now = () => Date.now()'],
      ['pki/time/type.ts', 'export const other = Date'],
    ])
    expect(determinismViolations(files)).toEqual([
      'pki/time/now.ts:1 mentions Date (reached by pki/contract/publish.ts -> pki/time/now.ts)',
    ])
  })
})
