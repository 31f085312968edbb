import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { doors, importViolations } from './layers.ts'
import { codeFiles, importsOf, root } from './source/index.ts'

const dependencies = new Set(['fastify', 'typebox', 'postgres'])

function violations(file: string, specifier: string): readonly string[] {
  return importViolations(new Map([[file, `import { x } from '${specifier}'`]]), dependencies)
}

describe('the import rule', () => {
  it('holds in src, pki and api', () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, object>
    const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    expect(importViolations(codeFiles('src', 'pki', 'api'), declared)).toEqual([])
  })

  it('lists no door that leads nowhere', () => {
    const files = codeFiles('src', 'pki')
    expect([...doors.keys()].filter((door) => !files.has(door))).toEqual([])
  })

  it('finds doors that promise types only to import types only', () => {
    const files = codeFiles('src')
    for (const [door, reason] of doors) {
      if (!reason.startsWith('types only')) continue
      const values = importsOf(files.get(door) ?? '').filter(({ typeOnly }) => !typeOnly)
      expect(values, door).toEqual([])
    }
  })

  it.each([
    ['src/codec/cbor.ts', '../state/index.ts', 'codec is not above state'],
    ['src/store/postgres.ts', '../light/index.ts', 'store is not above light'],
    ['src/node.ts', '../pki/contract/index.ts', 'imports point one way'],
    ['pki/contract/index.ts', '../../api/catalogue.ts', 'imports point one way'],
    ['pki/contract/index.ts', '../../src/codec/cbor.ts', 'through its index.ts'],
    ['pki/status/index.ts', '../certificate/parse.ts', 'through its index.ts'],
    ['pki/contract/publish.ts', '../certificate/der/index.ts', 'through its index.ts'],
    ['src/engine/solo/index.ts', '../cometbft/wire/frame.ts', 'through its index.ts'],
    ['src/light/verify.ts', '../crypto/index.ts', 'the light client imports only'],
    ['src/helpers/index.ts', '../codec/index.ts', 'not in the table of layers'],
    ['src/host/run.ts', 'fastify', 'belongs to api alone'],
    ['src/host/run.ts', 'lodash/merge.js', 'no dependency'],
    ['src/host/run.ts', '../../test/fixtures.ts', 'may be imported'],
  ])('refuses that %s imports %s', (file, specifier, rule) => {
    expect(violations(file, specifier)).toEqual([expect.stringContaining(rule)])
  })

  it.each([
    ['src/chain.ts', './host/index.ts'],
    ['src/engine/solo/index.ts', '../port.ts'],
    ['src/engine/port.ts', '../light/types.ts'],
    ['src/state/tree.ts', '../crypto/portable/index.ts'],
    ['src/store/postgres.ts', 'postgres'],
    ['pki/certificate/parse.ts', './der/reader.ts'],
    ['pki/certificate/der/reader.ts', '../limits.ts'],
    ['pki/contract/index.ts', '../certificate/index.ts'],
    ['api/cli/main.ts', '../../src/chain.ts'],
  ])('lets %s import %s', (file, specifier) => {
    expect(violations(file, specifier)).toEqual([])
  })
})
