/**
 * `npm test`: makes ready what the tests need, runs them, and closes with the line `N passed, N failed`.
 *
 * `--long` runs the long tests instead. Every other argument goes to vitest: `npm test -- test/codec`.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { exclusions } from './test/exclusions.ts'
import { closingLines, ended, readOutcome } from './test/outcome.ts'
import { MissingPrerequisite, prepare } from './test/prerequisites.ts'
import { runVitest } from './test/vitest.ts'

const root = path.dirname(import.meta.dirname)
const resultFile = path.join(root, '.cache', 'test-results.json')
const longConfiguration = path.join(root, 'vitest.long.config.ts')

process.exitCode = await main(process.argv.slice(2))

async function main(given: readonly string[]): Promise<number> {
  const long = given.includes('--long')
  const filters = given.filter((argument) => argument !== '--long')
  if (long && !existsSync(longConfiguration)) {
    console.error('there are no long tests: vitest.long.config.ts does not exist')
    return 2
  }
  try {
    prepare(root)
  } catch (error) {
    if (!(error instanceof MissingPrerequisite)) throw error
    console.error(error.message)
    return 2
  }
  const ending = await runVitest({
    root,
    resultFile,
    arguments: [
      ...(long ? ['--config', longConfiguration] : []),
      ...exclusions.flatMap(({ file }) => ['--exclude', file]),
      ...filters,
    ],
  })
  const outcome = readOutcome({ resultFile, root, ending, filtered: filters.length > 0 })
  console.log(closingLines(outcome, exclusions).join('\n'))
  return ended(outcome)
}
