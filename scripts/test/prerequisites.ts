/** What the tests need beyond npm: OpenSSL, Go, the CometBFT binary, the light client's vectors, the Go programs of `test/conformance/`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { installCometbft } from '../install-cometbft.ts'
import { installLightVectors } from '../install-light-vectors.ts'

/** The oldest Go that builds CometBFT and the conformance programs. */
const neededGo = { major: 1, minor: 25 }

/** Something that only the person at the machine can put right; the message is one sentence. */
export class MissingPrerequisite extends Error {
  override readonly name = 'MissingPrerequisite'
}

/** Checks, installs and builds, in that order; what is there already costs a few milliseconds. @throws MissingPrerequisite */
export function prepare(root: string): void {
  ensureOpenssl()
  ensureGo()
  ensureInstalled(installCometbft)
  ensureInstalled(installLightVectors)
  buildConformancePrograms(root)
}

function ensureOpenssl(): void {
  if (succeeds('openssl', ['version'])) return
  const installs = process.getuid?.() === 0 && succeeds('apt-get', ['--version'])
  const quiet = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  if (
    !installs ||
    !runs('apt-get', ['update', '-qq'], { env: quiet }) ||
    !runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'openssl'], { env: quiet })
  ) {
    throw new MissingPrerequisite('the tests need the openssl command: install OpenSSL 3 and run them again')
  }
}

function ensureGo(): void {
  const sentence = `the tests need Go ${neededGo.major}.${neededGo.minor} or newer to build CometBFT and the conformance programs`
  const found = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', env: goEnvironment() })
  if (found.status !== 0) throw new MissingPrerequisite(`${sentence}: there is no go command`)
  if (!isNewEnough(found.stdout)) throw new MissingPrerequisite(`${sentence}: this is ${found.stdout.trim()}`)
}

/** @param version as `go env GOVERSION` prints it: `go1.26.8` */
export function isNewEnough(version: string): boolean {
  const match = /^go(\d+)\.(\d+)/.exec(version)
  if (match === null) return false
  const [major, minor] = [Number(match[1]), Number(match[2])]
  return major > neededGo.major || (major === neededGo.major && minor >= neededGo.minor)
}

function ensureInstalled(install: () => string): void {
  try {
    install()
  } catch (error) {
    throw new MissingPrerequisite(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Each folder of `test/conformance/` with a `go.mod` becomes the program `.cache/conformance/<folder>`. */
function buildConformancePrograms(root: string): void {
  const programs = path.join(root, '.cache', 'conformance')
  for (const folder of goModules(path.join(root, 'test', 'conformance'))) {
    mkdirSync(programs, { recursive: true })
    const built = runs('go', ['build', '-trimpath', '-o', path.join(programs, path.basename(folder)), '.'], {
      cwd: folder,
      env: goEnvironment(),
    })
    if (!built) {
      throw new MissingPrerequisite(`${path.relative(root, folder)} could not be built: see the lines above`)
    }
  }
}

function goModules(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name))
    .filter((candidate) => existsSync(path.join(candidate, 'go.mod')))
}

/** The Go that is installed, never one that it would fetch; pure Go, so that no C compiler is needed. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0' }
}

function succeeds(command: string, commandArguments: readonly string[]): boolean {
  return spawnSync(command, commandArguments, { stdio: 'ignore' }).status === 0
}

function runs(
  command: string,
  commandArguments: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): boolean {
  return spawnSync(command, commandArguments, { ...options, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}
