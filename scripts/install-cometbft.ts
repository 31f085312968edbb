/**
 * Builds CometBFT 0.40 from its pinned Go module.
 * The program lands in `.cache/` of the checkout, or in the folder that COMMONROOT_CACHE names; a second run finds it there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cometbftPath, cometbftModule as modulePath, cometbftVersion as version } from '../src/engine/index.ts'

const commandPath = `${modulePath}/cmd/cometbft`

/** Milliseconds: a build without any cache takes one to three minutes. */
const buildTimeout = 15 * 60_000

/** The path of a program of exactly the pinned version, built now if need be. Throws one sentence that says what is missing. */
export function installCometbft(): string {
  const program = cometbftPath()
  const folder = dirname(program)
  requireGo()
  if (existsSync(program)) {
    requireVersion(program)
    return program
  }
  mkdirSync(folder, { recursive: true })
  const target = mkdtempSync(join(folder, 'build-'))
  try {
    const { status, stderr } = spawnSync('go', ['install', `${commandPath}@${version}`], {
      encoding: 'utf8',
      timeout: buildTimeout,
      env: { ...process.env, GOBIN: target, CGO_ENABLED: '0' },
    })
    if (status !== 0) {
      throw new Error(`Go could not build ${commandPath}@${version}: ${stderr.trim().split('\n').at(-1) ?? ''}`)
    }
    const built = join(target, 'cometbft')
    requireVersion(built)
    // Tests may build at the same time: whoever comes last puts the same program in the same place.
    renameSync(built, program)
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
  return program
}

function requireGo(): void {
  if (spawnSync('go', ['version']).status === 0) return
  throw new Error('CometBFT is built with Go 1.25 or newer, and there is no program named go in the PATH: install Go.')
}

function requireVersion(program: string): void {
  const { status, stdout } = spawnSync('go', ['version', '-m', program], { encoding: 'utf8' })
  const isPinned =
    status === 0 &&
    stdout.split('\n').some((line) => {
      const [kind, path, built] = line.trim().split(/\s+/)
      return kind === 'mod' && path === modulePath && built === version
    })
  if (!isPinned) throw new Error(`${program} is not built from ${modulePath} ${version}: delete it and run this again.`)
}
