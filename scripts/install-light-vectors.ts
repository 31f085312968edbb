/**
 * Fetches the model-based vectors of Tendermint's light client from its pinned Go module and prints the path of their
 * folder. They land in `.cache/` of the checkout, or in the folder that COMMONROOT_CACHE names; a second run finds them there.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The last version whose tree has the vectors; CometBFT left them out. */
const version = 'v0.35.9'
const modulePath = 'github.com/tendermint/tendermint'

/** SHA-256 over the files' contents, in order of their names. */
const digest = '7c1b7884c3d1209f887e4acabe37ec868c276d5c204e99fc6d022a074326410a'

/** Of a temporary folder only its owner may read. */
const readableByAll = 0o755

/** Milliseconds: the module has 4 MB. */
const downloadTimeout = 5 * 60_000

/** The folder with exactly the pinned vectors, fetched now if need be. Throws one sentence that says what is missing. */
export function installLightVectors(): string {
  const cache = process.env.COMMONROOT_CACHE ?? fileURLToPath(new URL('../.cache', import.meta.url))
  const folder = join(cache, `light-vectors-${version}`)
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true })
    const draft = mkdtempSync(join(cache, 'vectors-'))
    try {
      const source = join(downloaded(), 'light', 'mbt', 'json')
      // File by file: Go's cache is read-only, and so would be a copy of the folder.
      for (const name of readdirSync(source)) writeFileSync(join(draft, name), readFileSync(join(source, name)))
      requireDigest(draft)
      chmodSync(draft, readableByAll)
      // Tests may fetch at the same time: whoever comes second finds the same files in place.
      if (!existsSync(folder)) renameSync(draft, folder)
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  }
  requireDigest(folder)
  return folder
}

/** The module's folder in Go's own cache. */
function downloaded(): string {
  const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', `${modulePath}@${version}`], {
    encoding: 'utf8',
    timeout: downloadTimeout,
    // The digest of what is used is pinned here, so that no database of sums has to be reached.
    env: { ...process.env, GOFLAGS: '', GONOSUMDB: modulePath, GOTOOLCHAIN: 'local' },
  })
  const { Dir, Error: reason }: { readonly Dir?: string; readonly Error?: string } =
    stdout === null || stdout.trim() === '' ? {} : JSON.parse(stdout)
  if (status !== 0 || Dir === undefined) {
    throw new Error(
      `The light client's vectors come from ${modulePath}@${version} through Go, which could not fetch it: ` +
        `${reason ?? 'install Go 1.25 or newer'}.`,
    )
  }
  return Dir
}

function requireDigest(folder: string): void {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, name)))
  if (hash.digest('hex') !== digest) {
    throw new Error(`${folder} does not hold the vectors of ${modulePath} ${version}: delete it and run this again.`)
  }
}

if (import.meta.main) {
  try {
    process.stdout.write(`${installLightVectors()}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
