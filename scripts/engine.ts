/**
 * `npm run engine`: builds CometBFT 0.40 unless it is there, checks what it was built from, and prints where it lies.
 *
 * `--quiet` prints nothing: for a command that comes behind and has an output of its own.
 */
import { installCometbft } from './install-cometbft.ts'

try {
  const program = installCometbft()
  if (!process.argv.includes('--quiet')) process.stdout.write(`${program}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
