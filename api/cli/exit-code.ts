/** What a command's exit code means, and which error gives which. */
import type { CommonrootError } from '../../src/errors/index.ts'

export const exitCode = {
  /** Done; for a verification: valid. */
  done: 0,
  /** Refused, invalid, failed: the error's code says why. */
  refused: 1,
  /** The command line itself is wrong, or names a file that is not there. */
  usage: 2,
  /** No node answers. */
  unreachable: 3,
} as const

const usageCodes = new Set([
  'cli.usage',
  'cli.unreadable',
  'cli.no-certificates',
  'cli.not-one-certificate',
  'cli.passphrase-form',
  'cli.serial-form',
  'holder.unreadable',
])
const unreachableCodes = new Set(['cli.node-unreachable', 'cli.answer-lost'])

/** Exit code of a program that a signal ended: 128 and its number. */
const signalCodes = new Map([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])

export function exitCodeOf(error: CommonrootError): number {
  if (usageCodes.has(error.code)) return exitCode.usage
  if (unreachableCodes.has(error.code)) return exitCode.unreachable
  if (error.code === 'cli.interrupted') return signalCodes.get(String(error.details.signal)) ?? exitCode.refused
  return exitCode.refused
}
