/**
 * The errors of the code, seen from two sides: `declaredErrors` finds every `errors.ts`, and `catalogue` is what the
 * program itself puts together. A test compares the two, so that no area is forgotten.
 */
import { existsSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ErrorRow, joinCatalogue } from '../../src/errors/index.ts'

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

/** The catalogue of the program: what `api/catalogue.ts` exports, or what is declared while there is no `api`. */
export async function catalogue(): Promise<ReadonlyMap<number, ErrorRow>> {
  const file = path.join(root, 'api', 'catalogue.ts')
  if (!existsSync(file)) return joinCatalogue(...(await declaredErrors()))
  const exported = (await import(pathToFileURL(file).href)) as { readonly catalogue: ReadonlyMap<number, ErrorRow> }
  return exported.catalogue
}

function isErrorFactory(value: unknown): value is { readonly rows: readonly ErrorRow[] } {
  return typeof value === 'function' && 'rows' in value && Array.isArray(value.rows)
}
