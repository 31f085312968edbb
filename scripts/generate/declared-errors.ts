/** The errors that the code declares, found file by file: a test compares them with `api/catalogue.ts`, so that no area is forgotten. */
import { glob } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ErrorRow } from '../../src/errors/index.ts'

const root = path.resolve(import.meta.dirname, '..', '..')

export type DeclaredErrors = {
  /** The `errors.ts`, from the checkout's top. */
  readonly file: string
  /** The exported name of the factory. */
  readonly factory: string
  readonly rows: readonly ErrorRow[]
}

/** Every export of an `errors.ts` that was made by `defineErrors`, by file and name. */
export async function declaredErrors(): Promise<readonly DeclaredErrors[]> {
  const files: string[] = []
  for await (const file of glob('{src,pki,api}/**/errors.ts', { cwd: root })) files.push(file)
  const declared: DeclaredErrors[] = []
  for (const file of files.sort()) {
    const exported = (await import(pathToFileURL(path.join(root, file)).href)) as Record<string, unknown>
    for (const [factory, value] of Object.entries(exported)) {
      if (isErrorFactory(value)) declared.push({ file, factory, rows: value.rows })
    }
  }
  return declared
}

function isErrorFactory(value: unknown): value is { readonly rows: readonly ErrorRow[] } {
  return typeof value === 'function' && 'rows' in value && Array.isArray(value.rows)
}
