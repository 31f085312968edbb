/** The documents that follow from the code. A new one is a row here and a file beside this one. */
import { cliReference } from './cli-reference.ts'
import { errorReference } from './error-reference.ts'
import { readmeWithPerformance } from './performance.ts'
import { scaleDocument } from './scale.ts'

export type GeneratedDocument = {
  /** From the checkout's top. */
  readonly path: string
  /** The same text on every machine: no time, no version of Node, no order of a folder. */
  readonly make: () => Promise<string>
}

export const documents: readonly GeneratedDocument[] = [
  { path: 'docs/reference/cli.md', make: cliReference },
  { path: 'docs/reference/errors.md', make: errorReference },
  { path: 'docs/scale.md', make: scaleDocument },
  { path: 'README.md', make: readmeWithPerformance },
]
