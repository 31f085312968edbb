import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The checkout's top. */
export const root = path.resolve(import.meta.dirname, '..', '..', '..')

/** Every file that Git tracks or would add, from the checkout's top, sorted. */
export function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const files = new Set(listed.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file))))
  return [...files].sort()
}

/** The TypeScript below some folders: path from the top to source text. */
export function codeFiles(...folders: readonly string[]): ReadonlyMap<string, string> {
  const chosen = trackedFiles().filter(
    (file) => file.endsWith('.ts') && folders.some((folder) => file.startsWith(`${folder}/`)),
  )
  return new Map(chosen.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]))
}
