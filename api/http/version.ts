import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

/** The version of this program, as its package says. */
export function programVersion(): string {
  const file = findPackageJSON('..', import.meta.url)
  if (file === undefined) throw new TypeError('the program lies outside of its package')
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
    throw new TypeError('the package has no version')
  }
  return String(manifest.version)
}
