import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findPackage, prepareBinaries } from '../../../src/store/embedded/binaries.ts'
import { give, serverUser } from '../../../src/store/embedded/place.ts'

const installed = findPackage(`${process.platform}-${process.arch}`)
const user = serverUser()

let outer = ''
let packageFolder = ''
let place = ''

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'commonroot-binaries-'))
  chmodSync(outer, 0o755)
  packageFolder = join(outer, 'package')
  place = give(mkdtempSync(join(outer, 'place-')), user)
  cpSync(installed, packageFolder, { recursive: true, verbatimSymlinks: true })
  // As an installation without scripts leaves it.
  const libraries = join(packageFolder, 'native', 'lib')
  for (const name of readdirSync(libraries)) {
    if (lstatSync(join(libraries, name)).isSymbolicLink()) rmSync(join(libraries, name))
  }
})

afterEach(() => {
  rmSync(outer, { recursive: true, force: true })
})

function versionOf(program: string): string {
  return spawnSync(program, ['--version'], { ...user, cwd: '/', encoding: 'utf8' }).stdout
}

describe('the programs of the package', () => {
  it('run where they are, once the library links that no install script made are there', () => {
    const { postgres, initdb } = prepareBinaries(packageFolder, { folder: place, user })
    expect(postgres).toBe(join(packageFolder, 'native', 'bin', 'postgres'))
    expect(versionOf(postgres)).toMatch(/^postgres \(PostgreSQL\) \d+/)
    expect(versionOf(initdb)).toMatch(/^initdb \(PostgreSQL\) \d+/)
  })

  it('are copied beside the data when the server user cannot reach them', () => {
    chmodSync(packageFolder, 0o700)
    const { postgres } = prepareBinaries(packageFolder, { folder: place, user })
    expect(postgres.startsWith(user === undefined ? packageFolder : place)).toBe(true)
    expect(versionOf(postgres)).toMatch(/^postgres \(PostgreSQL\) \d+/)
    expect(prepareBinaries(packageFolder, { folder: place, user }).postgres).toBe(postgres)
    expect(readdirSync(place).some((name) => name.endsWith('.unfinished'))).toBe(false)
  })

  it('exist for two platforms, and each absence is said in one sentence', () => {
    const other = process.arch === 'x64' ? 'linux-arm64' : 'linux-x64'
    const code = existsSync(join(installed, '..', other)) ? undefined : 'postgres.not-installed'
    expect(codeOf(() => findPackage(other))).toBe(code)
    expect(codeOf(() => findPackage('darwin-arm64'))).toBe('postgres.unsupported-platform')
    expect(() => findPackage('win32-x64')).toThrow(
      'the sandbox brings a Postgres for Linux on x64 and arm64 only, and this is win32-x64',
    )
  })
})

function codeOf(act: () => unknown): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
