/** The program that `npm run engine` builds: which version it has to be, where it lies, and whether it is that one. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `@latest` names an older line of versions. */
export const cometbftVersion = 'v0.40.0'
export const cometbftModule = 'github.com/cometbft/cometbft'

/** Where the program of the pinned version lies: in the folder that COMMONROOT_CACHE names, else in `.cache` of the checkout. */
export function cometbftPath(): string {
  const folder = process.env.COMMONROOT_CACHE ?? fileURLToPath(new URL('../../../.cache', import.meta.url))
  return join(folder, `cometbft-${cometbftVersion}`)
}

/**
 * Why a file is not the pinned CometBFT; undefined when it is. The program itself says 0.39.0: what counts is the record
 * that Go leaves in what it builds, which is read here without Go, since nodes have none.
 */
export async function complaintAbout(program: string): Promise<string | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(program)
  } catch {
    return 'it can not be read'
  }
  if (bytes.includes(`mod\t${cometbftModule}\t${cometbftVersion}\t`)) return undefined
  return `it is not built from ${cometbftModule} ${cometbftVersion}`
}
